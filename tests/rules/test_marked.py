"""A text with light marks: what counts as a mark, and that no word is ever lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.marked import Block, Item, List, Paragraph, Span, marked, plain


def said(blocks: tuple[Block, ...]) -> str:
    """Every letter and digit that is printed."""
    found = []
    for block in blocks:
        if isinstance(block, Paragraph):
            found += [span.text for span in block.spans]
            continue
        for item in block.items:
            found += [str(item.number or ""), said(item.blocks)]
    return "".join(found)


def letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def test_bold_italic_and_lines() -> None:
    [first, second] = marked("Both **tired**, *quiet*.\nAnd late.\n\nPlan")
    assert first == Paragraph((
        Span("Both "), Span("tired", bold=True), Span(", "), Span("quiet", italic=True), Span("."), Span("And late.", breaks=True),
    ))  # fmt: skip
    assert second == Paragraph((Span("Plan"),))


def test_lists_keep_their_numbers() -> None:
    [numbered] = marked("3. Listen\n7. Answer")
    assert numbered == List(
        (Item((Paragraph((Span("Listen"),)),), 3), Item((Paragraph((Span("Answer"),)),), 7)), is_numbered=True
    )
    [points] = marked("- one\n- two\n  - inside")
    assert isinstance(points, List) and not points.is_numbered
    assert isinstance(points.items[1].blocks[1], List)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<b>x</b>", "[a](javascript:alert(1))", "![x](http://127.0.0.1/x.png)", "<http://127.0.0.1>",
        "http://127.0.0.1/x", "# A heading", "> said", "`code`", "    indented", "***", "---", "&lt;b&gt; &amp;", "{{ 7*7 }}",
        "| a | b |\n|---|---|", "[ref]: http://127.0.0.1\n\n[ref]", "a\n===", "~~~\nx\n~~~", "+ 2 since March", "01. x",
    ],
)  # fmt: skip
def test_everything_else_is_text(text: str) -> None:
    blocks = marked(text)
    assert all(isinstance(block, Paragraph) for block in blocks)
    assert "".join(said(blocks).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["- " * 60 + "deep", "1. " * 60 + "deep", "*" * 5000 + "x", "- [ ] " * 40, "> " * 90 + "x"])
def test_what_is_too_deep_is_printed_as_it_was_typed(text: str) -> None:
    assert letters(said(marked(text))) == letters(text)


@given(st.text(alphabet=st.sampled_from("ab 1.)-*_+\n\t<>[]()#`\\é中"), max_size=80))
def test_no_letter_is_ever_lost(text: str) -> None:
    assert letters(said(marked(text))) == letters(text)


def test_plain_text_is_its_paragraphs() -> None:
    assert marked("One\ntwo\n\n\nthree") == plain("One\ntwo\n\n\nthree")
    assert [len(block.spans) for block in plain("One\ntwo\n \nthree") if isinstance(block, Paragraph)] == [2, 1]
