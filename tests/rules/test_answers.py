"""An answer of each kind, from what a phone posts to what is kept, shown again, and read in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms import Given, Wording, WorksheetForm, form_for, is_concern
from forms.definition import (
    AnsweredBy,
    Choice,
    Column,
    Item,
    Kind,
    Page,
    Statement,
    Visibility,
    Worded,
    Worksheet,
)
from forms.shown import LEFT_BLANK, lines

WORDING = Wording("Ben", "what happened in March", "partner")
RED_BLUE = (Choice("red", Worded("Red")), Choice("blue", Worded("Blue, like {other}'s coat"), Worded("A hint")))
ITEMS = {
    "short_text": Item("a", Kind.SHORT_TEXT, Worded("A?")),
    "long_text": Item("a", Kind.LONG_TEXT, Worded("A?")),
    "likert5": Item("a", Kind.LIKERT5, Worded("A?"), low=Worded("Not at all"), high=Worded("Fully")),
    "scale10": Item("a", Kind.SCALE10, Worded("A?")),
    "number": Item("a", Kind.NUMBER, Worded("A?")),
    "date": Item("a", Kind.DATE, Worded("A?")),
    "choice": Item("a", Kind.CHOICE, Worded("A?"), choices=RED_BLUE, with_text=Worded("Why?")),
    "checklist": Item("a", Kind.CHECKLIST, Worded("A?"), choices=RED_BLUE, other=True),
    "yes_no": Item("a", Kind.YES_NO, Worded("A?"), concern=("yes", "rather_not", "blank"), task="Read"),
    "list": Item("a", Kind.LIST, Worded("A?"), most=4),
    "table": Item(
        "a",
        Kind.TABLE,
        Worded("A?"),
        most=5,
        columns=(
            Column("what", Worded("What")),
            Column("how", Worded("How"), Kind.CHOICE, RED_BLUE),
            Column("hard", Worded("How hard"), Kind.SCALE10),
            Column("when", Worded("When"), Kind.DATE),
            Column("more", Worded("More"), Kind.LONG_TEXT),
        ),
    ),
    "matrix": Item("a", Kind.MATRIX, Worded("A?"), statements=(Statement("x", Worded("X.")), Statement("y", Worded("Y.")))),
    "follow_up": Item("a", Kind.FOLLOW_UP, Worded("A?"), choices=RED_BLUE, with_text=Worded("Why?"), follows="b"),
    "agreement": Item(
        "a",
        Kind.AGREEMENT,
        Worded("A?"),
        visibility=Visibility.JOINT,
        needs=("until", "review"),
        always_says=Worded("Either may end it."),
    ),
}


def worksheet(*items: Item) -> Worksheet:
    return Worksheet("w", 1, "m", Worded("W"), AnsweredBy.EACH, 5, None, tuple(Page(Worded("P"), (item,)) for item in items))


def posted(kind: str, *pairs: tuple[str, str]) -> WorksheetForm:
    return form_for(worksheet(ITEMS[kind]), WORDING)(MultiDict(pairs))


# kind, what is posted, what is kept, what it reads as
ROUNDS: list[tuple[str, list[tuple[str, str]], Any, tuple[str, ...]]] = [
    ("short_text", [("a", "  hello\r\nyou ")], "hello you", ("hello you",)),
    ("long_text", [("a", "one\r\n\r\ntwo")], "one\n\ntwo", ("one", "two")),
    ("likert5", [("a", "0")], 0, ("0 of 4 (0 = Not at all; 4 = Fully)",)),
    ("scale10", [("a", "10")], 10, ("10 of 10",)),
    ("number", [("a", "0")], 0, ("0",)),
    ("number", [("a", "-2,5")], -2.5, ("-2.5",)),
    ("date", [("a", "2026-03-04")], "2026-03-04", ("March 4, 2026",)),
    ("date", [("a", "3/4/2026")], "2026-03-04", ("March 4, 2026",)),
    (
        "choice",
        [("a-choice", "blue"), ("a-text", "warm")],
        {"choice": "blue", "text": "warm"},
        ("Blue, like Ben's coat", "warm"),
    ),
    ("choice", [("a-text", "only words")], {"choice": "", "text": "only words"}, ("only words",)),
    (
        "checklist",
        [("a-chosen", "blue"), ("a-chosen", "red"), ("a-chosen", "red"), ("a-other", "green")],
        {"chosen": ["red", "blue"], "other": "green"},
        ("Red", "Blue, like Ben's coat", "Something else: green"),
    ),
    ("checklist", [("a-other", "green")], {"chosen": [], "other": "green"}, ("Something else: green",)),
    ("yes_no", [("a-choice", "no")], {"choice": "no", "text": ""}, ("No",)),
    ("list", [("a-0", "one"), ("a-1", " "), ("a-2", "three")], ["one", "three"], ("one", "three")),
    (
        "table",
        [("a-0-what", "door"), ("a-0-hard", "0"), ("a-1-what", ""), ("a-2-how", "red"), ("a-2-when", "2026-01-31")],
        [{"what": "door", "hard": 0}, {"how": "red", "when": "2026-01-31"}],
        ("What: door; How hard: 0 of 10", "How: Red; When: January 31, 2026"),
    ),
    ("matrix", [("a-y", "0")], {"y": 0}, ("Y.: 0 of 4",)),
    (
        "follow_up",
        [("a-rows-0-of", "calls"), ("a-rows-0-choice", "red"), ("a-rows-2-of", "walks"), ("a-rows-2-text", "not yet")],
        {"rows": [{"of": "calls", "choice": "red", "text": ""}, {"of": "walks", "choice": "", "text": "not yet"}]},
        ("calls: Red", "walks: not yet"),
    ),
    (
        "agreement",
        [("a-terms", "we look\r\nat the bills"), ("a-who", "Sam"), ("a-until", "6/30/2026")],
        {"terms": "we look\nat the bills", "who": "Sam", "how_often": "", "until": "2026-06-30", "review_on": ""},
        ("Terms: we look", "at the bills", "Who: Sam", "Until: June 30, 2026", "Either may end it."),
    ),
]


@pytest.mark.parametrize(("kind", "pairs", "kept", "words"), ROUNDS)
def test_an_answer_is_kept_shown_again_and_read(kind: str, pairs: list[tuple[str, str]], kept: Any, words: tuple[str, ...]) -> None:
    form = posted(kind, *pairs)
    assert form.validate(), form.errors
    given = form.answers()["a"]
    assert given == Given(kept)
    assert lines(ITEMS[kind], given, WORDING) == words
    # As JSON and back, and through the form again, nothing changes.
    again = Given.from_json(json.loads(json.dumps(given.as_json())))
    shown = type(form)(data=form.draft({"a": again}))
    assert shown.answers()["a"] == given


def test_every_kind_has_its_round() -> None:
    assert {kind for kind, *_ in ROUNDS} == set(Kind) == set(ITEMS)


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_nothing_is_required(kind: str) -> None:
    form = posted(kind)
    assert form.validate(), form.errors
    assert form.answers()["a"].is_blank
    assert lines(ITEMS[kind], form.answers()["a"], WORDING) == (LEFT_BLANK,)


@pytest.mark.parametrize("kind", sorted(ITEMS))
@pytest.mark.parametrize("standard", ["in_session", "rather_not"])
def test_every_kind_takes_a_standard_answer_and_then_keeps_no_value(kind: str, standard: str) -> None:
    form = posted(kind, ("a-instead", standard), ("a", "typed before"), ("a-0", "typed"), ("a-choice", "nonsense"))
    assert form.validate(), form.errors
    given = form.answers()["a"]
    assert (given.value, given.standard) == (None, standard)
    assert not given.is_blank
    assert "would rather" in lines(ITEMS[kind], given, WORDING)[0]
    assert type(form)(data=form.draft({"a": given})).answers()["a"] == given


# kind, what is posted, a part of the sentence beside the field
WRONG = [
    ("short_text", [("a", "x" * 301)], "301 characters, and the most is 300"),
    ("long_text", [("a", "x" * 20_001)], "20,001 characters, and the most is 20,000"),
    ("short_text", [("a", "be\x00fore")], "cannot be kept"),
    ("long_text", [("a", "be\x1bfore")], "cannot be kept"),
    ("long_text", [("a", "half \ud83d of one")], "cannot be kept"),
    ("likert5", [("a", "5")], "Choose one of the answers"),
    ("likert5", [("a", "-1")], "Choose one of the answers"),
    ("likert5", [("a", "²")], "Choose one of the answers"),
    ("scale10", [("a", "9" * 5000)], "Choose one of the answers"),
    ("scale10", [("a", "None")], "Choose one of the answers"),
    ("number", [("a", "nan")], "Write a number"),
    ("number", [("a", "1e999")], "Write a number"),
    ("number", [("a", "1_0")], "Write a number"),
    ("number", [("a", "9" * 5000)], "Write a number"),
    ("date", [("a", "2026-02-30")], "no such day"),
    ("date", [("a", "0204-02-03")], "between 1900 and 2100"),
    ("date", [("a", "2101-01-01")], "between 1900 and 2100"),
    ("date", [("a", "yesterday")], "year, month and day"),
    ("date", [("a", "2026-W10-1")], "year, month and day"),
    ("choice", [("a-choice", "green")], "Choose one of the answers"),
    ("choice", [("a-choice", "red"), ("a-text", "x" * 301)], "301 characters"),
    ("checklist", [("a-chosen", "green")], "Choose only from the answers"),
    ("checklist", [("a-other", "x\x00")], "cannot be kept"),
    ("list", [("a-0", "x" * 301)], "301 characters"),
    ("table", [("a-0-when", "soon")], "year, month and day"),
    ("table", [("a-0-how", "green")], "Choose one of the answers"),
    ("table", [("a-0-hard", "11")], "Choose one of the answers"),
    ("matrix", [("a-x", "5")], "Choose one of the answers"),
    ("follow_up", [("a-rows-0-choice", "green")], "Choose one of the answers"),
    ("agreement", [("a-terms", "x" * 20_001)], "20,001 characters"),
    ("agreement", [("a-review_on", "soon")], "year, month and day"),
]


@pytest.mark.parametrize(("kind", "pairs", "sentence"), WRONG)
def test_what_cannot_be_kept_is_refused_with_a_sentence(kind: str, pairs: list[tuple[str, str]], sentence: str) -> None:
    form = posted(kind, *pairs)
    assert not form.validate()
    assert sentence in str(form.errors)
    assert form.asked[0].has_errors
    assert form.sound_answers() == {}


def test_a_limit_is_reached_and_not_crossed() -> None:
    assert posted("short_text", ("a", "x" * 300)).validate()
    assert posted("long_text", ("a", "x" * 20_000)).validate()
    assert posted("long_text", ("a", "tab\tand\nline, 你好 🙂")).validate()


def test_what_was_typed_stays_without_what_cannot_be_shown() -> None:
    form = posted("date", ("a", "31/31/2026"))
    assert not form.validate()
    assert form["a"]._value() == "31/31/2026"
    form = posted("short_text", ("a", "be\x00fore \ud83d"))
    assert not form.validate()
    assert form["a"]._value().encode("utf-8") == b"before "


def test_one_wrong_answer_does_not_keep_the_others_from_being_saved() -> None:
    one, two = Item("one", Kind.DATE, Worded("?")), Item("two", Kind.SHORT_TEXT, Worded("?"))
    form = form_for(worksheet(one, two), WORDING)(MultiDict([("one", "soon"), ("two", "here")]))
    assert not form.validate()
    assert form.sound_answers() == {"two": Given("here")}


def test_a_post_never_takes_an_old_answer_from_the_draft() -> None:
    Form = form_for(worksheet(ITEMS["choice"], ), WORDING)  # fmt: skip
    draft = Form.draft({"a": Given({"choice": "red", "text": "old"})})
    assert Form(MultiDict([("other", "x")]), data=draft).answers()["a"].is_blank
    draft = Form.draft({"a": Given(None, "rather_not")})
    assert Form(MultiDict([("other", "x")]), data=draft).answers()["a"].is_blank


def test_rows_always_leave_a_blank_one_up_to_the_most() -> None:
    Form = form_for(worksheet(ITEMS["list"]), WORDING)
    assert len(Form()["a"].entries) == 3
    assert len(Form(data={"a": ["1", "2", "3"]})["a"].entries) == 4
    assert len(Form(data={"a": ["1", "2", "3", "4"]})["a"].entries) == 4
    assert len(Form(data={"a": list("123456")})["a"].entries) == 4
    more = Form(MultiDict([(f"a-{number}", "x") for number in range(50)]))
    assert len(more["a"].entries) == 4


@pytest.mark.parametrize("name", ["a-²", "a-" + "9" * 5000, "a--1", "a-x", "a-1-", "a-0-what-what", "a-٣"])
def test_strange_row_names_change_nothing(name: str) -> None:
    for kind in ("list", "table"):
        form = posted(kind, (name, "x"), ("a-0-what", "kept"), ("a-0", "kept"))
        assert form.validate(), form.errors
        assert not form.answers()["a"].is_blank


def test_page_forms_hold_only_their_page() -> None:
    one, two = Item("one", Kind.SHORT_TEXT, Worded("?")), Item("two", Kind.SHORT_TEXT, Worded("?"))
    both = worksheet(one, two)
    assert list(form_for(both, WORDING, 1)().answers()) == ["two"]
    for page in (-1, 2):
        with pytest.raises(IndexError):
            form_for(both, WORDING, page)


def test_the_same_worksheet_in_the_same_words_is_the_same_class() -> None:
    sheet = worksheet(ITEMS["choice"])
    assert form_for(sheet, WORDING) is form_for(worksheet(ITEMS["choice"]), WORDING)
    assert form_for(sheet, WORDING) is not form_for(sheet, Wording("Ana", "it", "partner"))


def test_a_page_speaks_in_the_words_of_its_reader() -> None:
    item = Item("a", Kind.CHOICE, Worded("What did {other} do?"), hint=Worded("{event} counts."), choices=RED_BLUE)
    asked = form_for(worksheet(item), WORDING)().asked[0]
    assert asked.prompt == "What did Ben do?"
    assert asked.hint == "What happened in March counts."
    assert asked.hints == {"blue": "A hint"}
    assert [choice.label for choice in asked.field.form.choice.iter_choices()] == ["Red", "Blue, like Ben's coat"]


def test_a_label_that_looks_like_a_token_is_never_filled_in_again() -> None:
    tricky = Wording("{event}", "{other}", "friend")
    assert Worded("I told {other} of {event}").text(tricky) == "I told {event} of {other}"


def test_a_missing_variant_falls_back_to_partner() -> None:
    worded = Worded("p", family="fam")
    said = [worded.text(Wording("B", "e", kind)) for kind in ("partner", "friend", "family")]
    assert said == ["p", "p", "fam"]
    with pytest.raises(ValueError, match="cousin"):
        Wording("B", "e", "cousin")


def test_zero_is_an_answer_and_an_empty_table_is_not() -> None:
    assert not Given(0).is_blank
    assert Given([{"a": " "}, {}]).is_blank
    assert Given({"chosen": [], "other": ""}).is_blank
    assert Given("  ") == Given()


@pytest.mark.parametrize(
    ("given", "concern"),
    [
        (Given({"choice": "yes", "text": ""}), True),
        (Given({"choice": "no", "text": ""}), False),
        (Given(None, "rather_not"), True),
        (Given(None, "in_session"), False),
        (Given(), True),
        (None, True),
    ],
)
def test_a_concern_is_what_the_file_names(given: Given | None, concern: bool) -> None:
    assert is_concern(ITEMS["yes_no"], given) is concern


def test_without_named_values_nothing_is_a_concern() -> None:
    assert not is_concern(ITEMS["scale10"], Given(10))
    assert not is_concern(ITEMS["scale10"], None)
    strained = Item("a", Kind.SCALE10, Worded("?"), concern=(9, 10), task="Read")
    assert is_concern(strained, Given(10))
    assert not is_concern(strained, Given(0))


def test_only_shareable_items_can_be_shared_for_now() -> None:
    assert Item("a", Kind.DATE, Worded("?"), visibility=Visibility.SHAREABLE).is_shareable
    for visibility in (Visibility.PRIVATE, Visibility.REVEAL, Visibility.JOINT):
        assert not Item("a", Kind.DATE, Worded("?"), visibility=visibility).is_shareable


NAMES = st.sampled_from(
    [
        *("a", "a-instead", "a-choice", "a-text", "a-chosen", "a-other", "a-0", "a-1", "a-0-what", "a-0-when", "a-9-how", "a-x"),
        *("a-terms", "a-until", "a-review_on", "a-rows-0-of", "a-rows-0-choice", "a-rows-9-text", "a-rows-²-of"),
    ]
)
TEXTS = st.text(st.characters(), max_size=40) | st.sampled_from(["0", "4", "red", "yes", "2026-01-01", "rather_not"])


@settings(max_examples=150, deadline=None)
@any_of(st.sampled_from(sorted(ITEMS)), st.lists(st.tuples(NAMES, TEXTS), max_size=8))
def test_whatever_is_posted_is_either_kept_whole_or_refused(kind: str, pairs: list[tuple[str, str]]) -> None:
    form = posted(kind, *pairs)
    if form.validate():
        given = form.answers()["a"]
        assert Given.from_json(json.loads(json.dumps(given.as_json()))) == given
        assert lines(ITEMS[kind], given, WORDING)
        assert type(form)(data=form.draft({"a": given})).answers()["a"] == given
    else:
        assert form.asked[0].has_errors
