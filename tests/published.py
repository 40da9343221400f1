"""Published measures as a practice would hold them: questionnaires with words of our own invention, and their import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forms import library
from forms.importing import match
from forms.measures import Measure
from forms.questionnaires import read_questionnaire
from forms.wordings import keep

Data = dict[str, Any]
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
ANSWERS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")


def option(value: int, code: str = "") -> Data:
    coding = {"system": "http://loinc.org", "code": code or f"c{chr(97 + value)}", "display": f"Answer {value} in words"}
    return {"extension": [{"url": ORDINAL, "valueDecimal": value}], "valueCoding": coding}


def questionnaire(measure: Measure, *, coded: bool = True, numbers: Callable[[Any], list[int]] | None = None) -> Data:
    """A questionnaire such as is published."""
    items = []
    for place, item in enumerate(measure.items, start=1):
        up = list(range(item.lowest, item.highest + 1))
        values = numbers(item) if numbers else up if item.printed != "descending" else up[::-1]
        link_id = f"/{item.code}" if coded and item.code else f"q{place}"
        row: Data = {"linkId": link_id, "text": f"Invented words {place}", "type": "choice"}
        row["answerOption"] = [option(value, ANSWERS[value] if measure.answers and value < 4 else "") for value in values]
        if coded and item.code:
            row["code"] = [{"system": "http://loinc.org", "code": item.code}]
        items.append(row)
    made: Data = {"resourceType": "Questionnaire", "id": measure.id, "title": measure.title, "status": "active", "item": items}
    if measure.code:
        made["code"] = [{"system": "http://loinc.org", "code": measure.code}]
    return made


def hold(folder: Path, *ids: str) -> None:
    """The practice of ``folder`` holds the words of these, and the program uses them. `library.use(None)` goes back."""
    for id in ids:
        measure = library.measure(id)
        keep(folder, match(measure, read_questionnaire(json.dumps(questionnaire(measure)))).held(source="form.json", sha256="x"))
    assert not library.use(folder)
