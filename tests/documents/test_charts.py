"""Charts are geometry: every point has its place, every label its room, and few elements carry them."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fontTools.ttLib import TTFont

from reports import charts, render_html, sample, timeline
from reports.cover import Period
from reports.dates import day
from reports.progress import CutOff, Measure, Point, Series, Stage, StageChange, StageState
from reports.scale import ADVANCES, number, ticks

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))


def measure(*values, **changed):
    points = tuple(Point(date(2025, 1, 6) + timedelta(30 * place), value) for place, value in enumerate(values))
    given = {"title": "Trust", "direction": "Higher is better.", "low": 0, "high": 10, "reliable_change": "None known."}
    return Measure(**(given | {"series": (Series("Ana", points),)} | changed))


def drawn(subject, period=YEAR, sessions=(), setbacks=()):
    return charts.chart(subject, period, sessions, setbacks)


def test_the_widths_of_axis_letters_are_those_of_the_bundled_face(fonts):
    font = TTFont(fonts / "AtkinsonHyperlegibleNext-Regular.ttf")
    glyphs = font.getBestCmap()
    assert {letter: font["hmtx"][glyphs[ord(letter)]][0] for letter in ADVANCES} == ADVANCES


def test_a_chart_is_at_most_twenty_elements_of_svg(templates):
    html = render_html(sample.couple(), templates)
    drawings = [svg for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL) if "Line chart" in svg]
    assert len(drawings) == 4
    assert all(len(re.findall(r"<(?:path|text|title|svg)\b", svg)) <= 20 for svg in drawings)


def test_a_missing_value_breaks_the_line_instead_of_bridging_it():
    (series,) = drawn(measure(1, 2, None, 3, 4)).series
    measured = series.line.split("M")[1:-1]  # the last stroke is the sample beside the name
    assert [stroke.count("L") for stroke in measured] == [1, 1]


def test_higher_values_stand_higher():
    (series,) = drawn(measure(1, 9)).series
    (_, low), (_, high) = re.findall(r"([\d.]+) ([\d.]+)", series.line)[:2]
    assert float(high) < float(low)


def test_two_people_differ_in_more_than_color():
    points = measure(1, 2).series[0].points
    first, second = drawn(measure(series=(Series("Ana", points), Series("Ben", points)))).series
    assert first.style != second.style
    assert "a" in first.markers and "a" not in second.markers
    assert abs(first.name.y - second.name.y) >= 10


def test_names_beside_the_lines_stay_inside_the_drawing():
    points = measure(0, 0).series[0].points
    for series in drawn(measure(series=tuple(Series(name, points) for name in "ABC"))).series:
        assert 0 < series.name.y < 113


def test_a_prorated_score_wears_a_ring():
    ringed = Series("Ana", (Point(date(2025, 2, 1), 4, prorated=True),))
    assert drawn(measure(series=(ringed,))).prorated
    assert not drawn(measure(4)).prorated


def test_a_cut_off_at_the_top_of_the_scale_is_still_drawn():
    assert drawn(measure(4, cut_off=CutOff(10, "cut-off 10"))).cut_off
    assert not drawn(measure(4)).cut_off


@pytest.mark.parametrize("values", [(), (None,), (5,), (0, 0), (10, 10)])
def test_few_or_no_values_are_no_trouble(values):
    chart = drawn(measure(*values))
    assert "nan" not in repr(chart) and "inf" not in repr(chart)


def test_a_scale_of_no_height_and_a_period_of_one_day_are_no_trouble():
    moment = Period(date(2025, 1, 6), date(2025, 1, 6))
    assert drawn(measure(3, low=3, high=3), moment).grid


@pytest.mark.parametrize("days", [0, 1, 20, 74, 75, 200, 365, 800, 4000, 20000])
def test_an_axis_has_some_marks_and_never_a_crowd(days):
    marks = list(ticks(Period(YEAR.start, YEAR.start + timedelta(days))))
    assert 1 <= len(marks) <= 12
    assert len({on for on, _ in marks}) == len(marks)


@pytest.mark.parametrize("days", [30, 45, 75, 267, 365, 1000])
def test_labels_above_the_bars_stay_inside_the_drawing_and_apart(days):
    axis = timeline.axis(Period(YEAR.start, YEAR.start + timedelta(days)))
    places = [float(x) for x in axis.xs.split()]
    assert len(places) == len(axis.text) > 2
    assert places == sorted(places)
    assert places[-1] < timeline.BAR_WIDTH - 3


def test_the_words_for_a_chart_name_the_first_and_last_value():
    said = drawn(measure(2, 5, 8)).alternative
    assert "Ana: 2 on January 6, 2025, 8 on March 7, 2025, measured 3 times." in said


def test_a_stage_is_drawn_only_inside_the_period():
    stage = Stage(1, "One", (StageChange(date(2024, 5, 1), StageState.IN_PROGRESS),))
    ((state, path),) = timeline.bars(stage, YEAR).paths
    assert state == "in_progress" and path.startswith("M0.0") and "h200.0" in path


def test_two_states_on_one_day_leave_the_later_one():
    same = date(2025, 3, 1)
    stage = Stage(1, "One", (StageChange(same, StageState.IN_PROGRESS), StageChange(same, StageState.WORKED_THROUGH)))
    assert [state for state, _ in timeline.bars(stage, YEAR).paths] == ["worked_through"]


def test_a_state_entered_on_the_last_day_can_still_be_seen():
    stage = Stage(1, "One", (StageChange(YEAR.end, StageState.SET_ASIDE),))
    ((_, path),) = timeline.bars(stage, YEAR).paths
    assert "h3.0" in path


def test_the_key_explains_only_states_that_are_shown():
    report = replace(sample.empty(), stages=(Stage(1, "One", (StageChange(sample.START, StageState.IN_PROGRESS),)),))
    assert timeline.shown_states(report) == (StageState.IN_PROGRESS,)


def test_numbers_are_printed_without_needless_decimals():
    assert [number(value) for value in (0, 7.0, 51.5, -2)] == ["0", "7", "51.5", "−2"]


def test_dates_are_written_one_way_on_every_machine():
    when = date(2025, 9, 6)
    assert [day(when), day(when, "short"), day(when, "bare"), day(when, "year"), day(None)] == [
        "September 6, 2025", "Sep 6, 2025", "Sep 6", "Sep 2025", "",
    ]  # fmt: skip
