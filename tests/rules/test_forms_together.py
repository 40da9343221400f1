"""What two people answer together: agreements with what they may not lack, and answers to another's lines, one by one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from forms import Given, Wording, WorksheetForm, form_for, is_concern, library
from forms.agreements import lacking
from forms.definition import AnsweredBy, Choice, Item, Kind, Page, Relationship, Visibility, Worded, Worksheet
from forms.shown import lines

WORDING = Wording("Ben", "what happened", "partner")
ONE = Item("a", Kind.AGREEMENT, Worded("?"), visibility=Visibility.JOINT, needs=("until", "review"))
ROWS = replace(ONE, most=3, always_says=Worded("{other} may end it."))
WILL_OR_NOT = (Choice("yes", Worded("I will")), Choice("no", Worded("I cannot")))
ANSWERS = Item("a", Kind.FOLLOW_UP, Worded("?"), choices=WILL_OR_NOT, with_text=Worded("Why"))
LINES = ("call when late", "be home by six", "call when late")
WHOLE = {"terms": "bills", "who": "Sam", "how_often": "Sundays", "until": "2026-06-30", "review_on": "2026-06-01"}


def sheet(*items: Item) -> Worksheet:
    return Worksheet("w", 1, "m", Worded("W"), AnsweredBy.JOINT, 5, Worded("Both."), (Page(Worded("P"), items),))


def posted(item: Item, *pairs: tuple[str, str], followed: tuple[str, ...] = ()) -> WorksheetForm:
    return form_for(sheet(item), WORDING, followed={"a": followed} if followed else None)(MultiDict(pairs))


def whole(rows: bool = False) -> list[tuple[str, str]]:
    inside = "a-rows-1-" if rows else "a-"
    return [(inside + part if part != "review_on" else "a-review_on", text) for part, text in WHOLE.items()]


def test_a_whole_agreement_may_be_put_to_the_other() -> None:
    form = posted(ONE, *whole())
    assert form.validate() and form.is_ready()
    assert form.answers()["a"] == Given(WHOLE)
    assert lacking(ONE, form.answers()["a"]) == ()


@pytest.mark.parametrize(
    ("part", "sentence"),
    [("terms", "Write what is agreed"), ("until", "Choose the day on which this ends"), ("review_on", "you look at this again")],
)
def test_an_agreement_without_a_part_that_it_needs_is_kept_and_not_put_forward(part: str, sentence: str) -> None:
    form = posted(ONE, *(pair for pair in whole() if pair[0] != f"a-{part}"))
    assert form.validate()
    assert form.sound_answers()["a"].value[part] == ""
    assert not form.is_ready()
    assert sentence in form["a"].form[part].errors[0]
    assert form.asked[0].has_errors
    (lack,) = lacking(ONE, form.answers()["a"])
    assert (lack.part, lack.row) == (part, None)


def test_who_and_how_often_may_be_left_out_where_the_file_does_not_need_them() -> None:
    form = posted(ONE, *(pair for pair in whole() if pair[0] not in ("a-who", "a-how_often")))
    assert form.validate() and form.is_ready()


@pytest.mark.parametrize("given", [None, Given(), Given(None, "rather_not")])
@pytest.mark.parametrize("item", [ONE, ROWS])
def test_nothing_at_all_is_never_put_forward(item: Item, given: Given | None) -> None:
    assert [lack.part for lack in lacking(item, given)] == ["terms", "until", "review_on"]
    form = posted(item)
    assert form.validate() and not form.is_ready()
    assert form.answers()["a"].is_blank


def test_each_row_of_a_commitment_table_needs_its_own_end_and_all_share_one_review() -> None:
    form = posted(ROWS, *whole(rows=True), ("a-rows-2-terms", "walk the dog"))
    assert form.validate() and not form.is_ready()
    assert "ends" in form["a"].form.rows.entries[1].form.until.errors[0]
    assert not form["a"].form.rows.entries[0].errors
    value = form.answers()["a"].value
    assert [row["terms"] for row in value["rows"]] == ["bills", "walk the dog"]
    assert value["review_on"] == "2026-06-01"
    assert [(lack.part, lack.row) for lack in lacking(ROWS, Given(value))] == [("until", 1)]


def test_rows_are_read_in_words_with_the_sentence_that_always_stands_there() -> None:
    given = posted(ROWS, *whole(rows=True)).answers()["a"]
    assert lines(ROWS, given, WORDING) == (
        "Terms: bills; Who: Sam; How often: Sundays; Until: June 30, 2026",
        "Review date: June 1, 2026",
        "Ben may end it.",
    )
    assert form_for(sheet(ROWS), WORDING)().asked[0].always_says == "Ben may end it."


@pytest.mark.parametrize("rows", [False, True])
def test_an_agreement_comes_back_as_it_was(rows: bool) -> None:
    form = posted(ROWS if rows else ONE, *whole(rows=rows))
    given = Given.from_json(json.loads(json.dumps(form.answers()["a"].as_json())))
    assert type(form)(data=form.draft({"a": given})).answers()["a"] == given


def test_a_row_is_added_without_scripts_up_to_the_most() -> None:
    form = posted(replace(ROWS, most=4))
    assert len(form["a"].form.rows.entries) == 3
    assert form.add_row("a") and form.add_row("a")
    assert len(form["a"].form.rows.entries) == 4
    assert not posted(ONE).add_row("a")
    assert not form.add_row("elsewhere")


def test_a_person_who_works_alone_may_leave_out_any_part_and_reads_their_own_words() -> None:
    joint = replace(sheet(ONE), solo=Worded("Prepare."))
    alone = joint.for_solo()
    assert alone.introduction == Worded("Prepare.")
    assert [lack.part for lack in lacking(alone.item("a"), Given({**WHOLE, "until": ""}))] == []
    assert sheet(ONE).for_solo().introduction == Worded("Both.")


def test_each_opened_line_gets_its_own_answer() -> None:
    form = posted(ANSWERS, ("a-row_0-choice", "yes"), ("a-row_2-text", "on Fridays"), followed=LINES)
    assert form.validate()
    assert [line for line, _ in form["a"].rows] == list(LINES)
    assert form.answers()["a"].value == {
        "rows": [{"of": LINES[0], "choice": "yes", "text": ""}, {"of": LINES[2], "choice": "", "text": "on Fridays"}]
    }
    assert lines(ANSWERS, form.answers()["a"], WORDING) == ("call when late: I will", "call when late: on Fridays")


def test_nobody_can_put_other_words_in_the_place_of_an_opened_line() -> None:
    form = posted(ANSWERS, ("a-row_0-choice", "yes"), ("a-row_0-of", "hand over the phone"), ("a-rows-0-of", "x"), followed=LINES)
    assert form.validate()
    assert [row["of"] for row in form.answers()["a"].value["rows"]] == [LINES[0]]


def test_answers_come_back_beside_their_lines_also_when_the_lines_have_changed() -> None:
    said = Given({"rows": [{"of": "be home by six", "choice": "no", "text": "shift"}, {"of": "gone", "choice": "yes", "text": ""}]})
    Form = form_for(sheet(ANSWERS), WORDING, followed={"a": ("new", "be home by six")})
    form = Form(data=Form.draft({"a": said}))
    assert [dict(row.data) for _, row in form["a"].rows] == [
        {"choice": None, "text": None},
        {"choice": "no", "text": "shift"},
    ]
    assert form.answers()["a"].value == {"rows": [{"of": "be home by six", "choice": "no", "text": "shift"}]}


def test_opened_lines_are_not_kept_for_the_next_form() -> None:
    with_lines = form_for(sheet(ANSWERS), WORDING, followed={"a": LINES})
    assert with_lines().asked[0].followed == LINES
    assert form_for(sheet(ANSWERS), WORDING)().asked[0].followed == ()


def test_without_opened_lines_a_person_writes_them_too() -> None:
    form = posted(ANSWERS, ("a-rows-0-of", "call when late"), ("a-rows-0-choice", "yes"))
    assert form.answers()["a"].value == {"rows": [{"of": "call when late", "choice": "yes", "text": ""}]}
    assert form.add_row("a")


def test_a_choice_among_the_answers_can_be_a_concern() -> None:
    item = replace(ANSWERS, concern=("no",), task="Read")
    assert is_concern(item, Given({"rows": [{"of": "x", "choice": "no", "text": ""}]}))
    assert not is_concern(item, Given({"rows": [{"of": "x", "choice": "yes", "text": ""}]}))


@pytest.mark.parametrize(
    ("given", "raised"), [(None, False), (Given(), False), (Given("hello"), True), (Given(None, "in_session"), True)]
)
def test_a_task_without_values_is_raised_by_any_answer(given: Given | None, raised: bool) -> None:
    assert is_concern(Item("a", Kind.LONG_TEXT, Worded("?"), task="Read"), given) is raised


def tied() -> Worksheet:
    choices = (Choice("hug", Worded("A hug"), relationships=(Relationship.PARTNER,)), Choice("call", Worded("A call")))
    everyone = Item("everyone", Kind.CHECKLIST, Worded("?"), choices=choices, visibility=Visibility.REVEAL, reveal_group="one")
    partners = replace(everyone, id="partners", relationships=(Relationship.PARTNER,), reveal_group="two")
    pages = (Page(Worded("One"), (everyone,)), Page(Worded("Two"), (partners,)))
    return replace(sheet(), pages=pages)


def test_items_choices_and_empty_pages_of_other_ties_fall_away() -> None:
    friends = tied().for_relationship("friend")
    assert [item.id for item in friends.items] == ["everyone"]
    assert [choice.id for choice in friends.items[0].choices] == ["call"]
    assert friends.reveal_groups == ("one",)
    assert tied().reveal_groups == ("one", "two")
    assert tied().for_relationship("partner") == tied()
    assert tied().suits("friend") and not replace(tied(), pages=tied().pages[1:]).suits("friend")


def test_a_form_asks_only_what_is_asked_in_its_tie() -> None:
    Form = form_for(tied(), Wording("Ben", "it", "friend"))
    assert list(Form().answers()) == ["everyone"]
    with pytest.raises(IndexError):
        form_for(tied(), Wording("Ben", "it", "friend"), 1)
    form = Form(MultiDict([("everyone-chosen", "hug")]))
    assert not form.validate()



HOSTILE = ["\x00", "a\u202eb", "</textarea><script>", "{{ 7*7 }}", "{other}", "😀" * 200, "x" * 30_000, "١", "None", "-0", "1e9"]


def test_every_worksheet_of_ours_takes_a_blank_answer_and_survives_hostile_strings() -> None:
    sheets = [one for module in library.modules for one in library.worksheets_of(module.id)]
    assert len(sheets) > 80
    for worksheet in sheets:
        for kind in Relationship:
            Form = form_for(worksheet, Wording("Ben", "it", kind))
            blank = Form(MultiDict({"x": "y"}))
            assert blank.validate()
            assert all(given.is_blank for given in blank.answers().values())
        names = [field.name for asked in Form().asked for field in leaves(asked.field)]
        for text in HOSTILE:
            form = Form(MultiDict([(name, text) for name in names]))
            form.validate()
            kept = form.sound_answers()
            assert json.loads(json.dumps({id: given.as_json() for id, given in kept.items()})) is not None
            for asked in form.asked:
                if asked.item.id in kept:
                    assert lines(asked.item, kept[asked.item.id], WORDING)


def leaves(field: Any) -> list[Any]:
    if hasattr(field, "entries"):
        return [leaf for entry in field.entries for leaf in leaves(entry)]
    if hasattr(field, "form"):
        return [leaf for part in field.form for leaf in leaves(part)]
    return [field]
