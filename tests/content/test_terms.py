"""What people are called: "the hurt person" and "the involved person" to counselors, "you" and a name to clients, never worse."""

from __future__ import annotations

import re

import pytest
from said import ROOT, in_code, in_content, in_templates

# Each takes a side before anyone has spoken.
UNFAIR = re.compile(
    r"\b(victim|cheat|guilty part|innocent part|injured part|adulter|affair partner|mistress|perpetrator|abuser|betrayer|offender"
    r"|offending|unfaithful|wrongdoer|wronged|culprit|liar\b|the other (wo)?man\b|the hurt (party|partner|spouse)"
    r"|the involved (party|partner|spouse))",
    re.I,
)
# Words of the guide and of the profession; a client is "you", and the other goes by name.
FOR_COUNSELORS = re.compile(
    r"\b(the hurt person|the involved person|patient's|patients|therapist|clinician|clients?|participants?)\b", re.I
)
BRITISH = re.compile(
    r"\b(counsell|behaviour|colour|favour|honour|neighbour|centre\b|whilst|apologis|organis|realis|recognis|minimis|practise|judgement"
    r"|licence\b|cheque\b|fulfil\b|learnt\b|towards\b|mum\b|programme\b)",
    re.I,
)
BOOKS = ("README.md", "docs/own-content.md", "docs/operations.md")


def found(pattern: re.Pattern[str], texts: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(name, text[max(0, hit.start() - 20) : hit.end() + 20]) for name, text in texts for hit in pattern.finditer(text)]


def places() -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        "content": tuple(in_content()),
        "pages": in_templates(),
        "code": in_code("forms", "reports", "clinic"),
        "books": tuple((name, (ROOT / name).read_text("utf-8")) for name in BOOKS),
    }


def test_a_word_that_takes_a_side_is_seen() -> None:
    unfair = ("the victim", "a cheater", "the guilty party", "the affair partner", "the offending spouse", "The hurt partner")
    assert all(UNFAIR.search(text) for text in unfair)
    assert not any(UNFAIR.search(text) for text in ("the hurt person", "the involved person", "your hurt", "peculiar", "a mistake"))


@pytest.mark.parametrize("place", ["content", "pages", "code", "books"])
def test_nobody_is_named_with_a_word_that_takes_a_side(place: str) -> None:
    texts = places()[place]
    assert sum(len(text) for _, text in texts) > 10_000
    assert found(UNFAIR, texts) == []


@pytest.mark.parametrize("area", ["portal", "public", "items"])
def test_no_page_of_a_client_speaks_of_them_as_counselors_do(area: str) -> None:
    texts = in_templates(area)
    assert texts
    assert found(FOR_COUNSELORS, texts) == []


def test_pages_and_content_are_in_american_english() -> None:
    assert found(BRITISH, places()["pages"]) == []
    assert found(BRITISH, places()["content"]) == []


def test_counselors_read_the_two_terms() -> None:
    guides = " ".join(text for name, text in in_content() if "/modules/" in name)
    assert guides.count("the hurt person") + guides.count("The hurt person") > 30
    assert guides.count("the involved person") + guides.count("The involved person") > 30
