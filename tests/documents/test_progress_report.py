"""What the printed progress report says, to whom, and what is left out of it."""

from dataclasses import fields, replace
from datetime import date

import pytest

from reports import Audience, render_html, sample
from reports.progress import Goal, Homework, NotePart, Session, StageState, StageWork, Worksheet


def test_the_counselor_reads_the_cover_and_every_section(words):
    report = sample.couple()
    text = words(report)
    for said in ("Ana Moreno and Ben Carter", "wife of Ben", "January 6, 2025 to September 30, 2025", "LMFT, license 48213",
                 "Harbor Street Counseling", "October 2, 2025", "K7QM-2R", report.leaves_out, "Where the work stands",
                 "Measures over time", "Homework", "Sessions", "Agreements", "Goals", "Shared answers", "Next steps"):  # fmt: skip
        assert said in text


def test_every_stage_stands_with_its_dated_states(words):
    text = words(sample.couple())
    assert all(title in text for title in sample.TITLES)
    assert "In progress Jan 6, 2025; worked through Apr 14, 2025; revisiting Jun 16, 2025; worked through Jul 28, 2025" in text
    assert "Signed off July 28, 2025: achieved" in text
    assert text.count("Not started") == 2


def test_every_value_of_every_chart_stands_in_a_table_too(words):
    report = sample.couple()
    text = words(report)
    points = [point for measure in report.measures for series in measure.series for point in series.points]
    assert len(points) > 180
    for point in points:
        shown = "not scored" if point.value is None else f"{point.value:g}{'*' if point.prorated else ''}"
        assert f"{point.on:%b} {point.on.day}: {shown}" in text


def test_reliable_change_is_printed_with_its_source_or_said_to_be_unknown(words):
    text = words(sample.couple())
    assert "7 points or more (Funk & Rogge, 2007" in text
    assert text.count("none known for this measure; compared with the person's own first answers") == 3


def test_a_session_names_attendance_kind_minutes_and_the_rating_in_words(words):
    text = words(sample.couple())
    assert "Session 13 Joint session · 50 minutes · Ana attended; Ben called in sick" in text
    assert "Individual session with Ben" in text
    for rating in ("−2, much less than expected", "−1, less", "0, as expected", "+1, more", "+2, much more than expected"):
        assert rating in text


def test_an_unrated_entry_says_nothing_about_a_rating():
    assert StageWork("Put in the Work", "Talked.").rating_words == ""
    assert StageWork("Put in the Work", "Talked.", 0).rating_words == "0, as expected"


def test_each_page_says_which_of_how_many_it_is(printed, couple):
    pages = printed(couple).pages
    for place, page in enumerate(pages, 1):
        assert f"Page {place} of {len(pages)}" in page.extract_text()


def test_the_running_header_names_the_case_by_its_code_and_nobody_by_name(printed, couple):
    for page in printed(couple).pages[1:]:
        text = page.extract_text()  # what stands in the margins comes last
        header = text[text.rindex("Progress report") :]
        assert "Case K7QM-2R · Jan 6, 2025 to Sep 30, 2025" in header
        assert "Moreno" not in header and "Carter" not in header


def test_only_what_was_given_is_printed_for_both_together(words):
    text = words(sample.couple(Audience.JOINT))
    for hidden in ("Trust Pulse", "CSI-16", "Homework", "worksheets given", "Individual session", "Setbacks", "measure was"):
        assert hidden not in text
    assert "Evenings out" in text and "Joint session" in text


def test_only_what_was_given_is_printed_for_one_person(words):
    text = words(sample.couple(Audience.PERSON))
    assert "Individual session with Ana" in text and "CSI-16" in text
    for hidden in ("Individual session with Ben", "From 39 to 50", "One week was left unanswered", "Setbacks"):
        assert hidden not in text


def test_sessions_are_numbered_without_gaps_for_each_reader(couple):
    assert [session.number for session in couple.sessions] == list(range(1, len(couple.sessions) + 1))


def test_a_report_has_no_section_without_content(words, empty):
    text = words(empty)
    for heading in ("Summary", "Measures over time", "Homework", "Sessions", "Agreements", "Goals", "Shared answers", "Next steps"):
        assert heading not in text
    assert "No stage of the program had begun" in text


def test_an_empty_case_is_one_page_that_says_so(printed, empty):
    (page,) = printed(empty).pages
    text = " ".join(page.extract_text().split())
    if empty.audience is Audience.JOINT:
        assert "In this period no session was recorded." in text
    else:
        assert "In this period no session was recorded, no measure was answered and no homework was given." in text
    assert "Cleo Hartmann" in text and empty.leaves_out in text


def test_people_who_read_together_are_not_told_what_they_never_get(words):
    text = words(sample.empty(Audience.JOINT))
    assert "no homework" not in text and "no measure" not in text


def test_a_person_without_worksheets_is_said_to_have_none(words):
    report = replace(sample.empty(), homework=(Homework("Ana Moreno", ()),))
    assert "No homework was given in this period." in words(report)


def test_what_a_stage_became_after_the_period_is_not_printed(templates):
    report = sample.couple()
    early = replace(report, period=replace(report.period, end=date(2025, 3, 1)))
    assert early.stages[0].now(early.period).state is StageState.IN_PROGRESS
    html = render_html(early, templates)
    assert "Apr 14, 2025" not in html.split("Measures over time")[0]


def test_the_figures_at_the_top_count_what_the_report_itself_prints():
    report = sample.couple(Audience.JOINT)
    assert (report.highlights[0].value, report.highlights[0].label) == ("21", "sessions")
    one = replace(sample.empty(), sessions=(Session(date(2025, 1, 7), "Joint session", 50, "Both attended"),))
    assert [(fact.value, fact.label) for fact in one.highlights] == [("1", "session")]


@pytest.mark.parametrize("section", ["goals", "next_steps", "agreements", "setbacks", "measures", "sessions", "counselor_text"])
def test_any_section_can_stand_alone(section, words):
    full = sample.couple()
    alone = replace(sample.empty(), **{section: getattr(full, section)})
    assert "Prepared by" in words(alone)


def test_a_goal_needs_neither_state_nor_date(words):
    assert "Walk on Sundays." in words(replace(sample.empty(), goals=(Goal("Walk on Sundays."),)))


def test_a_report_is_frozen_through_and_through():
    report = sample.couple()
    assert hash(report)
    assert all(not isinstance(getattr(report, field.name), list | dict | set) for field in fields(report))


def test_light_marks_of_a_note_are_set_with_the_bundled_faces_alone(printed, words):
    """Bold, italic, lists in lists, numbers as they were typed, and the mark of a late entry."""
    text = "**Firm** and *soft*\nnext line\n\n3. three\n7. seven\n   - inside\n\n<b>as typed</b> [x](http://127.0.0.1/)"
    session = Session(
        date(2025, 1, 7), "Joint session", 50, "Both", work=(StageWork("Stage", text, 1),), parts=(NotePart("Plan", text),),
        remark="Late entry: the note was begun on January 12, 2025.",
    )  # fmt: skip
    report = replace(sample.empty(), sessions=(session,))
    said = words(report)
    for part in ("Firm and soft next line", "7.", "seven", "inside", "<b>as typed</b> [x](http://127.0.0.1/)", "Late entry"):
        assert part in said
    fonts = {font for page in printed(report).pages for font in embedded(page)}
    assert fonts and all("Atkinson-Hyperlegible-Next" in font for font in fonts), fonts


def embedded(page):
    return [str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()]


def test_homework_that_came_back_often_is_told_in_one_line():
    def sheet(title: str, day: int, state: str, sent: bool) -> Worksheet:
        on = date(2026, 3, day)
        return Worksheet(title, "Put in the Work", state, given_on=on, sent_on=on if sent else None)

    daily = [sheet("Your acts today", day, "Reviewed", sent=True) for day in (1, 2, 3, 5)]
    rest = [sheet("Your acts today", 4, "Left out", sent=False), sheet("Hopes", 4, "Waiting", sent=False)]
    lines = Homework("Ben", (*daily[:3], *rest, daily[3])).lines
    assert [(line.first.title, len(line.runs)) for line in lines] == [("Your acts today", 5), ("Hopes", 1)]
    assert (lines[0].sent, lines[0].states, lines[0].last.given_on) == (4, "4 reviewed, 1 left out", date(2026, 3, 5))
