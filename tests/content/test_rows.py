"""Every row of the programme is asked of the right person, in the right kind, and seen by whom it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from forms import library
from forms.beside import beside, rows_beside
from forms.definition import Item, Relationship, Visibility, Worksheet
from forms.library import CONTENT, changed_since_published, checksums, recorded_checksums
from forms.plans import Track

# Written by hand from the tables of the programme: row, who answers, kinds, who may see it. Rows that are a document, a measure or
# the safety check of another module have no item of their own.
ROWS = {
    "intake-and-safety": """
        2 each long_text reveal
        5 each choice private
        7 each long_text shareable""",
    "address-the-betrayal": """
        1 hurt long_text shareable
        2 involved long_text shareable
        3 hurt checklist shareable
        4 involved checklist shareable
        5 hurt table shareable
        6 involved matrix private
        7 involved choice private
        8 hurt scale10+date private
        9 each short_text shareable""",
    "healthy-boundaries": """
        1 hurt checklist reveal
        2 involved choice reveal
        3 each table reveal
        4 joint agreement joint
        5 joint agreement joint
        6 involved likert5 private
        7 each yes_no private
        8 hurt checklist shareable
        9 each date private""",
    # 2 is a published measure, where the practice holds its wording.
    "time-to-heal": """
        1 hurt table private
        3 hurt likert5 reveal
        4 involved likert5 reveal
        5 involved long_text shareable
        6 each table reveal
        7 each checklist shareable
        8 joint agreement joint""",
    "patient-and-understanding": """
        1 involved short_text reveal
        2 hurt likert5+short_text reveal
        3 hurt short_text reveal
        4 involved likert5 reveal
        5 each checklist private
        6 each table+yes_no private
        7 each short_text shareable
        8 joint scale10 joint""",
    "put-in-the-work": """
        1 hurt list reveal
        2 hurt list shareable
        3 involved follow_up reveal
        4 joint agreement joint
        5 involved checklist reveal
        6 hurt likert5 private
        7 each long_text shareable
        8 involved long_text shareable""",
    "let-go-of-the-past": """
        1 hurt choice private
        2 hurt long_text shareable
        3 hurt long_text private
        4 involved long_text shareable
        5 hurt matrix private
        6 each long_text private
        7 involved long_text private
        8 joint agreement joint
        9 each choice private""",
    # 1 is signed as documents, 5 is the safety check, 6 is the measure after each session.
    "professional-help": """
        2 each long_text reveal
        3 each scale10 private
        4 each checklist private
        7 each long_text shareable
        8 each date+choice private""",
    # 8 is the measure "Overall this week".
    "take-care-of-yourself": """
        1 each checklist private
        2 each scale10 private
        3 each short_text private
        4 each checklist private
        5 hurt long_text private
        6 involved long_text private
        7 each table private""",
    "honest-and-direct": """
        1 each table reveal
        2 each checklist private
        3 involved long_text reveal
        4 hurt long_text reveal
        5 each likert5+choice reveal
        6 each choice private
        7 joint agreement joint
        8 joint short_text joint""",
    "affection": """
        1 each checklist reveal
        2 each choice private
        3 joint agreement joint
        4 each short_text reveal
        5 hurt long_text shareable
        6 involved long_text shareable
        7 each likert5+choice private
        8 joint checklist joint""",
    # 7 repeats the baseline measures.
    "focus-on-the-future": """
        1 each choice private
        2 each list reveal
        3 joint table joint
        4 each table reveal
        5 joint agreement joint
        6 joint agreement joint
        8 each long_text shareable
        9 joint date joint""",
}


def worksheets() -> Iterator[Worksheet]:
    for module in library.modules:
        yield from library.worksheets_of(module.id)


def every_item() -> list[tuple[Worksheet, Item]]:
    return [(worksheet, item) for worksheet in worksheets() for item in worksheet.items]


def rows_of(module: str) -> dict[int, tuple[str, set[str], str]]:
    lines = (line.split() for line in ROWS[module].strip().splitlines())
    return {int(number): (who, set(kinds.split("+")), seen_by) for number, who, kinds, seen_by in lines}


def test_all_modules_stand_in_full() -> None:
    assert [module.id for module in library.modules] == list(ROWS)
    assert sum(len(module.worksheets) for module in library.modules) > 80


@pytest.mark.parametrize("module", ROWS)
def test_every_row_of_the_programme_is_asked_of_the_right_person(module: str) -> None:
    found: dict[int, tuple[str, set[str], str]] = {}
    for worksheet, item in every_item():
        if worksheet.module == module and item.number:
            who, kinds, seen_by = found.setdefault(item.number, (worksheet.answered_by, set(), item.visibility))
            assert (who, seen_by) == (worksheet.answered_by, item.visibility), item.id
            kinds.add(item.kind)
    assert found == rows_of(module)


# How many rows each table has, counted by hand.
LENGTHS = dict(zip(list(ROWS)[1:], (9, 9, 8, 8, 8, 9, 8, 8, 8, 8, 9), strict=True))


@pytest.mark.parametrize("module", LENGTHS)
def test_no_row_of_the_programme_is_missing(module: str) -> None:
    beside_it = {row.number for row in beside(module)}
    assert set(rows_of(module)) | beside_it == set(range(1, LENGTHS[module] + 1))


def test_what_stands_beside_a_module_is_there() -> None:
    assert [row.number for row in beside("professional-help")] == [1, 3, 5, 6]
    for row in rows_beside():
        assert row.module in ROWS
        assert all(library.measure(id) for id in row.measures) and all(library.has_document(id) for id in row.documents)
        assert all(library.worksheet(id) for id in row.worksheets)


@pytest.mark.parametrize("kind", Relationship)
def test_every_worksheet_asks_something_in_every_tie(kind: Relationship) -> None:
    for worksheet in worksheets():
        assert worksheet.suits(kind)
        asked = worksheet.for_relationship(kind)
        assert asked.items and all(page.items for page in asked.pages)


def test_nothing_about_touch_ever_reaches_friends_or_relatives() -> None:
    touch = {"sitting_close", "hand_on_arm", "holding_hands", "a_hug", "a_kiss_hello"}
    sheet = library.worksheet("green-amber-red")
    assert touch <= {item.id for item in sheet.for_relationship("partner").items}
    welcome = library.worksheet("warmth-i-welcome")
    for kind in ("friend", "family"):
        assert not touch & {item.id for item in sheet.for_relationship(kind).items}
        assert "touch" not in {choice.id for item in welcome.for_relationship(kind).items for choice in item.choices}


def test_the_last_row_of_taking_care_is_a_measure_of_its_own() -> None:
    overall = library.measure("overall-this-week")
    assert overall.title == "Overall this week"
    assert (len(overall.items), overall.low, overall.high) == (1, 0, 10)


def test_nothing_published_was_changed() -> None:
    assert len(recorded_checksums(CONTENT)) > 100
    assert changed_since_published(CONTENT) == ()
    assert recorded_checksums(CONTENT).keys() == checksums(CONTENT).keys(), "run: python -m forms --publish"


def test_items_without_a_row_belong_to_intake_and_are_private() -> None:
    rest = [(worksheet, item) for worksheet, item in every_item() if not item.number]
    assert rest
    assert {worksheet.module for worksheet, _ in rest} == {"intake-and-safety"}
    assert {item.visibility for _, item in rest} == {Visibility.PRIVATE}


def test_the_safety_check_asks_nine_things_and_never_shows_them() -> None:
    items = library.worksheet("safety-check").items
    assert len(items) == 9
    for item in items:
        assert [choice.id for choice in item.choices] == ["yes", "no", "talk"]
        assert item.never_shared and item.task
        assert {"talk", "in_session", "rather_not"} <= set(item.concern)
    good_yes = {item.id for item in items if "no" in item.concern}
    assert good_yes == {"free_to_disagree", "free_to_say_no"}
    assert all("yes" in item.concern for item in items if item.id not in good_yes)


def test_a_private_word_always_reaches_the_counselor_and_looks_like_other_homework() -> None:
    sheet = library.worksheet("private-word")
    (item,) = sheet.items
    assert item.never_shared and item.task and not item.concern
    assert sheet.title.partner == "A note"


def test_what_frightens_or_is_not_free_is_told_to_the_counselor_alone() -> None:
    for sheet, item in (
        ("how-limits-feel", "frightened_or_forced"),
        ("hard-talks", "frightening_talk"),
        ("how-it-felt-this-week", "free_to_say_no"),
        ("my-direction", "free_to_choose"),
    ):
        found = library.worksheet(sheet).item(item)
        assert found.visibility is Visibility.PRIVATE and found.concern and found.task, item
    assert set(library.worksheet("how-it-felt-this-week").item("free_to_say_no").concern) >= {0, 1, 2}


def test_openness_always_ends_and_every_agreement_is_looked_at_again() -> None:
    agreements = {item.id: item for _, item in every_item() if item.kind == "agreement"}
    assert len(agreements) == 9
    assert all("review" in item.needs and item.always_says for item in agreements.values())
    for id in ("openness", "openness_ends", "commitments"):
        assert "until" in agreements[id].needs
    said = agreements["openness"].always_says
    assert said and "passwords" in said.partner and "end it at once" in said.partner


def test_every_joint_worksheet_says_what_it_is_for_one_who_works_alone() -> None:
    for worksheet in worksheets():
        assert bool(worksheet.solo) == (worksheet.answered_by == "joint"), worksheet.id


def test_a_page_holds_one_heavy_text_or_a_few_light_items() -> None:
    pages = [(worksheet, page) for worksheet in worksheets() for page in worksheet.pages]
    assert pages
    for worksheet, page in pages:
        heavy = [item for item in page.items if item.kind in ("long_text", "table", "agreement", "follow_up")]
        assert len(page.items) <= 6, worksheet.id
        assert not heavy or len(page.items) == 1, worksheet.id


def test_what_it_changed_and_what_it_cost_can_stand_side_by_side() -> None:
    changed = library.worksheet("what-it-changed").item("what_changed")
    cost = library.worksheet("involved-account").item("what_it_cost")
    assert [choice.id for choice in changed.choices] == [choice.id for choice in cost.choices]


def test_forgiving_is_never_a_sign_of_progress() -> None:
    criteria = [criterion for module in library.modules for criterion in module.criteria]
    assert criteria
    assert [one.sentence for one in criteria if re.search("forgiv|reconcil|stay together", one.sentence, re.I)] == []


def test_every_module_guides_its_counselor() -> None:
    for module in library.modules:
        guide = module.guide
        assert all((guide.aims, guide.prepare, guide.watch_for, guide.slow_down_when, guide.questions)), module.id
        assert module.aims and module.criteria and module.references, module.id


def test_a_reveal_opens_what_belongs_together_in_whichever_worksheet_it_stands() -> None:
    both = library.reveal_group("pace", "partner")
    assert [(part.worksheet, part.item) for part in both] == [("my-pace", "my_pace"), ("waiting-well", "waiting")]
    assert library.reveal_group("limits_needed", "partner")
    assert library.reveal_group("limits_needed", "friend") == ()


def test_three_plans_can_be_given_and_begin_with_safety() -> None:
    plans = {plan.id: plan for plan in library.plans}
    assert list(plans) == ["first-eight-weeks", "after-a-setback", "working-alone"]
    for plan in plans.values():
        assert plan.entries[0].worksheet == "safety-check"
        assert [entry.week for entry in plan.entries] == sorted(entry.week for entry in plan.entries)
        assert all(plan.suits(kind) for kind in Relationship)
    assert plans["working-alone"].track is Track.SOLO
    assert library.plan("after-a-setback").title == "After a setback"


def test_a_plan_gives_each_side_its_own_and_joint_pieces_to_two_or_to_one_alone() -> None:
    entries = library.plan("after-a-setback").entries
    joint = next(entry for entry in entries if entry.side == "joint")
    hurt = next(entry for entry in entries if entry.side == "hurt")
    assert joint.is_for("hurt", both=True) and not joint.is_for("hurt", both=False)
    assert joint.is_for("hurt", both=False, solo=True)
    assert hurt.is_for("hurt", both=False) and hurt.is_for("unset", both=True) and not hurt.is_for("involved", both=True)
