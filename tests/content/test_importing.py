"""Wording that a practice holds: bound to our scoring item by item, or refused item by item, and nothing half-imported."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from published import ANSWERS, Data, option, questionnaire

from forms import Library, score
from forms.importing import NoSuchMeasure, Report, match, measure_of
from forms.library import CONTENT
from forms.questionnaires import NotAQuestionnaire, read_questionnaire
from forms.wordings import keep


@pytest.fixture
def library() -> Library:
    return Library(CONTENT)


def tried(library: Library, data: Data, named: str = "") -> Report:
    found = read_questionnaire(json.dumps(data))
    return match(measure_of(found, library.measures, named), found)


def refused(report: Report) -> list[str]:
    return [f"{line.name}: {line.said}" for line in report.lines if line.state == "refused"]


# --- what is bound --------------------------------------------------------------------------------------------------------


def test_every_published_measure_can_be_imported_but_the_one_that_has_only_a_total(library: Library) -> None:
    published = [one for one in library.measures if not one.own and not one.total_only]
    assert len(published) == 12
    for measure in published:
        report = tried(library, questionnaire(measure))
        assert report.measure.id == measure.id
        assert report.is_bound, (measure.id, refused(report))
        assert [item.id for item in report.items] == [item.id for item in measure.items]


def test_an_imported_measure_is_asked_and_scored_by_our_rules(library: Library, tmp_path: Path) -> None:
    report = tried(library, questionnaire(library.measure("csi-16")))
    keep(tmp_path, report.held(source="csi.json", sha256="x"))
    extended, problems = library.with_folder(tmp_path)
    assert not problems
    measure = extended.measure("csi-16")
    assert (measure.has_wording, measure.version, measure.wording, measure.cutoff) == (True, 101, 1, 51.5)
    items = measure.as_worksheet().items
    assert [choice.id for choice in items[1].choices] == ["5", "4", "3", "2", "1", "0"], "as the form is printed"
    assert items[0].prompt.partner == "Invented words 1"
    assert score(measure, {item.id: item.highest for item in measure.items}).total == 81
    assert not library.measure("csi-16").has_wording
    assert not extended.measure("csi-16", 1).has_wording


def test_the_total_and_what_is_not_scored_are_left_out_and_said(library: Library) -> None:
    data = questionnaire(library.measure("phq-9"))
    data["item"] += [
        {"linkId": "/69722-7", "type": "choice", "text": "How hard", "answerOption": [option(0)]},
        {"linkId": "/44261-6", "type": "decimal", "text": "Total"},
    ]
    report = tried(library, data)
    assert report.is_bound
    assert [line.said for line in report.lines if line.state == "left out"] == [
        "it stands on the published form and counts for nothing.", "the total is counted here.",
    ]  # fmt: skip


def test_questions_in_groups_keep_what_leads_into_them(library: Library) -> None:
    data = questionnaire(library.measure("gad-7"))
    lead = {"linkId": "lead", "type": "display", "text": "Think of the past two weeks."}
    data["item"] = [lead, {"linkId": "g", "type": "group", "text": "How often?", "item": data["item"]}]
    report = tried(library, data)
    assert report.is_bound
    assert report.introduction == "Think of the past two weeks.\n\nHow often?"


def test_answers_without_numbers_are_known_by_their_loinc_codes_alone(library: Library) -> None:
    data = questionnaire(library.measure("phq-9"))
    for item in data["item"]:
        item["answerOption"] = [{"valueCoding": row["valueCoding"]} for row in item["answerOption"]]
    report = tried(library, data)
    assert report.is_bound
    assert report.items[0].scale[3] == (3, "Answer 3 in words")


def test_answers_may_stand_in_a_value_set_inside_the_file(library: Library) -> None:
    data = questionnaire(library.measure("gad-2"), coded=False)
    concepts = [{"code": code, "display": f"Words {value}"} for value, code in enumerate(ANSWERS)]
    data["contained"] = [{"resourceType": "ValueSet", "id": "often", "compose": {"include": [{"concept": concepts}]}}]
    for item in data["item"]:
        item["answerValueSet"] = "#often"
        del item["answerOption"]
    assert tried(library, data, "gad-2").is_bound
    data["item"][1]["answerValueSet"] = "http://loinc.org/vs/LL358-3"
    assert refused(tried(library, data, "gad-2")) == [
        "2. control of worry: takes its answers from http://loinc.org/vs/LL358-3, which is not in the file."
    ]


# --- what is refused, item by item ----------------------------------------------------------------------------------------


def drop(data: Data) -> None:
    del data["item"][4]


def add(data: Data) -> None:
    more = deepcopy(data["item"][0])
    more |= {"linkId": "/99999-9", "code": [{"system": "http://loinc.org", "code": "99999-9"}]}
    data["item"].insert(3, more)


def swap(data: Data) -> None:
    data["item"][1], data["item"][2] = data["item"][2], data["item"][1]


def repeat(data: Data) -> None:
    data["item"][8] = deepcopy(data["item"][7])


def recode_item(data: Data) -> None:
    data["item"][0] |= {"linkId": "/11111-1", "code": [{"system": "http://loinc.org", "code": "11111-1"}]}


def recode_answers(data: Data) -> None:
    for place, row in enumerate(data["item"][2]["answerOption"], start=1):
        row["extension"][0]["valueDecimal"] = place


def turn_answers(data: Data) -> None:
    data["item"][5]["answerOption"] = [option(value, f"x{value}y") for value in (3, 2, 1, 0)]


def lose_an_answer(data: Data) -> None:
    del data["item"][6]["answerOption"][3]


def lose_the_words(data: Data) -> None:
    data["item"][6]["text"] = "  "


def type_a_text(data: Data) -> None:
    data["item"][3]["type"] = "string"


def brace(data: Data) -> None:
    data["item"][3]["text"] = "About {other}"


def lose_the_numbers(data: Data) -> None:
    data["item"][0]["answerOption"] = [{"valueString": word} for word in ("Never", "Rarely", "Often", "Always")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop, ["5. appetite: is missing from this file."]),
        (add, ["4. 99999-9: is no item of PHQ-9: one too many, or with another code."]),
        (swap, ["3. sleep: stands in place 2 of this file and belongs in place 3.",
                "2. low mood: stands in place 3 of this file and belongs in place 2."]),
        (repeat, ["8. slowed down or restless: stands more than once (question 8).",
                  "8. slowed down or restless: stands more than once (question 9).",
                  "9. thoughts of death or self-harm: is missing from this file."]),
        (recode_item, ["1. 11111-1: is no item of PHQ-9: one too many, or with another code.",
                       "1. interest in things: is missing from this file."]),
        (recode_answers, ["3. sleep: recoded: “Answer 0 in words” counts 1 here, and 0 by its code LA6568-5."]),
        (turn_answers, ["6. self-worth: recoded: its answers run the other way; on the published form they run from 0 up to 3."]),
        (lose_an_answer, ["7. concentration: recoded: its answers count 0, 1, 2, and on the published form 0 to 3."]),
        (lose_the_words, ["7. concentration: its text is empty."]),
        (type_a_text, ["4. energy: is of the type 'string', and a measure asks for one of several answers."]),
        (brace, ["4. energy: its text holds a brace, which our pages cannot print."]),
        (lose_the_numbers, ["1. interest in things: nothing says what “Never” counts: its answers need ordinalValue."]),
    ],
)  # fmt: skip
def test_what_does_not_match_is_refused_item_by_item(library: Library, change: Callable[[Data], None], said: list[str]) -> None:
    data = questionnaire(library.measure("phq-9"))
    change(data)
    report = tried(library, data)
    assert refused(report) == said
    assert report.items == (), "nothing is half-imported"


def test_numbers_given_out_by_position_are_refused_where_the_form_prints_the_highest_first(library: Library) -> None:
    data = questionnaire(library.measure("csi-16"), numbers=lambda item: list(range(item.lowest, item.highest + 1)))
    report = tried(library, data)
    numbers = {int(line.name.partition(".")[0]) for line in report.lines if line.state == "refused"}
    assert numbers == {2, 11, 13, 14, 16}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"), ("[]", "no FHIR Questionnaire"), ('{"resourceType": "Patient"}', "'Patient'"),
        ('{"resourceType": "Questionnaire"}', "asks nothing"), ('{"resourceType": "Questionnaire", "item": [1, null, {}]}', ""),
        ("[" * 100_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_no_questionnaire_says_so(text: str, said: str) -> None:
    if not said:
        assert read_questionnaire(text).asked[0].wrong
        return
    with pytest.raises(NotAQuestionnaire, match=said):
        read_questionnaire(text)


def test_a_file_that_does_not_say_what_it_is_needs_a_name_and_the_right_one(library: Library) -> None:
    data = questionnaire(library.measure("k6"))
    data |= {"title": "A form", "id": "form"}
    with pytest.raises(NoSuchMeasure, match="--measure"):
        tried(library, data)
    assert tried(library, data, "k6").is_bound
    with pytest.raises(NoSuchMeasure, match="did you mean 'k6'"):
        tried(library, data, "k66")
    with pytest.raises(NoSuchMeasure, match="this is PHQ-9 by its LOINC code"):
        tried(library, questionnaire(library.measure("phq-9")), "gad-7")


# --- keeping --------------------------------------------------------------------------------------------------------------


def held(library: Library, words: str = "Invented") -> Any:
    data = questionnaire(library.measure("phq-2"))
    data["item"][0]["text"] = f"{words} words"
    return tried(library, data).held(source="phq2.json", sha256="x")


def test_the_same_words_are_kept_once_and_other_words_are_a_new_version(library: Library, tmp_path: Path) -> None:
    assert keep(tmp_path, held(library))[1] is True
    again, is_new = keep(tmp_path, held(library))
    assert (again.version, is_new) == (1, False)
    newer, is_new = keep(tmp_path, held(library, "Other"))
    assert (newer.version, is_new) == (2, True)
    assert sorted(path.name for path in (tmp_path / "wordings").iterdir()) == ["phq-2.toml", "phq-2.v1.toml"]
    extended, problems = library.with_folder(tmp_path)
    assert not problems
    assert [extended.measure("phq-2").version, extended.measure("phq-2", 101).items[0].prompt.partner] == [102, "Invented words"]


def test_a_wording_that_was_edited_is_left_out_and_said(library: Library, tmp_path: Path) -> None:
    keep(tmp_path, held(library))
    path = tmp_path / "wordings" / "phq-2.toml"
    path.write_text(path.read_text("utf-8").replace("Invented", "Invntd"), encoding="utf-8")
    extended, problems = library.with_folder(tmp_path)
    assert [str(problem) for problem in problems] == [
        "wordings/phq-2.toml: is not as it was imported; put it back, or import the new wording as a new version."
    ]
    assert not extended.measure("phq-2").has_wording


def test_words_that_were_answered_to_stay_readable_when_the_file_is_gone(library: Library, tmp_path: Path) -> None:
    own, kept = tmp_path / "own", tmp_path / "kept"
    own.mkdir()
    keep(own, held(library))
    library.with_folder(own, kept)
    (own / "wordings" / "phq-2.toml").unlink()
    extended, problems = library.with_folder(own, kept)
    assert not problems
    assert extended.measure("phq-2", 101).items[0].prompt.partner == "Invented words"
    assert not extended.measure("phq-2").has_wording, "given to nobody any more"
