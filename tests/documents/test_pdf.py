"""What a printed document is as a file: tagged, neutral, offline, set in the bundled faces."""

import re
from dataclasses import replace

import pytest
from pypdf.generic import IndirectObject

from reports import PageSize, document_name, render_html, render_pdf, sample
from reports.pdf import FontsMissing, TooLongToPrint, typeset


def elements(node):
    """Every structure element of the tag tree."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        for child in node:
            yield from elements(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        yield from elements(node.get("/K", []))


def embedded(reader):
    faces = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            descendant = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            faces[font["/BaseFont"].split("+")[-1]] = descendant["/FontDescriptor"].get_object()
    return faces


def bookmarks(outline):
    for entry in outline:
        yield from bookmarks(entry) if isinstance(entry, list) else [entry]


def test_the_document_is_tagged_for_those_who_listen_to_it(printed, couple):
    root = printed(couple).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == "true" or root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    kinds = {element["/S"] for element in elements(root["/StructTreeRoot"])}
    assert {"/Document", "/H1", "/H2", "/H3", "/P", "/Table", "/TR", "/TH", "/TD", "/Figure", "/L"} <= kinds


def test_it_declares_pdf_ua_1(printed, couple):
    metadata = printed(couple).trailer["/Root"]["/Metadata"].get_object().get_data()
    assert re.search(rb'pdfuaid:part="1"', metadata)


def test_every_figure_has_words_in_its_place(printed):
    figures = [e for e in elements(printed(sample.couple()).trailer["/Root"]["/StructTreeRoot"]) if e["/S"] == "/Figure"]
    assert len(figures) > 12
    assert all(figure.get("/Alt", "").strip() for figure in figures)
    assert any("Line chart of Trust Pulse, from 0 to 32. Ana Moreno: 7 on January 7, 2025" in figure["/Alt"] for figure in figures)


def test_the_metadata_tell_nothing_about_anybody_nor_about_the_program(printed, couple):
    reader = printed(couple)
    assert dict(reader.metadata) == {"/Title": "Document"}
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    for told in ("WeasyPrint", "Producer", "Kintsugi", "Ana", "Ben", "Cleo", "Harbor", "K7QM"):
        assert told not in metadata
    assert "Document" in metadata
    assert document_name() == "document.pdf"


def test_nothing_is_attached(printed, couple):
    reader = printed(couple)
    assert not reader.attachments
    assert "/AF" not in reader.trailer["/Root"]


def test_bookmarks_lead_through_the_sections(printed):
    titles = [entry.title for entry in bookmarks(printed(sample.couple()).outline)]
    assert titles[:3] == ["Progress report", "Summary", "Where the work stands"]
    assert "Trust Pulse" in titles and "Next steps" in titles


def test_latin_text_is_set_in_exactly_the_two_bundled_faces(printed, couple):
    faces = embedded(printed(couple))
    assert set(faces) == {"Atkinson-Hyperlegible-Next", "Atkinson-Hyperlegible-Next-Bold"}
    assert all("/FontFile2" in face or "/FontFile3" in face for face in faces.values())


def test_letters_of_all_european_languages_are_in_the_bundled_faces(printed):
    report = replace(
        sample.empty(), counselor_text="Zoë Brânză, Łukasz Żółć, Jürgen Weiß, Nuño Ñandú, Ģirts Ķēniņš, Şule Çağrı, Őrsi."
    )
    assert set(embedded(printed(report))) == {"Atkinson-Hyperlegible-Next", "Atkinson-Hyperlegible-Next-Bold"}


def test_a_letter_outside_them_is_served_by_another_face_and_still_read_back(printed, words):
    report = replace(sample.empty(), counselor_text="Written by Ωmega and Юля.")
    assert "Ωmega and Юля" in words(report)
    assert len(embedded(printed(report))) > 2


@pytest.mark.parametrize(("size", "width", "height"), [(PageSize.A4, 595, 842), (PageSize.LETTER, 612, 792)])
def test_the_paper_is_the_one_asked_for(printed, size, width, height):
    box = printed(replace(sample.empty(), page_size=size)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (width, height)


def test_the_same_report_gives_the_same_bytes(templates, fonts):
    report = sample.empty()
    assert render_pdf(report, templates, fonts) == render_pdf(report, templates, fonts)


def test_the_language_is_the_one_given(printed):
    assert printed(replace(sample.empty(), language="de")).trailer["/Root"]["/Lang"] == "de"


def test_the_finished_html_of_a_long_course_stays_small(templates):
    assert 20_000 < len(render_html(sample.couple(), templates)) < 400_000


def test_html_holds_no_inline_style_and_no_address(templates):
    html = render_html(sample.couple(), templates)
    assert "style=" not in html and "http" not in html and "<script" not in html


def test_missing_fonts_are_named(templates, tmp_path):
    with pytest.raises(FontsMissing, match="AtkinsonHyperlegibleNext-Regular"):
        render_pdf(sample.empty(), templates, tmp_path)


def test_a_document_beyond_all_measure_is_refused(templates, fonts):
    with pytest.raises(TooLongToPrint):
        typeset("x" * 4_000_001, "progress", "A4", templates=templates, fonts=fonts)
