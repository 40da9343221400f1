"""The library: every module is there, and a preview of every worksheet that nobody can fill in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from cast import Browser

from forms import library

Opened = Callable[[str], Browser]
BASE = "/practice/library"


def test_all_modules_stand_in_their_phases(browser: Opened) -> None:
    page = browser("Cleo").get(BASE).data.decode()
    linked = re.findall(rf'href="{BASE}/([\w-]+)"', page)
    assert sorted(linked) == sorted(module.id for module in library.modules)
    for phase in library.phases:
        inside = page.split(f'id="{phase.id}"')[1].split("</section>")[0]
        expected = [module.id for module in library.modules if module.phase == phase.id and module.number]
        assert re.findall(rf'href="{BASE}/([\w-]+)"', inside) == expected
    for measure in library.measures:
        assert measure.title in page


def test_each_module_says_what_each_person_reads_and_what_it_is_for(browser: Opened) -> None:
    cleo = browser("Cleo")
    for module in library.modules:
        page = cleo.get(f"{BASE}/{module.id}")
        assert page.status_code == 200
        text = re.sub(r"\s+", " ", page.data.decode()).replace("&#39;", "'").replace("&#34;", '"')
        assert module.title in text and all(aim in text for aim in module.aims)
        assert ("The worksheets of this module come later" in text) is (not module.worksheets)
        assert "For the hurt person" in text and "For the involved person" in text
        assert "{other}" not in text and "{event}" not in text


def test_the_words_follow_the_tie(browser: Opened) -> None:
    cleo = browser("Cleo")
    told = {tie: cleo.get(f"{BASE}/affection?tie={tie}").data for tie in ("partner", "friend", "family", "\0", "rivals")}
    assert b"a cup of tea" in told["partner"] and b"a cup of tea" not in told["friend"]
    assert b"a meal together" in told["family"]
    assert told["rivals"].count(b"a cup of tea") == told["\0"].count(b"a cup of tea") == told["partner"].count(b"a cup of tea")


def test_every_worksheet_is_shown_and_none_can_be_filled_in(browser: Opened) -> None:
    cleo, seen = browser("Cleo"), 0
    for module in library.modules:
        for sheet in (one.for_relationship("partner") for one in library.worksheets_of(module.id)):
            page = cleo.get(f"{BASE}/{module.id}/{sheet.id}").data.decode()
            inside = page.split('class="preview"')[1]
            assert "<form" not in inside
            assert inside.count("<fieldset class=\"preview__page\" disabled>") == len(sheet.pages)
            assert inside.count('class="sees"') == len(sheet.items)
            ids = re.findall(r' id="([^"]+)"', page)
            assert len(ids) == len(set(ids))
            seen += len(sheet.items)
    assert seen > 20


@pytest.mark.parametrize("path", ["no-such-module", "affection/hurt-account", "address-the-betrayal/nothing", "..%2f..", "%00"])
def test_what_is_not_in_the_library_is_no_page(browser: Opened, path: str) -> None:
    assert browser("Cleo").get(f"{BASE}/{path}").status_code == 404


@pytest.mark.parametrize("name", ["Ana", "Max"])
def test_the_library_is_the_counselors(browser: Opened, name: str) -> None:
    page = browser(name)
    paths = ("", "/affection", "/address-the-betrayal/hurt-account")
    assert [page.get(BASE + path).status_code for path in paths] == [404, 404, 404]


def test_words_are_found_in_titles_questions_and_guides(browser: Opened) -> None:
    cleo = browser("Cleo")
    page = cleo.get(f"{BASE}?words=pause+RULE").get_data(as_text=True)
    assert f"{BASE}/healthy-boundaries/pause-rule" in page
    line = library.module("affection").guide.watch_for[0]
    assert f"{BASE}/affection" in cleo.get(BASE, query_string={"words": line}).get_data(as_text=True)
    assert "Nothing found" in cleo.get(f"{BASE}?words=zzzyx").get_data(as_text=True)
    for hostile in ("<script>alert(1)</script>", "\0", "a" * 5000, "%", "'"):
        answer = cleo.get(BASE, query_string={"words": hostile})
        assert answer.status_code == 200 and b"<script>alert" not in answer.data


def test_the_guide_stands_beside_each_worksheet(browser: Opened) -> None:
    page = browser("Cleo").get(f"{BASE}/affection/how-it-felt-this-week").get_data(as_text=True)
    assert library.module("affection").guide.slow_down_when[0].split("'")[0] in page
    assert "For the hurt person" in page and "For the involved person" in page
