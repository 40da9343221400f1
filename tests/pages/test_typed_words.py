"""When a form does not go, what was typed stands on the page that says so."""

from __future__ import annotations

from collections.abc import Callable

from cast import Browser, Cast

WORDS = "Three sentences that took a quarter of an hour."


def test_a_stale_form_gives_the_words_back(browser: Callable[[str], Browser], cast: Cast) -> None:
    page = browser("Cleo")
    form = {"csrf_token": "old", "summary": WORDS, "password": "not this one either"}
    refused = page.client.post(f"/practice/cases/{cast.cases['Ana']}/reports/new", data=form)
    assert refused.status_code == 400
    assert WORDS in refused.get_data(as_text=True)
    assert "not this one" not in refused.get_data(as_text=True)
