"""The published measures against numbers worked out by hand, and what must hold for every form that anybody could fill in."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import Library, change, score
from forms.changes import Outcome, reliable_change_index, since_first
from forms.library import CONTENT
from forms.measures import Better, Measure
from forms.scoring import Score, score_of_total
from forms.thresholds import Threshold

LIBRARY = Library(CONTENT)
PUBLISHED = [one for one in LIBRARY.measures if not one.own]
Outcomes = Outcome
few = settings(max_examples=60, deadline=None)


def of(id: str, *values: int | None) -> Score:
    measure = LIBRARY.measure(id)
    return score(measure, dict(zip((item.id for item in measure.items), values, strict=True)))


# --- the facts ------------------------------------------------------------------------------------------------------------


def test_each_measure_is_as_its_paper_says() -> None:
    """Items, range, direction, cut-off, threshold of change, fewest answers that are prorated: written down by hand."""
    facts = {
        one.id: (len(one.items), one.low, one.high, str(one.better), one.cutoff,
                 one.reliable_change.threshold if one.reliable_change else None, one.prorate_from)
        for one in PUBLISHED
    }  # fmt: skip
    assert facts == {
        "phq-9": (9, 0, 27, "lower", 10, 6, 7),
        "phq-2": (2, 0, 6, "lower", 3, None, 0),
        "gad-7": (7, 0, 21, "lower", 8, 4, 6),
        "gad-2": (2, 0, 6, "lower", 3, None, 0),
        "pcl-5": (20, 0, 80, "lower", 31, 15, 16),
        "k10": (10, 10, 50, "lower", None, None, 0),
        "k6": (6, 0, 24, "lower", 13, None, 0),
        "who-5": (5, 0, 100, "higher", 50, 10, 0),
        "csi-16": (16, 0, 81, "higher", 51.5, 7, 0),
        "csi-4": (4, 0, 21, "higher", 13.5, 3, 0),
        "rdas": (14, 0, 69, "higher", 47.31, 12, 0),
        "crs": (10, 0, 100, "higher", 70.9, 16, 0),
        "dyadic-trust": (8, 8, 56, "higher", None, None, 0),
    }


def test_none_of_them_holds_published_wording_and_each_says_where_its_facts_come_from() -> None:
    for measure in PUBLISHED:
        assert measure.citation and measure.validated and not measure.has_wording and not measure.introduction
        assert all(item.topic and not item.prompt.partner and not item.scale for item in measure.items)
        assert max(len(item.topic.split()) for item in measure.items) <= 6
        assert not measure.reliable_change or measure.reliable_change.citation


def test_only_couples_are_asked_how_content_they_are_as_a_couple() -> None:
    alone = {one.id for one in PUBLISHED if not one.suits("friend")}
    assert alone == {"csi-16", "csi-4", "rdas", "crs"} == {one.id for one in PUBLISHED if not one.suits("family")}


# --- worked out by hand ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "values", "total", "band", "prorated"),
    [
        ("phq-9", (1, 2, 1, 2, 0, 1, 3, 0, 0), 10, "moderate", False),
        ("phq-9", (2, 2, 2, 2, 2, 2, None, None, 0), 15, "moderately severe", True),  # 12 x 9/7 = 15.43
        ("phq-9", (1, 1, 1, 1, 0, 0, 0, 0, None), 5, "mild", True),  # 4.5 goes up
        ("gad-7", (1, 0, 0, 1, 0, 1, None), 4, "minimal", True),  # 3 x 7/6 = 3.5 goes up
        ("gad-7", (3, 3, 3, 3, 3, 0, 0), 15, "severe", False),
        ("phq-2", (1, 2), 3, None, False),
        ("gad-2", (0, 1), 1, None, False),
        ("pcl-5", (2,) * 16 + (None,) * 4, 40, None, True),
        ("k10", (1, 2, 3, 1, 2, 3, 1, 2, 3, 2), 20, "mild", False),
        ("k6", (4, 3, 2, 1, 0, 3), 13, "serious", False),
        ("who-5", (1, 2, 3, 0, 1), 28, "likely depression", False),
        ("who-5", (3, 2, 3, 2, 2), 48, "low", False),
        ("who-5", (3, 3, 3, 2, 2), 52, "not low", False),
        ("csi-16", (6,) + (5,) * 15, 81, "no notable dissatisfaction", False),
        ("csi-16", (3,) * 16, 48, "notable dissatisfaction", False),
        ("csi-4", (4, 3, 3, 3), 13, "notable dissatisfaction", False),
        ("rdas", (4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 2, 3, 3), 47, "distressed", False),
        ("crs", (7,) * 10, 70, None, False),
        ("dyadic-trust", (5,) * 8, 40, None, False),
    ],
)
def test_a_form_is_scored_as_by_hand(id: str, values: tuple[int | None, ...], total: int, band: str | None, prorated: bool) -> None:
    found = of(id, *values)
    assert (found.total, found.band, found.prorated) == (total, band, prorated)


@pytest.mark.parametrize(
    ("id", "values", "why"),
    [
        ("phq-9", (1,) * 6 + (None,) * 3, "6 of 9 answers are there, and it takes 7."),
        ("gad-7", (1,) * 5 + (None,) * 2, "5 of 7 answers are there, and it takes 6."),
        ("pcl-5", (1,) * 15 + (None,) * 5, "15 of 20 answers are there, and it takes 16."),
        ("phq-2", (3, None), "1 of 2 answers is there, and it takes 2."),
        ("csi-16", (3,) * 15 + (None,), "15 of 16 answers are there, and it takes 16."),
        ("rdas", (3,) * 13 + (None,), "13 of 14 answers are there, and it takes 14."),
    ],
)
def test_too_few_answers_are_not_scored(id: str, values: tuple[int | None, ...], why: str) -> None:
    found = of(id, *values)
    assert (found.total, found.band, found.not_scored_because) == (None, None, f"Not scored: {why}")


def test_the_parts_of_the_rdas() -> None:
    found = of("rdas", 5, 4, 3, 2, 1, 0, 5, 4, 3, 2, 4, 5, 1, 0)
    assert [(part.title, part.total, part.high) for part in found.parts] == [
        ("Consensus", 15, 30), ("Satisfaction", 14, 20), ("Cohesion", 10, 19),
    ]  # fmt: skip
    assert sum(part.total for part in found.parts) == found.total == 39


CLUSTERS = [
    ((2, *(0,) * 4, 2, 0, 2, 2, *(0,) * 5, 2, 2, *(0,) * 4), True),
    ((1, *(0,) * 4, 2, 0, 2, 2, *(0,) * 5, 2, 2, *(0,) * 4), False),  # a 1 does not count
    ((2, *(0,) * 4, 2, 0, 2, 0, *(0,) * 5, 2, 2, *(0,) * 4), False),  # D needs two
    ((2, *(0,) * 4, 2, 0, 2, None, *(0,) * 5, 2, 2, *(0,) * 4), None),  # the blank could be the second
    ((0, *(0,) * 4, 2, 0, 2, None, *(0,) * 5, 2, 2, *(0,) * 4), False),  # B is not met, whatever the blank was
]


@pytest.mark.parametrize(("values", "met"), CLUSTERS)
def test_the_cluster_rule_of_the_pcl(values: tuple[int | None, ...], met: bool | None) -> None:
    found = of("pcl-5", *values)
    assert found.met is met
    assert [(one.id, one.needs) for one in found.clusters] == [("B", 1), ("C", 1), ("D", 2), ("E", 2)]


@pytest.mark.parametrize(("last", "flags"), [(0, ()), (1, ("self_harm",)), (3, ("self_harm",)), (None, ("self_harm",))])
def test_the_ninth_answer_is_flagged_from_one_up_and_when_it_is_blank(last: int | None, flags: tuple[str, ...]) -> None:
    assert of("phq-9", *(0,) * 8, last).flags == flags
    assert of("phq-9", *(None,) * 8, last).flags == flags, "a form that is not scored hides nothing"
    assert of("phq-9", None, *(1,) * 7, last).flags == flags, "nor does prorating"


@pytest.mark.parametrize(
    ("id", "before", "after", "outcome"),
    [
        ("phq-9", 15, 9, Outcomes.RECOVERED), ("phq-9", 20, 14, Outcomes.IMPROVED), ("phq-9", 9, 3, Outcomes.IMPROVED),
        ("phq-9", 14, 9, Outcomes.NO_RELIABLE_CHANGE), ("phq-9", 3, 9, Outcomes.WORSE),
        ("gad-7", 11, 7, Outcomes.RECOVERED), ("gad-7", 12, 8, Outcomes.IMPROVED), ("gad-7", 7, 11, Outcomes.WORSE),
        ("pcl-5", 45, 30, Outcomes.RECOVERED), ("pcl-5", 45, 31, Outcomes.NO_RELIABLE_CHANGE),
        ("who-5", 40, 52, Outcomes.RECOVERED), ("who-5", 36, 48, Outcomes.IMPROVED), ("who-5", 60, 48, Outcomes.WORSE),
        ("who-5", 40, 50, Outcomes.IMPROVED),  # 50 is itself low
        ("csi-16", 45, 52, Outcomes.RECOVERED), ("csi-16", 44, 51, Outcomes.IMPROVED), ("csi-16", 60, 53, Outcomes.WORSE),
        ("csi-4", 11, 14, Outcomes.RECOVERED), ("rdas", 40, 52, Outcomes.RECOVERED), ("rdas", 35, 47, Outcomes.IMPROVED),
        ("rdas", 40, 51, Outcomes.NO_RELIABLE_CHANGE), ("crs", 55, 71, Outcomes.RECOVERED), ("crs", 54, 70, Outcomes.IMPROVED),
        ("k10", 40, 12, Outcomes.UNKNOWN), ("dyadic-trust", 8, 56, Outcomes.UNKNOWN), ("phq-2", 6, 0, Outcomes.UNKNOWN),
    ],
)  # fmt: skip
def test_a_change_is_called_by_its_direction_its_size_and_the_cut_off(id: str, before: int, after: int, outcome: Outcome) -> None:
    assert change(LIBRARY.measure(id), before, after).outcome is outcome


def test_a_reliable_change_index_from_a_sample_of_ones_own() -> None:
    """1.96 x 6.1 x 1.4142 x sqrt(1 - 0.84) = 6.76, worked out by hand."""
    assert reliable_change_index(6.1, 0.84) == pytest.approx(6.763, abs=0.001)
    library, problems = LIBRARY.with_thresholds([Threshold("phq-9", deviation=6.1, reliability=0.84, source="our clinic 2025")])
    assert not problems
    known = library.measure("phq-9").reliable_change
    assert known is not None
    assert (known.threshold, known.citation) == (
        6.76, "our clinic 2025; from a standard deviation of 6.1 and a reliability of 0.84",
    )  # fmt: skip


def test_what_a_practice_may_set_and_what_it_may_not() -> None:
    library, problems = LIBRARY.with_thresholds([Threshold("gad-7", cutoff=10), Threshold("pcl-5", reliable_change=18)])
    assert not problems
    assert (library.measure("gad-7").cutoff, library.measure("pcl-5").reliable_change.threshold) == (10, 18)  # type: ignore[union-attr]
    assert LIBRARY.measure("gad-7").cutoff == 8
    wrong = [
        Threshold("phq-9", cutoff=12), Threshold("rdas", reliable_change=5), Threshold("gad7"), Threshold("phq-2", cutoff=9),
    ]  # fmt: skip
    _, problems = LIBRARY.with_thresholds(wrong)
    assert [problem.key for problem in problems] == ["cutoff", "reliable_change", "id", "cutoff"]
    assert "did you mean 'gad-7'?" in str(problems[2])


def test_our_own_are_compared_with_a_persons_own_first_score() -> None:
    found = since_first(LIBRARY.measure("trust-pulse"), [None, 10, 20, None, 14])
    assert found is not None
    assert (found.difference, found.better, found.outcome) == (4, True, Outcome.UNKNOWN)
    assert since_first(LIBRARY.measure("trust-pulse"), [None, 10]) is None


def test_a_total_taken_from_paper() -> None:
    trust = LIBRARY.measure("dyadic-trust")
    assert score_of_total(trust, 44).total == 44
    with pytest.raises(ValueError, match="8-56"):
        score_of_total(trust, 57)


# --- whatever anybody answers ---------------------------------------------------------------------------------------------


def whole_forms(measure: Measure) -> st.SearchStrategy[list[int | None]]:
    return st.tuples(*(st.integers(item.lowest, item.highest) for item in measure.items)).map(list)


def forms_with_blanks(measure: Measure) -> st.SearchStrategy[list[int | None]]:
    return st.tuples(*(st.none() | st.integers(item.lowest, item.highest) for item in measure.items)).map(list)


def scored(measure: Measure, values: list[int | None]) -> Score:
    return score(measure, dict(zip((item.id for item in measure.items), values, strict=True)))


@few
@given(st.data())
def test_a_whole_form_is_the_sum_within_its_range_in_one_band(data: st.DataObject) -> None:
    measure = data.draw(st.sampled_from(PUBLISHED))
    values = data.draw(whole_forms(measure))
    found = scored(measure, values)
    assert found.total == sum(value or 0 for value in values) * measure.multiply
    assert measure.low <= found.total <= measure.high
    assert not found.prorated
    held = [band for band in measure.bands if band.low <= found.total <= band.high]
    assert [band.label for band in held] == ([found.band] if measure.bands else [])


@few
@given(st.data())
def test_prorating_keeps_the_range_and_comes_as_near_as_a_whole_number_can(data: st.DataObject) -> None:
    measure = data.draw(st.sampled_from(PUBLISHED))
    values = data.draw(forms_with_blanks(measure))
    found, known = scored(measure, values), [value for value in values if value is not None]
    needed = measure.prorate_from or len(values)
    assert (found.total is None) == (len(known) < needed)
    if found.total is None:
        assert found.not_scored_because
        return
    assert measure.low <= found.total <= measure.high
    assert found.total == int(found.total)
    exact = sum(known) * len(values) / len(known) * measure.multiply
    assert abs(found.total - exact) <= 0.5 * measure.multiply + 1e-9
    assert found.prorated == (len(known) < len(values))
    if abs(exact % 1 - 0.5) < 1e-9:
        assert found.total == math.ceil(exact), "a half goes up"


@few
@given(st.data())
def test_a_flag_depends_on_the_answer_of_its_item_alone(data: st.DataObject) -> None:
    measure = LIBRARY.measure("phq-9")
    values = data.draw(forms_with_blanks(measure))
    assert bool(scored(measure, values).flags) == (values[8] is None or values[8] >= 1)


@few
@given(st.data())
def test_a_change_seen_from_the_other_end_goes_the_other_way(data: st.DataObject) -> None:
    measure = data.draw(st.sampled_from([one for one in PUBLISHED if one.reliable_change]))
    first, second = (data.draw(st.integers(int(measure.low), int(measure.high))) for _ in range(2))
    there, back = change(measure, first, second), change(measure, second, first)
    assert there.difference == -back.difference
    better = {Outcome.IMPROVED, Outcome.RECOVERED}
    assert (there.outcome in better) == (back.outcome is Outcome.WORSE)
    assert (there.outcome is Outcome.NO_RELIABLE_CHANGE) == (back.outcome is Outcome.NO_RELIABLE_CHANGE)
    if there.outcome is Outcome.RECOVERED:
        assert measure.is_clinical(first) and not measure.is_clinical(second)
        assert (second > first) == (measure.better is Better.HIGHER)


@few
@given(st.data())
def test_a_score_goes_through_json_unchanged(data: st.DataObject) -> None:
    import json

    measure = data.draw(st.sampled_from(PUBLISHED))
    found = scored(measure, data.draw(forms_with_blanks(measure)))
    assert Score.from_json(json.loads(json.dumps(found.as_json()))) == found
