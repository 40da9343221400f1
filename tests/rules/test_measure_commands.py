"""`clinic measures` and `clinic score`: what they print, and what they refuse item by item."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clinic.cli import cli
from clinic.example import filled_example
from forms import library

Clinic = Callable[..., Result]
HARDLY = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """The command line, in a folder with the settings of a practice and nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLINIC_CONFIG", raising=False)
    (tmp_path / "config.toml").write_text(filled_example({"practice.name": "Ours"}), encoding="utf-8")
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


def gad_2() -> dict[str, Any]:
    def question(code: str, words: str) -> dict[str, Any]:
        answers = [
            {"valueCoding": {"system": "http://loinc.org", "code": code, "display": f"{n} times"}} for code, n in HARDLY.items()
        ]
        return {"linkId": f"/{code}", "code": [{"system": "http://loinc.org", "code": code}], "text": words, "type": "choice",
                "answerOption": answers}  # fmt: skip

    items = [question("69725-0", "Invented words about nerves"), question("68509-9", "Invented words about worry")]
    return {"resourceType": "Questionnaire", "title": "GAD-2", "item": items}


def write(folder: Path, data: Any, name: str = "form.json") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


# --- list -----------------------------------------------------------------------------------------------------------------


def test_every_measure_is_listed_with_its_facts(clinic: Clinic) -> None:
    shown = clinic("measures", "list")
    assert shown.exit_code == 0
    rows = {line.split()[0]: line for line in shown.output.splitlines()[1:]}
    assert set(rows) == {measure.id for measure in library.measures}
    assert "0-27" in rows["phq-9"] and "not held" in rows["phq-9"] and "ours" in rows["trust-pulse"]
    found = {one["id"]: one for one in json.loads(clinic("measures", "list", "--json").output)}
    assert (found["phq-9"]["cutoff"], found["phq-9"]["reliable_change"]["threshold"]) == (10, 6)
    assert found["phq-9"]["items"][8] == {
        "number": 9, "id": "self_harm", "topic": "thoughts of death or self-harm", "low": 0, "high": 3, "loinc": "44260-8",
    }  # fmt: skip
    assert found["csi-16"]["relationships"] == ["partner"]


# --- score ----------------------------------------------------------------------------------------------------------------


def scored(clinic: Clinic, *words: str) -> dict[str, Any]:
    answer = clinic("score", *words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)  # type: ignore[no-any-return]


def test_a_form_is_scored_with_band_flags_change_and_citation(clinic: Clinic) -> None:
    found = scored(clinic, "phq-9", "--items", "1,0,,1,1,1,1,1,1", "--previous", "2,2,2,2,2,2,2,2,0")
    assert (found["total"], found["band"], found["prorated"]) == (8, "mild", True)
    assert (found["change"], found["difference"], found["threshold"]) == ("recovered", -8, 6)
    assert found["flags"] == [{"item": 9, "id": "self_harm", "topic": "thoughts of death or self-harm"}]
    assert "Gyani" in found["citation"] and "Kroenke" in found["source"]
    text = clinic("score", "PHQ9", "--items", "1,0,,1,1,1,1,1,1", "--previous", "2,2,2,2,2,2,2,2,0").output
    for said in ("8 of 0-27", "mild", "Prorated", "item 9", "recovered.", "Gyani"):
        assert said in text


@pytest.mark.parametrize(
    ("words", "change"),
    [
        (("gad-7", "--items", "0,0,0,0,0,0,0", "--previous", "1,1,1,1,0,0,0"), "improved"),
        (("gad-7", "--items", "2,2,2,2,2,0,0", "--previous", "1,1,1,1,0,0,0"), "worse"),
        (("gad-7", "--items", "1,1,1,0,0,0,0", "--previous", "1,1,1,1,0,0,0"), "no reliable change"),
        (("gad-7", "--items", "1,1,1,0,0,0,0", "--previous", "1,1,1,,,,"), "unknown"),
        (("k6", "--items", "0,0,0,0,0,0", "--previous", "4,4,4,4,4,4"), "unknown"),
    ],
)
def test_a_change_is_named(clinic: Clinic, words: tuple[str, ...], change: str) -> None:
    assert scored(clinic, *words)["change"] == change


def test_a_form_that_is_not_scored_says_why_and_keeps_its_flags(clinic: Clinic) -> None:
    found = scored(clinic, "phq-9", "--items", "1,,,,,,,,")
    assert (found["total"], found["not_scored_because"]) == (None, "Not scored: 1 of 9 answers is there, and it takes 7.")
    assert [flag["item"] for flag in found["flags"]] == [9]


def test_the_cluster_rule_and_the_parts_are_shown(clinic: Clinic) -> None:
    found = scored(clinic, "pcl-5", "--items", ",".join("20000202200000220000"))
    assert found["cluster_rule_met"] is True and [one["id"] for one in found["clusters"]] == ["B", "C", "D", "E"]
    found = scored(clinic, "rdas", "--items", "5,4,3,2,1,0,5,4,3,2,4,5,1,0")
    assert [(one["id"], one["total"]) for one in found["subscales"]] == [("consensus", 15), ("satisfaction", 14), ("cohesion", 10)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("phq-9", "--items", "1,2,1,9,x,1,3,0,1"),
            ["item 4 (energy): 9 is not between 0 and 3.", "item 5 (appetite): 'x' is not"],
        ),
        (("phq-9", "--items", "1,2,1,1,1,1,3,0"), ["PHQ-9 has 9 items, and 8 were given: nothing stands for item 9."]),
        (("gad-2", "--items", "1,2,1"), ["item 3 is one too many"]),
        (("rdas", "--items", "5,4,3,2,1,0,5,4,3,2,5,5,1,0"), ["item 11 (shared interests): 5 is not between 0 and 4."]),
        (("gad-2", "--items", "1,2", "--previous", "1,-2"), ["--previous", "item 2 (control of worry): -2"]),
        (("phq-99", "--items", "1"), ["did you mean 'phq-9'?"]),
    ],
)
def test_bad_numbers_are_refused_by_the_number_of_their_item(clinic: Clinic, words: tuple[str, ...], said: list[str]) -> None:
    answer = clinic("score", *words)
    assert answer.exit_code == 2
    assert all(part in answer.output for part in said), answer.output


def test_what_a_practice_sets_is_what_its_commands_judge_by(clinic: Clinic, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        config.read_text("utf-8") + '\n[[measures]]\nid = "gad-7"\ncutoff = 10\nsource = "our team"\n', encoding="utf-8"
    )
    assert scored(clinic, "gad-7", "--items", "3,3,3,0,0,0,0")["clinical"] is False
    config.write_text(config.read_text("utf-8").replace("cutoff = 10", "cutof = 10"), encoding="utf-8")
    assert 'did you mean "cutoff"?' in clinic("score", "gad-7", "--items", "3,3,3,0,0,0,0").output
    config.write_text(config.read_text("utf-8").replace('"gad-7"\ncutof = 10', '"phq-9"\ncutoff = 12'), encoding="utf-8")
    answer = clinic("measures", "list")
    assert answer.exit_code == 1 and "measures[1].cutoff: the cut-off of PHQ-9 is published and stays as it is." in answer.output


# --- import ---------------------------------------------------------------------------------------------------------------


def test_a_questionnaire_is_imported_into_the_practices_own_folder(clinic: Clinic, tmp_path: Path) -> None:
    answer = clinic("measures", "import", write(tmp_path, gad_2()))
    assert answer.exit_code == 0, answer.output
    assert "bound     1. nerves: by LOINC 69725-0, 4 answers." in answer.output
    assert (tmp_path / "programme" / "wordings" / "gad-2.toml").exists()
    assert "version 1" in next(line for line in clinic("measures", "list").output.splitlines() if line.startswith("gad-2"))
    again = clinic("measures", "import", write(tmp_path, gad_2()))
    assert again.exit_code == 0 and "these words are there already, as version 1" in again.output


def test_a_refused_item_refuses_the_file_and_writes_nothing(clinic: Clinic, tmp_path: Path) -> None:
    data = gad_2()
    data["item"].reverse()
    data["item"].append({"linkId": "more", "type": "choice", "text": "More", "answerOption": [{"valueInteger": 0}]})
    answer = clinic("measures", "import", write(tmp_path, data))
    assert answer.exit_code == 1
    assert "refused   2. control of worry: stands in place 1 of this file and belongs in place 2." in answer.output
    assert "refused   3. more: is no item of GAD-2" in answer.output
    assert "GAD-2: 3 refused, so nothing was imported." in answer.output
    assert not (tmp_path / "programme").exists()


def test_a_wording_in_toml_is_imported_too(clinic: Clinic, tmp_path: Path) -> None:
    scale = "scale = [" + ", ".join(f'{{ value = {value}, label = "{value} times" }}' for value in range(4)) + "]"
    items = [f'[[items]]\nid = "{id}"\nprompt = "Words about {id}"\n{scale}\n' for id in ("interest", "mood")]
    text = 'id = "phq-2"\nintroduction = "Think of two weeks."\n' + "\n".join(items)
    answer = clinic("measures", "import", write(tmp_path, text, "ours.toml"))
    assert answer.exit_code == 0, answer.output
    wrong = clinic("measures", "import", write(tmp_path, text.replace("prompt =", "promt =", 1), "ours.toml"))
    assert wrong.exit_code == 1 and "did you mean 'prompt'?" in wrong.output


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("{", 1, "not JSON"),
        ('{"resourceType": "Patient"}', 1, "no FHIR Questionnaire"),
        (json.dumps(gad_2() | {"title": "x"}), 2, "--measure"),
    ],
)
def test_what_cannot_be_read_is_one_line(clinic: Clinic, tmp_path: Path, text: str, code: int, said: str) -> None:
    answer = clinic("measures", "import", write(tmp_path, text))
    assert answer.exit_code == code and said in answer.output
    assert "Traceback" not in answer.output


def test_what_is_ours_or_has_only_a_total_takes_no_words(clinic: Clinic, tmp_path: Path) -> None:
    for name in ("trust-pulse", "dyadic-trust"):
        answer = clinic("measures", "import", write(tmp_path, gad_2()), "--measure", name)
        assert answer.exit_code == 1 and "takes no wording" in answer.output
