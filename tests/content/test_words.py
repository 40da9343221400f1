"""The sentences that clients read: plain, at the right length, and free of what does not belong on their pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from forms import library
from forms.checking import exceptions_in, graded, too_hard
from forms.definition import Module, Relationship, Wording
from forms.ease import grade, sentences, syllables, words
from forms.library import CONTENT
from forms.texts import Text, as_one, in_every_tie, of_document, of_introduction, of_measure, of_worksheet

# Words of the guide for counselors; a client is "you", and the other goes by name.
FOR_COUNSELORS = re.compile(r"\b(the hurt person|the involved person|patient's|therapist|clinician|client)\b", re.I)
INTIMATE = re.compile(r"\b(sex|sexual|sexually|intercourse|naked|orgasm|slept with)\b", re.I)
BRITISH = re.compile(
    r"\b(counsell|behaviour|colour|favour|honour|neighbour|centre\b|whilst|apologis|realis|recognis|minimis|practise|mum\b)",
    re.I,
)
MARRIED = re.compile(r"\b(marriage|married|husband|wife|spouse|divorce|wedding vows|fianc)", re.I)
ROMANTIC = re.compile(r"\b(closeness|couple|kiss|romantic|lover|bedroom|date night|tracking, and touch)\b", re.I)
PROMISES = re.compile(
    r"\byou will (forgive|heal|trust|feel better|be closer)\b|(?<!if )\btrust (will|grows|comes) (come back|back|again)\b", re.I
)
DASHES = re.compile(r"[\u2013\u2014]|\s--?\s")

HIGHEST_GRADE = 8.0
LONGEST_SENTENCE = 26
SIDES = ("hurt", "involved", "both")
DOCUMENTS = ("consent", "no_secrets", "limited_secrets", "confidential")


def measured() -> Iterator[tuple[str, Iterable[Text]]]:
    """All that clients read, piece by piece."""
    for module in library.modules:
        yield f"{module.id}, introduction", of_introduction(module)
        yield from ((worksheet.id, of_worksheet(worksheet)) for worksheet in library.worksheets_of(module.id))
    yield from ((measure.id, of_measure(measure)) for measure in library.measures)
    yield from ((id, of_document(library.document(id))) for id in DOCUMENTS)


@cache
def client_texts() -> tuple[tuple[str, str], ...]:
    """Every text that a client may read, as partners, friends and relatives read it."""
    said = ((f"{id}, {text.item or text.key}", words) for id, texts in measured() for text, words in in_every_tie(texts))
    return tuple(sorted(set(said)))


def of_length(least: int, most: int = 10_000) -> list[tuple[str, str]]:
    return [(place, text) for place, text in client_texts() if least <= len(words(text)) < most]


def test_the_grade_tells_plain_words_from_learned_ones() -> None:
    assert grade("The cat sat on the mat. It was warm. The cat was glad.") < 2
    assert grade("Confidentiality stipulations necessitate comprehensive deliberation prior to participation.") > 15
    counted = {word: syllables(word) for word in ("time", "wanted", "asked", "table", "counselor", "safe", "closes")}
    assert counted == {"time": 1, "wanted": 2, "asked": 1, "table": 2, "counselor": 3, "safe": 1, "closes": 2}


@pytest.mark.parametrize(
    "unwanted",
    [FOR_COUNSELORS, INTIMATE, MARRIED, PROMISES, BRITISH, DASHES],
    ids=["labels", "intimate", "married", "promises", "british", "dashes"],
)
def test_what_clients_read_is_free_of(unwanted: re.Pattern[str]) -> None:
    texts = client_texts()
    assert len(texts) > 200
    assert [(place, found[0]) for place, text in texts if (found := unwanted.search(text))] == []


@pytest.mark.parametrize("kind", ["friend", "family"])
def test_friends_and_relatives_read_nothing_that_is_meant_for_a_couple(kind: str) -> None:
    wording, read = Wording("Ben", "what happened in March", kind), []
    for module in library.modules:
        read += [(module.id, text.worded.text(wording)) for text in of_introduction(module)]
        for worksheet in library.worksheets_of(module.id):
            # Its one question on unwanted touch is for everyone.
            if worksheet.id != "safety-check":
                read += [(worksheet.id, text.worded.text(wording)) for text in of_worksheet(worksheet.for_relationship(kind))]
    assert len(read) > 500
    assert [(place, found[0]) for place, text in read if (found := ROMANTIC.search(text))] == []


def test_a_label_in_the_middle_of_a_sentence_keeps_its_small_letter() -> None:
    wording = Wording("my sister", "what happened in March", "family")
    texts = [text.worded.text(wording) for _, piece in measured() for text in piece]
    assert any("my sister" in text for text in texts) and any("what happened in March" in text for text in texts)
    assert [text for text in texts if re.search(r"[a-z,]\s+(My sister|What happened in March)", text)] == []


@pytest.mark.parametrize(("least", "most"), [(12, 40), (40, 10_000)], ids=["middling", "long"])
def test_client_texts_are_read_with_ease_in_eighth_grade(least: int, most: int) -> None:
    texts = of_length(least, most)
    assert len(texts) > 150
    assert [(place, round(grade(text), 1)) for place, text in texts if grade(text) > HIGHEST_GRADE] == []


def test_short_client_texts_are_together_no_harder() -> None:
    short = [text for _, text in of_length(3, 12)]
    assert len(short) > 300
    assert grade(". ".join(text.rstrip(".?!") for text in short)) <= HIGHEST_GRADE


def test_every_piece_as_a_whole_is_easier_still() -> None:
    grades = {id: grade(as_one(said for _, said in in_every_tie(texts))) for id, texts in measured()}
    assert len(grades) > 90
    assert {id: round(one, 1) for id, one in grades.items() if one > HIGHEST_GRADE} == {}
    assert exceptions_in(CONTENT) == ()
    assert too_hard(graded(library)) == ()


def test_no_sentence_for_clients_is_long() -> None:
    long = [(place, one) for place, text in client_texts() for one in sentences(text) if len(words(one)) > LONGEST_SENTENCE]
    assert long == []


@pytest.mark.parametrize("module", library.modules, ids=lambda module: module.id)
@pytest.mark.parametrize("side", SIDES)
def test_every_module_greets_each_side_at_the_right_length(module: Module, side: str) -> None:
    for kind in Relationship:
        text = getattr(module.introduction, side).text(Wording("Ben", "what happened in March", kind))
        assert 120 <= len(words(text)) <= 220, len(words(text))


def test_the_three_policies_say_what_the_counselor_may_do_in_one_line_each() -> None:
    lines = [library.document(id).one_line for id in DOCUMENTS[1:]]
    assert len(set(lines)) == 3
    assert all("your counselor" in line and len(line) <= 130 for line in lines)


def test_every_policy_leaves_the_safety_check_outside() -> None:
    for id in DOCUMENTS[1:]:
        outside = " ".join(section.text.partner for section in library.document(id).sections if "not covered" in section.title)
        assert "safety check" in outside and "risk" in outside and "private words" in outside
