"""The counselor's forms: cases, homework, sessions, notes, stages, reports and signatures."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from forms import library
from forms.cases import AddCaseForm, CorrectSideForm, SafeContactForm, WordsForm
from forms.documents import SignatureForm, progress_report_form
from forms.homework import ExtendForm, ReturnForm, ReviewForm, assign_form
from forms.notes import (
    AddendumForm,
    SignOffForm,
    StageStateForm,
    encounter_form,
    note_draft,
    note_form,
)
from forms.tasks import CloseTaskForm

TODAY = date(2026, 11, 20)
PEOPLE = [("ANA1", "Ana"), ("BEN1", "Ben")]

CASE = {
    "relationship": "partner",
    "policy": "limited_secrets",
    "first-full_name": "Ana Lopez",
    "first-side": "hurt",
    "first-email": "ana@post.example",
    "first-adult": "y",
    "first-may_leave_message": "no",
    "second-full_name": "Benjamin Hart",
    "second-preferred_name": "Ben",
    "second-pronouns": "he",
    "second-side": "involved",
    "second-adult": "y",
    "second-calls_other": "my wife",
    "second-calls_event": "what happened in March",
    "second-may_leave_message": "yes",
}


def posted(**fields: str) -> MultiDict[str, str]:
    return MultiDict(fields)


def case(**changes: str) -> AddCaseForm:
    typed: MultiDict[str, str] = MultiDict({**CASE, **{key.replace("__", "-"): it for key, it in changes.items()}})
    typed.add("second-channels", "phone")
    typed.add("second-channels", "email")
    return AddCaseForm(typed)


def encounter(**changes: Any) -> Form:
    typed = {"day": "2026-11-19", "begins": "4:30 pm", "minutes": "50", "medium": "video", "format": "dap"}
    typed["attendees"] = "ANA1"
    return encounter_form(PEOPLE)(MultiDict({**typed, **changes}), today=TODAY)


def error(form: Form, field: str) -> str:
    assert not form.validate()
    found = form[field].errors
    assert found, form.errors
    return str(found[0])


def test_a_case_is_two_adults_and_what_was_left_open_follows_from_the_rest() -> None:
    form = case()
    assert form.validate(), form.errors
    ana, ben = form.people()
    assert (ana.preferred_name, ana.calls_other, ana.calls_event) == ("Ana", "Ben", "what happened")
    assert (ben.preferred_name, ben.calls_other, ben.calls_event) == ("Ben", "my wife", "what happened in March")
    assert ana.safe_contact == {"channels": [], "hours": "", "may_leave_message": False}
    assert ben.safe_contact == {"channels": ["email", "phone"], "hours": "", "may_leave_message": True}
    assert (ana.email, ben.email) == ("ana@post.example", "")


@pytest.mark.parametrize(
    ("changes", "where", "sentence"),
    [
        ({"first__full_name": " "}, ("first", "full_name"), "Write this person's full name."),
        ({"second__adult": ""}, ("second", "adult"), "for adults only"),
        ({"first__email": "ana"}, ("first", "email"), "whole e-mail address"),
        ({"second__email": "ANA@post.example"}, ("second", "email"), "an address of their own"),
        ({"first__side": "guilty"}, ("first", "side"), "Choose one of the answers"),
        ({"first__calls_other": "x\x00"}, ("first", "calls_other"), "cannot be kept"),
        ({"second__full_name": "x" * 301}, ("second", "full_name"), "301 characters"),
    ],
)
def test_what_is_wrong_with_a_person_stands_beside_the_field(
    changes: dict[str, str], where: tuple[str, str], sentence: str
) -> None:
    form = case(**changes)
    assert not form.validate()
    assert sentence in str(form[where[0]].form[where[1]].errors)
    assert [key for key, found in form.errors.items() if found] == [where[0]]


def test_a_case_needs_a_tie_and_a_policy() -> None:
    form = case(relationship="", policy="")
    assert error(form, "relationship") == "Choose what ties these two people together."
    assert error(form, "policy") == "Choose the confidentiality policy of this case."
    assert "Choose one of the answers" in error(case(policy="none"), "policy")


def test_no_safe_channel_is_chosen_for_anyone() -> None:
    form = SafeContactForm()
    assert form.details() == {"channels": [], "hours": "", "may_leave_message": False}


def test_a_side_is_corrected_with_a_reason() -> None:
    assert CorrectSideForm(posted(side="both", reason="Told today.")).validate()
    assert error(CorrectSideForm(posted(side="both")), "reason") == "Say in a few words why it changes."


def test_a_label_for_the_event_is_short() -> None:
    assert WordsForm(posted(calls_other="Ben", calls_event="March")).validate()
    assert "80 characters" in error(WordsForm(posted(calls_other="Ben", calls_event="x" * 81)), "calls_event")


def test_homework_is_assigned_with_a_note_to_each() -> None:
    Form = assign_form([("begin:ANA1", "Begin, for Ana"), ("begin:BEN1", "Begin, for Ben")], PEOPLE)
    typed = MultiDict([("chosen", "begin:BEN1"), ("due_on", "2026-11-27"), ("note-BEN1", "Take your time.")])
    form = Form(typed, today=TODAY)
    assert form.validate(), form.errors
    assert form.chosen.data == ["begin:BEN1"]
    assert form.due_on.data == date(2026, 11, 27)
    assert (form.note_for("ANA1"), form.note_for("BEN1")) == ("", "Take your time.")
    assert error(Form(MultiDict(), today=TODAY), "chosen") == "Choose at least one worksheet."
    assert "Choose only" in error(Form(posted(chosen="begin:ELI1"), today=TODAY), "chosen")
    assert Form(posted(chosen="begin:ANA1"), today=TODAY).validate(), "a due date may be left open"


@pytest.mark.parametrize(
    ("due", "sentence"),
    [
        ("", "Choose the new day."),
        ("2026-11-19", "This day has passed."),
        ("2036-11-19", "more than three years ahead"),
        ("20261127", "year, month and day"),
        ("9999-01-01", "between 1900 and 2100"),
    ],
)
def test_a_new_due_date_makes_sense(due: str, sentence: str) -> None:
    assert sentence in error(ExtendForm(posted(due_on=due), today=TODAY), "due_on")
    assert ExtendForm(posted(due_on="2026-11-20"), today=TODAY).validate()


def test_returning_needs_a_comment_and_reviewing_does_not() -> None:
    assert "look at again" in error(ReturnForm(posted(comment="  ")), "comment")
    assert ReviewForm(MultiDict()).validate()


def test_a_session_is_recorded() -> None:
    form = encounter()
    assert form.validate(), form.errors
    assert (form.day.data, form.begins.data, form.minutes.data) == (date(2026, 11, 19), time(16, 30), 50)
    assert (form.medium.data, form.attendees.data) == ("video", ["ANA1"])


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("day", "", "Write the day"),
        ("day", "2026-11-21", "still to come"),
        ("day", "2015-11-19", "more than ten years ago"),
        ("day", "0019-11-19", "between 1900 and 2100"),
        ("begins", "", "Write when the session began."),
        ("begins", "25:00", "14:30 or 2:30 pm"),
        ("begins", "13:00 pm", "14:30 or 2:30 pm"),
        ("begins", "noon", "14:30 or 2:30 pm"),
        ("minutes", "0", "from 1 to 600"),
        ("minutes", "601", "from 1 to 600"),
        ("minutes", "5" * 5000, "from 1 to 600"),
        ("minutes", "fifty", "from 1 to 600"),
        ("minutes", "", "how many minutes"),
        ("medium", "letter", "Choose one of the answers"),
        ("attendees", "ELI1", "Choose only"),
    ],
)
def test_a_session_that_cannot_have_been_is_refused(field: str, typed: str, sentence: str) -> None:
    assert sentence in error(encounter(**{field: typed}), field)


@pytest.mark.parametrize(("typed", "hour"), [("0:15", time(0, 15)), ("12:05 am", time(0, 5)), ("12:00PM", time(12))])
def test_times_read_both_ways(typed: str, hour: time) -> None:
    form = encounter(begins=typed)
    assert form.validate()
    assert form.begins.data == hour


def test_a_session_without_people_is_none() -> None:
    form = encounter_form(PEOPLE)(posted(day="2026-11-19"), today=TODAY)
    assert error(form, "attendees") == "Choose at least one person who was in the session."


@pytest.mark.parametrize("format", [template.id for template in library.note_templates])
def test_a_note_has_the_sections_of_its_format_and_an_entry_per_stage(format: str) -> None:
    Form = note_form(library.note_template(format), [("first-steps", "First Steps"), ("data", "Data")])
    ids = [section.id for section in library.note_template(format).sections]
    typed = {f"section-{id}": f"About {id}" for id in ids}
    typed |= {"stage-first-steps-included": "y", "stage-first-steps-text": "We began.", "stage-first-steps-rating": "0"}
    form = Form(MultiDict({**typed, "revision": "3"}))
    assert form.validate(), form.errors
    assert form.sections() == {id: f"About {id}" for id in ids}
    assert form.stages() == [{"module_id": "first-steps", "text": "We began.", "rating": 0}]
    assert form.revision.data == 3
    again = Form(data=note_draft(form.sections(), form.stages(), 3))
    assert (again.sections(), again.stages()) == (form.sections(), form.stages())


def test_nothing_typed_about_a_stage_is_dropped_for_want_of_a_tick() -> None:
    Form = note_form(library.note_template("free"), [("a", "A"), ("b", "B"), ("c", "C")])
    form = Form(MultiDict({"stage-a-text": "Words", "stage-b-rating": "-2", "revision": "1"}))
    assert form.validate()
    assert [stage["module_id"] for stage in form.stages()] == ["a", "b"]


@pytest.mark.parametrize("rating", ["3", "-3", "x", "None"])
def test_a_rating_is_one_of_five(rating: str) -> None:
    form = note_form(library.note_template("free"), [("a", "A")])(MultiDict({"stage-a-rating": rating, "revision": "1"}))
    assert not form.validate()
    assert "Choose one of the answers" in str(form.errors)


def test_an_addendum_says_something() -> None:
    assert "Write what you want to add" in error(AddendumForm(posted(text="")), "text")


def test_a_stage_moves_to_a_known_state() -> None:
    assert StageStateForm(posted(status="revisiting")).validate()
    assert "Choose one" in error(StageStateForm(posted(status="not_started")), "status")


@pytest.mark.parametrize("outcome", ["partly", "deferred", "not_applicable"])
def test_only_achieved_needs_no_reason(outcome: str) -> None:
    assert SignOffForm(posted(outcome="achieved")).validate()
    assert "why" in error(SignOffForm(posted(outcome=outcome)), "reason")
    assert SignOffForm(posted(outcome=outcome, reason="Because.")).validate()


def test_a_report_is_asked_for_by_reader_and_period() -> None:
    Form = progress_report_form(PEOPLE)
    typed = {"audience": "person", "person": "ANA1", "from": "2026-01-01", "to": "2026-11-19"}
    form = Form(MultiDict(typed))
    assert form.validate(), form.errors
    assert (form.from_day.data, form.to_day.data) == (date(2026, 1, 1), date(2026, 11, 19))
    assert "which of the two" in error(Form(MultiDict({**typed, "person": ""})), "person")
    assert "ends before it begins" in error(Form(MultiDict({**typed, "to": "2025-12-31"})), "to_day")
    assert error(Form(MultiDict({**typed, "audience": ""})), "audience") == "Choose who will read this report."
    assert Form(posted(audience="joint")).validate(), "without days it is the whole time"


def test_a_signature_is_a_name_and_a_tick() -> None:
    assert SignatureForm(posted(name="Ana Lopez", agree="y")).validate()
    form = SignatureForm(posted(name=""))
    assert "full name" in error(form, "name")
    assert "You do not have to sign" in error(form, "agree")


def test_a_task_closes_with_what_was_done() -> None:
    assert CloseTaskForm(posted(action="Called her at ten.")).validate()
    assert "A task closes only with that" in error(CloseTaskForm(MultiDict()), "action")
