"""The words that people read: fair names, plain sentences, and every row of the programme with its right audience."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest

from forms import library
from forms.definition import Item, Module, Relationship, Visibility, Worded, Wording, Worksheet
from forms.library import CONTENT, changed_since_published, checksums, recorded_checksums

# Each takes a side before anyone has spoken.
UNFAIR = re.compile(r"\b(victim|cheat|guilty part|adulter|affair partner|mistress|perpetrator|abuser|betrayer)", re.I)
# Words of the guide for counselors; a client is "you", and the other goes by name.
FOR_COUNSELORS = re.compile(r"\b(the hurt person|the involved person|patient's|therapist|clinician|client)\b", re.I)
INTIMATE = re.compile(r"\b(sex|sexual|sexually|intercourse|naked|orgasm|slept with)\b", re.I)
BRITISH = re.compile(
    r"\b(counsell|behaviour|colour|favour|honour|neighbour|centre\b|whilst|apologis|realis|recognis|minimis|practise|mum\b)",
    re.I,
)
DASHES = re.compile(r"[\u2013\u2014]|\s--?\s")

HIGHEST_GRADE = 8.0
LONGEST_SENTENCE = 26
FULL = ("intake-and-safety", "address-the-betrayal", "take-care-of-yourself")
SIDES = ("hurt", "involved", "both")
DOCUMENTS = ("consent", "no_secrets", "limited_secrets", "confidential")

# Written by hand from the tables of the programme: row -> who answers, kinds, who may see it.
ROWS = {
    "intake-and-safety": {
        2: ("each", {"long_text"}, "reveal"),
        5: ("each", {"choice"}, "private"),
        7: ("each", {"long_text"}, "shareable"),
    },
    "address-the-betrayal": {
        1: ("hurt", {"long_text"}, "shareable"),
        2: ("involved", {"long_text"}, "shareable"),
        3: ("hurt", {"checklist"}, "shareable"),
        4: ("involved", {"checklist"}, "shareable"),
        5: ("hurt", {"table"}, "shareable"),
        6: ("involved", {"matrix"}, "private"),
        7: ("involved", {"choice"}, "private"),
        8: ("hurt", {"scale10", "date"}, "private"),
        9: ("each", {"short_text"}, "shareable"),
    },
    "take-care-of-yourself": {
        1: ("each", {"checklist"}, "private"),
        2: ("each", {"scale10"}, "private"),
        3: ("each", {"short_text"}, "private"),
        4: ("each", {"checklist"}, "private"),
        5: ("hurt", {"long_text"}, "private"),
        6: ("involved", {"long_text"}, "private"),
        7: ("each", {"table"}, "private"),
        # 8 is the measure "Overall this week", an assignment of its own.
    },
}


def worksheets() -> Iterator[Worksheet]:
    for module in library.modules:
        yield from library.worksheets_of(module.id)


def every_item() -> list[tuple[Worksheet, Item]]:
    return [(worksheet, item) for worksheet in worksheets() for item in worksheet.items]


def item_texts(item: Item) -> Iterator[Worded]:
    yield from (text for text in (item.prompt, item.hint, item.example, item.low, item.high, item.with_text) if text)
    yield from (statement.label for statement in item.statements)
    for choice in (*item.choices, *(choice for column in item.columns for choice in column.choices)):
        yield from (text for text in (choice.label, choice.hint) if text)
    yield from (column.label for column in item.columns)


def worded_texts() -> Iterator[tuple[str, Worded]]:
    for module, side in product(library.modules, SIDES):
        yield f"{module.id}, introduction, {side}", getattr(module.introduction, side)
    for worksheet in worksheets():
        yield f"{worksheet.id}, title", worksheet.title
        if worksheet.introduction:
            yield f"{worksheet.id}, introduction", worksheet.introduction
        yield from ((f"{worksheet.id}, page", page.title) for page in worksheet.pages)
        for item in worksheet.items:
            yield from ((f"{worksheet.id}, {item.id}", text) for text in item_texts(item))
    for measure in library.measures:
        yield from ((f"{measure.id}, {item.id}", text) for item in measure.as_worksheet().items for text in item_texts(item))
    for document in map(library.document, DOCUMENTS):
        yield f"{document.id}, one line", Worded(document.one_line)
        yield from ((f"{document.id}, {section.title}", section.text) for section in document.sections)


def client_texts() -> list[tuple[str, str]]:
    """Every text that a client may read, as partners, friends and relatives read it."""
    wordings = [Wording("Ben", "what happened in March", kind) for kind in Relationship]
    return sorted({(place, worded.text(wording)) for place, worded in worded_texts() for wording in wordings})


def all_content() -> list[tuple[str, str]]:
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(CONTENT.rglob("*.toml"))]


def sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[.!?])[\"']?\s+|\n\s*\n", text)
    return [part for part in parts if re.search(r"[A-Za-z]", part)]


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+(?:['’-][A-Za-z]+)*", text)


def syllables(word: str) -> int:
    """Groups of vowels, without the silent endings; close enough to the dictionary for an average."""
    word = re.sub(r"[^a-z]", "", word.lower())
    if len(word) > 3:
        word = re.sub(r"(?<![tdaeiou])ed$|(?<![aeiouslzxc])es$|(?<![laeiou])e$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def grade(text: str) -> float:
    """Flesch-Kincaid: the US school grade in which a text is read with ease."""
    found = words(text)
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def test_the_grade_tells_plain_words_from_learned_ones() -> None:
    assert grade("The cat sat on the mat. It was warm. The cat was glad.") < 2
    assert grade("Confidentiality stipulations necessitate comprehensive deliberation prior to participation.") > 15
    counted = {word: syllables(word) for word in ("time", "wanted", "asked", "table", "counselor", "safe", "closes")}
    assert counted == {"time": 1, "wanted": 2, "asked": 1, "table": 2, "counselor": 3, "safe": 1, "closes": 2}


def test_no_file_names_anyone_with_a_word_that_takes_a_side() -> None:
    content = all_content()
    assert len(content) > 30
    assert [(name, found[0]) for name, text in content for found in UNFAIR.finditer(text)] == []


@pytest.mark.parametrize("unwanted", [FOR_COUNSELORS, INTIMATE, BRITISH, DASHES], ids=["labels", "intimate", "british", "dashes"])
def test_what_clients_read_is_free_of(unwanted: re.Pattern[str]) -> None:
    texts = client_texts()
    assert len(texts) > 200
    assert [(place, found[0]) for place, text in texts if (found := unwanted.search(text))] == []


def test_a_label_in_the_middle_of_a_sentence_keeps_its_small_letter() -> None:
    wording = Wording("my sister", "what happened in March", "family")
    texts = [worded.text(wording) for _, worded in worded_texts()]
    assert any("my sister" in text for text in texts) and any("what happened in March" in text for text in texts)
    assert [text for text in texts if re.search(r"[a-z,]\s+(My sister|What happened in March)", text)] == []


def test_long_client_texts_are_read_with_ease_in_eighth_grade() -> None:
    long = [(place, text) for place, text in client_texts() if len(words(text)) >= 40]
    assert len(long) > 50
    assert [(place, round(grade(text), 1)) for place, text in long if grade(text) > HIGHEST_GRADE] == []


def test_short_client_texts_are_together_no_harder() -> None:
    short = [text for _, text in client_texts() if 3 <= len(words(text)) < 40]
    assert len(short) > 100
    assert grade(". ".join(text.rstrip(".?!") for text in short)) <= HIGHEST_GRADE


def test_no_sentence_for_clients_is_long() -> None:
    long = [(place, one) for place, text in client_texts() for one in sentences(text) if len(words(one)) > LONGEST_SENTENCE]
    assert long == []


@pytest.mark.parametrize("module", library.modules, ids=lambda module: module.id)
@pytest.mark.parametrize("side", SIDES)
def test_every_module_greets_each_side_at_the_right_length(module: Module, side: str) -> None:
    least, most = (120, 220) if module.id in FULL else (60, 120)
    for kind in Relationship:
        text = getattr(module.introduction, side).text(Wording("Ben", "what happened in March", kind))
        assert least <= len(words(text)) <= most, len(words(text))


@pytest.mark.parametrize("module", FULL)
def test_every_row_of_the_programme_is_asked_of_the_right_person(module: str) -> None:
    found: dict[int, tuple[str, set[str], str]] = {}
    for worksheet, item in every_item():
        if worksheet.module == module and item.number:
            who, kinds, seen_by = found.setdefault(item.number, (worksheet.answered_by, set(), item.visibility))
            assert (who, seen_by) == (worksheet.answered_by, item.visibility), item.id
            kinds.add(item.kind)
    assert found == ROWS[module]


def test_the_last_row_of_taking_care_is_a_measure_of_its_own() -> None:
    overall = library.measure("overall-this-week")
    assert overall.title == "Overall this week"
    assert (len(overall.items), overall.low, overall.high) == (1, 0, 10)


def test_nothing_published_was_changed() -> None:
    assert len(recorded_checksums(CONTENT)) >= 30
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


def test_a_page_holds_one_heavy_text_or_a_few_light_items() -> None:
    pages = [(worksheet, page) for worksheet in worksheets() for page in worksheet.pages]
    assert pages
    for worksheet, page in pages:
        heavy = [item for item in page.items if item.kind in ("long_text", "table")]
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


def test_the_three_policies_say_what_the_counselor_may_do_in_one_line_each() -> None:
    lines = [library.document(id).one_line for id in DOCUMENTS[1:]]
    assert len(set(lines)) == 3
    assert all("your counselor" in line and len(line) <= 130 for line in lines)


def test_every_policy_leaves_the_safety_check_outside() -> None:
    for id in DOCUMENTS[1:]:
        outside = " ".join(section.text.partner for section in library.document(id).sections if "not covered" in section.title)
        assert "safety check" in outside and "risk" in outside and "private words" in outside
