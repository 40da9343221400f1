"""Recording a session and writing its note: the sections of its template, the words of each person, one entry per stage worked on.

Decides what of a note can be typed; a draft may be as unfinished as it likes. Never knows whether a note may still change: the note
itself does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from wtforms import BooleanField, Field, Form, FormField, ValidationError
from wtforms.fields import SelectChoice

from forms.fields import Day, Hour, LongText, Needed, OneOf, Several, ShortText, Whole, choices_of, number_or_none
from forms.library import library
from forms.note_templates import NoteSection, NoteTemplate

MEDIA = choices_of([("in_person", "In person"), ("video", "Video"), ("phone", "Phone")])
STATUSES = choices_of(
    [
        ("in_progress", "In progress"),
        ("worked_through", "Worked through"),
        ("revisiting", "Revisiting"),
        ("set_aside", "Set aside"),
    ]
)
OUTCOMES = choices_of(
    [("achieved", "Achieved"), ("partly", "Partly"), ("deferred", "Deferred"), ("not_applicable", "Not applicable")]
)
RATINGS = (
    (-2, "much less than expected"),
    (-1, "less than expected"),
    (0, "as expected"),
    (1, "more than expected"),
    (2, "much more than expected"),
)
# What a session did that a stage waits for: the closed list that criteria may name (rule note_tagged).
TAGS = choices_of([("impact heard", "Impact heard"), ("apology delivered", "Apology delivered")])
LONGEST_SESSION = 600
_OLDEST_YEARS = 10
MOST_REASON = 2_000


def templates_offered() -> list[SelectChoice]:
    return choices_of((template.id, template.title) for template in library.note_templates)


class TemplateField(OneOf):
    """Asked for when a form is made: a practice's own templates are there from the start of the program only."""

    def __init__(self, **kwargs: Any) -> None:
        needed = Needed("Choose a template for the note.")
        super().__init__("Template of the note", templates_offered(), [needed], **{"default": "soap", **kwargs})


class EncounterForm(Form):
    """Made by `encounter_form`, which adds the people of the case."""

    day = Day("Date", [Needed("Write the day of the session.")])
    begins = Hour("Time", [Needed("Write when the session began.")])
    minutes = Whole("Length in minutes", [Needed("Write how many minutes the session took.")], least=1, most=LONGEST_SESSION)
    medium = OneOf("Kind of session", MEDIA, [Needed("Choose how you met.")])
    format = TemplateField()
    attendees: Any

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_day(self, field: Field) -> None:
        if field.data is None:
            return
        if field.data > self.today:
            raise ValidationError("This day is still to come. Record a session after it has taken place.")
        if self.today.year - field.data.year > _OLDEST_YEARS:
            raise ValidationError("This is more than ten years ago. Please check the year.")


def encounter_form(people: Sequence[tuple[str, str]]) -> type[EncounterForm]:
    """`people`: (key, name) of everyone in the case."""
    needed = Needed("Choose at least one person who was in the session.")
    return type("EncounterForm", (EncounterForm,), {"attendees": Several("Who was there", choices_of(people), [needed])})


class BeginNoteForm(Form):
    format = TemplateField()


class StageEntryForm(Form):
    included = BooleanField("Worked on in this session")
    text = LongText("What was done")
    rating = OneOf(
        "Progress",
        [SelectChoice(value, f"{value:+d}: {it}" if value else f"0: {it}") for value, it in RATINGS],
        coerce=number_or_none,
    )

    @property
    def is_used(self) -> bool:
        """Text or a rating counts, ticked or not: nothing that was typed is dropped."""
        return bool(self.included.data or self.text.data or self.rating.data is not None)


class NoteForm(Form):
    """Made by `note_form`: a field for each section and for each person's words, a small form for each stage, and the revision that
    was being edited."""

    revision = Whole("Revision", least=0, most=1_000_000)
    tags = Several("What happened in this session", TAGS)
    template: NoteTemplate
    module_ids: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    def section_fields(self) -> tuple[tuple[NoteSection, Field], ...]:
        return tuple((section, self[f"section-{section.id}"]) for section in self.template.sections)

    def stage_fields(self) -> tuple[tuple[str, FormField], ...]:
        return tuple((id, self[f"stage-{id}"]) for id in self.module_ids)

    def said_fields(self) -> tuple[tuple[str, Field], ...]:
        return tuple((key, self[f"said-{key}"]) for key in self.people)

    def sections(self) -> dict[str, str]:
        return {section.id: field.data or "" for section, field in self.section_fields()}

    def stages(self) -> list[dict[str, Any]]:
        used = [(id, field.form) for id, field in self.stage_fields() if field.form.is_used]
        return [{"module_id": id, "text": form.text.data or "", "rating": form.rating.data} for id, form in used]

    def said(self) -> dict[str, str]:
        return {key: field.data or "" for key, field in self.said_fields()}


def note_form(template: NoteTemplate, modules: Sequence[tuple[str, str]], people: Sequence[tuple[str, str]] = ()) -> type[NoteForm]:
    """`modules`: (id, title) of the stages that an entry can be written against; `people`: (key, name) of those whose words can be
    written down apart."""
    keys = tuple(key for key, _ in people)
    parts: dict[str, Any] = {"template": template, "module_ids": tuple(id for id, _ in modules), "people": keys}
    for section in template.sections:
        parts[f"section-{section.id}"] = LongText(section.title, description=section.hint)
    for key, name in people:
        parts[f"said-{key}"] = LongText(f"What {name} said or agreed to")
    for id, title in modules:
        parts[f"stage-{id}"] = FormField(StageEntryForm, title)
    return type("NoteForm", (NoteForm,), parts)


def note_draft(
    sections: Mapping[str, str],
    stages: Sequence[dict[str, Any]],
    revision: int,
    tags: Sequence[str] = (),
    said: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """What `data=` takes to show a note again, from the same shapes that `sections`, `stages` and `said` give."""
    data: dict[str, Any] = {f"section-{id}": text for id, text in sections.items()}
    data |= {f"said-{key}": text for key, text in said.items()}
    for stage in stages:
        data[f"stage-{stage['module_id']}"] = {"included": True, "text": stage["text"], "rating": stage["rating"]}
    return {**data, "revision": revision, "tags": list(tags)}


class AddendumForm(Form):
    text = LongText("Addendum", [Needed("Write what you want to add to the note.")])


class ReturnForm(Form):
    comment = LongText("Comment", [Needed("Write what is to be changed. The note goes back with it.")], most=MOST_REASON)


class VoidForm(Form):
    reason = LongText("Why it does not hold", [Needed("Say why this note does not hold. It stays beside it.")], most=MOST_REASON)


class StageStateForm(Form):
    status = OneOf("State", STATUSES, [Needed("Choose the new state.")])
    reason = LongText("Reason", most=MOST_REASON)


class SignOffForm(Form):
    outcome = OneOf("Outcome", OUTCOMES, [Needed("Choose how this stage ends.")])
    reason = LongText("Reason", most=MOST_REASON)

    def validate_reason(self, field: Field) -> None:
        if self.outcome.data not in (None, "achieved") and not field.data:
            raise ValidationError("Say in a sentence why. Only 'achieved' needs no reason.")


class MarkForm(Form):
    """The counselor's word on one sign of a stage. `sign`: its key."""

    sign = ShortText("Sign", [Needed("Choose a sign of this stage.")])
    reason = LongText("Why", [Needed("Say in a sentence why. It stands beside the sign.")], most=MOST_REASON)


class SetbackForm(Form):
    """Made by `setback_form`, which adds whose it is and the stages that can be taken up again."""

    day = Day("When it happened", [Needed("Write the day.")])
    text = LongText("What happened", [Needed("Say in a few words what happened.")], most=MOST_REASON)
    whose: Any
    reopen: Any

    def __init__(self, formdata: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(formdata, **kwargs)

    def validate_day(self, field: Field) -> None:
        if field.data is not None and field.data > self.today:
            raise ValidationError("This day is still to come.")
        if field.data is not None and self.today.year - field.data.year > _OLDEST_YEARS:
            raise ValidationError("This is more than ten years ago. Please check the year.")


def setback_form(whose: Sequence[tuple[str, str]], stages: Sequence[tuple[str, str]]) -> type[SetbackForm]:
    """`whose`: (key, words) of the one or two people, and of both; `stages`: (id, title) of those that have been begun."""
    parts = {
        "whose": OneOf("Whose setback it is", choices_of(whose), [Needed("Choose whose it is: that decides who may ever see it.")]),
        "reopen": Several("Stages to take up again", choices_of(stages)),
    }
    return type("SetbackForm", (SetbackForm,), parts)
