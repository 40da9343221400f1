"""How the pages look, as far as a program can see: no heading alone at a foot, no text over the edge, headers repeated."""

from dataclasses import replace

import pytest

from reports import Audience, PageSize, sample

FOOT = 62  # points: the running footer is below this


def lines(page):
    """Height from the foot of the page, in points, of every run of text above the running footer."""
    heights = []

    def visit(text, matrix, text_matrix, font, size):
        if text.strip():
            heights.append(matrix[3] * text_matrix[5] + matrix[5])

    page.extract_text(visitor_text=visit)
    return [height for height in heights if height > FOOT]


def headings(reader, outline=None):
    """Page number and height of every heading, from the bookmarks."""
    for entry in reader.outline if outline is None else outline:
        if isinstance(entry, list):
            yield from headings(reader, entry)
        else:
            yield reader.get_destination_page_number(entry), float(entry.top)


@pytest.mark.parametrize("size", list(PageSize))
@pytest.mark.parametrize("sessions", [24, 23, 21, 20])
def test_no_heading_stands_alone_at_the_foot_of_a_page(size, sessions, printed):
    report = replace(sample.couple(Audience.JOINT), page_size=size)
    reader = printed(replace(report, sessions=sample.couple().sessions[:sessions]))
    found = list(headings(reader))
    assert len(found) > sessions
    for number, top in found:
        below = [height for height in lines(reader.pages[number]) if height < top - 40]
        assert below, f"a heading at the foot of page {number + 1}"


def test_nothing_is_printed_beyond_the_page(printed, couple):
    for page in printed(couple).pages:
        heights = lines(page)
        assert heights and max(heights) < float(page.mediabox.height) - 20


def test_a_table_that_runs_on_repeats_its_header(printed):
    full = sample.couple()
    sheets = full.homework[0].worksheets * 8
    long = replace(full.homework[0], worksheets=tuple(replace(one, title=f"{one.title} {n}") for n, one in enumerate(sheets)))
    reader = printed(replace(sample.empty(), homework=(long,)))
    running = [page.extract_text() for page in reader.pages if "Reviewed" in page.extract_text()]
    assert len(running) > 1
    assert all("Worksheet" in text and "Due" in text for text in running)


def test_a_text_of_many_pages_is_printed_whole(words):
    text = "\n\n".join(f"Paragraph {place}. " + "A quiet sentence about the week. " * 12 for place in range(60))
    said = words(replace(sample.empty(), counselor_text=text))
    assert all(f"Paragraph {place}." in said for place in range(60))


def test_the_signature_stands_on_the_page_of_what_is_signed(printed, couple):
    last = printed(couple).pages[-1].extract_text()
    assert "Cleo Hartmann" in last and "Next steps" in last


def test_a_report_that_is_not_yet_signed_leaves_room_for_a_date(words):
    text = words(sample.empty())
    assert "Licensed marriage and family therapist Date" in text and "Signed" not in text
