"""Scores and changes, against numbers worked out by hand from the published rules."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from forms import Given, change, library, score
from forms.definition import Relationship, Worded
from forms.measures import About, Band, Better, Measure, MeasureItem, Point, ReliableChange
from forms.scoring import Outcome, Score

FREQUENCY = tuple(Point(value, Worded(f"Label {value}")) for value in range(4))


def nine_items() -> Measure:
    """Shaped like the PHQ-9: its ranges, bands, cut-off and thresholds are facts; its words are not here."""
    items = [MeasureItem(f"i{number}", Worded(f"Topic {number}"), 0, 3, scale=FREQUENCY) for number in range(1, 10)]
    items[8] = replace(items[8], concern=(1, 2, 3, "blank"), task="Read an answer")
    bands = [(0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"), (15, 19, "moderately severe"), (20, 27, "severe")]
    return Measure(
        id="nine",
        version=1,
        title="Nine",
        short="Nine",
        own=False,
        validated=True,
        better=Better.LOWER,
        low=0,
        high=27,
        relationships=tuple(Relationship),
        about=About.SELF,
        introduction=None,
        items=tuple(items),
        bands=tuple(Band(*band) for band in bands),
        cutoff=10,
        reliable_change=ReliableChange(6, "A paper"),
        prorate_from=7,
    )


def higher_is_better() -> Measure:
    """Shaped like the CSI-4's cut-off and threshold, with a range to suit."""
    return replace(nine_items(), better=Better.HIGHER, bands=(), cutoff=13.5, reliable_change=ReliableChange(3, "B"))


def answered(*values: int | None) -> dict[str, int | None]:
    return {f"i{number}": value for number, value in enumerate(values, start=1)}


@pytest.mark.parametrize(
    ("values", "total", "band"),
    [
        ((0,) * 9, 0, "minimal"),
        ((1, 1, 1, 1, 0, 0, 0, 0, 0), 4, "minimal"),
        ((1, 1, 1, 1, 1, 0, 0, 0, 0), 5, "mild"),
        ((1,) * 8 + (2,), 10, "moderate"),
        ((3, 3, 3, 3, 3, 0, 0, 0, 0), 15, "moderately severe"),
        ((3, 3, 3, 3, 3, 3, 2, 0, 0), 20, "severe"),
        ((3,) * 9, 27, "severe"),
    ],
)
def test_a_whole_form_is_added_up_and_banded(values: tuple[int, ...], total: int, band: str) -> None:
    found = score(nine_items(), answered(*values))
    assert (found.total, found.band, found.prorated, found.not_scored_because) == (total, band, False, None)
    assert (found.low, found.high) == (0, 27)


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ((1, 1, 1, 1, 1, 1, 1, None, None), 9),  # 7 x 9/7
        ((2, 2, 2, 2, 2, 2, 2, 1, None), 17),  # 15 x 9/8 = 16.875
        ((1, 1, 1, 1, 0, 0, 0, 0, None), 5),  # 4 x 9/8 = 4.5: a half goes up
        ((0, 0, 0, 0, 0, 0, 0, None, None), 0),
    ],
)
def test_a_few_missing_answers_are_prorated_and_say_so(values: tuple[int | None, ...], total: int) -> None:
    found = score(nine_items(), answered(*values))
    assert (found.total, found.prorated) == (total, True)


def test_too_few_answers_are_not_scored_and_the_reason_is_said() -> None:
    found = score(nine_items(), answered(1, 1, 1, 1, 1, 1, None, None, 0))
    assert found.total == 8
    found = score(nine_items(), answered(1, 1, 1, 1, 1, 1, None, None, None))
    assert (found.total, found.band, found.prorated) == (None, None, False)
    assert found.not_scored_because == "Not scored: 6 of 9 answers are there, and it takes 7."


def test_without_a_rule_for_prorating_every_item_is_needed() -> None:
    found = score(replace(nine_items(), prorate_from=0), answered(1, 1, 1, 1, 1, 1, 1, 1, None))
    assert found.not_scored_because == "Not scored: 8 of 9 answers are there, and it takes 9."


@pytest.mark.parametrize(("last", "flags"), [(0, ()), (1, ("i9",)), (3, ("i9",)), (None, ("i9",))])
def test_a_risk_answer_is_flagged_even_when_it_is_left_blank(last: int | None, flags: tuple[str, ...]) -> None:
    assert score(nine_items(), answered(*(0,) * 8, last)).flags == flags


def test_a_flag_survives_a_form_that_is_not_scored() -> None:
    found = score(nine_items(), answered(*(None,) * 8, 2))
    assert found.total is None
    assert found.flags == ("i9",)


def test_an_answer_outside_the_range_is_never_added() -> None:
    with pytest.raises(ValueError, match="runs 0-3"):
        score(nine_items(), answered(*(0,) * 8, 4))


def test_raw_scores_can_be_multiplied() -> None:
    """As in a well-being index whose raw 0-25 is printed as 0-100."""
    five = replace(nine_items(), items=nine_items().items[:5], multiply=4, high=60, bands=(), prorate_from=0)
    assert score(five, answered(1, 2, 3, 0, 1)).total == 28


def test_zero_is_an_answer() -> None:
    measure = library.measure("distress-thermometer")
    assert score(measure, {"distress": 0}).total == 0
    assert score(measure, {"distress": None}).not_scored_because == "Not scored: there is no answer."


def test_trust_pulse_adds_eight_answers_up() -> None:
    measure = library.measure("trust-pulse")
    given = {item.id: Given(value) for item, value in zip(measure.items, (4, 3, 2, 1, 0, 4, 4, 4), strict=True)}
    assert score(measure, measure.values(given)).total == 22
    given[measure.items[0].id] = Given(None, "in_session")
    assert score(measure, measure.values(given)).total is None


def test_labelled_answers_become_their_numbers() -> None:
    measure = nine_items()
    given = {item.id: Given({"choice": "2", "text": ""}) for item in measure.items}
    assert measure.as_worksheet().items[0].options[2].id == "2"
    assert score(measure, measure.values(given)).total == 18


def test_a_score_goes_through_json_unchanged() -> None:
    found = score(nine_items(), answered(*(1,) * 8, None))
    assert found.prorated
    assert found.flags
    assert Score.from_json(json.loads(json.dumps(found.as_json()))) == found


@pytest.mark.parametrize(
    ("before", "after", "outcome", "better"),
    [
        (16, 9, Outcome.RECOVERED, True),  # 7 down, from clinical to not
        (15, 10, Outcome.NO_RELIABLE_CHANGE, True),  # 5 are fewer than 6
        (20, 14, Outcome.IMPROVED, True),  # exactly 6, still clinical
        (16, 10, Outcome.IMPROVED, True),  # 10 is itself clinical
        (9, 3, Outcome.IMPROVED, True),  # was never clinical
        (9, 15, Outcome.WORSE, False),
        (9, 14, Outcome.NO_RELIABLE_CHANGE, False),
        (12, 12, Outcome.NO_RELIABLE_CHANGE, None),
    ],
)
def test_change_where_lower_is_better(before: float, after: float, outcome: Outcome, better: bool | None) -> None:
    found = change(nine_items(), before, after)
    assert (found.outcome, found.better, found.difference) == (outcome, better, after - before)
    assert (found.threshold, found.citation) == (6, "A paper")


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (11, 14, Outcome.RECOVERED),  # below 13.5 is clinical
        (9, 12, Outcome.IMPROVED),
        (14, 17, Outcome.IMPROVED),
        (14, 11, Outcome.WORSE),
        (12, 14, Outcome.NO_RELIABLE_CHANGE),
    ],
)
def test_change_where_higher_is_better(before: float, after: float, outcome: Outcome) -> None:
    assert change(higher_is_better(), before, after).outcome is outcome


def test_a_measure_without_a_threshold_says_that_none_is_known() -> None:
    found = change(replace(nine_items(), reliable_change=None), 20, 2)
    assert found.outcome is Outcome.UNKNOWN
    assert found.sentence == "18 points down, which is better. No threshold for a reliable change is known for this measure."


def test_our_own_measures_are_compared_with_the_first_score_only() -> None:
    found = change(library.measure("trust-pulse"), 12, 13)
    assert found.outcome is Outcome.UNKNOWN
    assert found.better is True
    assert found.sentence.startswith("1 point up, which is better.")
    assert "not validated" in found.sentence
    worse = change(library.measure("distress-thermometer"), 4, 7)
    assert worse.better is False
    assert worse.sentence.startswith("3 points up, which is worse.")
