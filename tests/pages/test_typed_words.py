"""When a form does not go, what was typed stands on the page that says so."""

from __future__ import annotations

from collections.abc import Callable

from cast import Browser, Cast
from paper import without_tokens

WORDS = "Three sentences that took a quarter of an hour."


def test_a_stale_form_gives_the_words_back(browser: Callable[[str], Browser], cast: Cast) -> None:
    page = browser("Cleo")
    form = {"csrf_token": "old", "summary": WORDS, "password": "not this one either"}
    refused = page.client.post(f"/practice/cases/{cast.cases['Ana']}/reports/new", data=form)
    assert refused.status_code == 400
    assert WORDS in refused.get_data(as_text=True)
    assert "not this one" not in refused.get_data(as_text=True)


def test_what_was_written_on_a_page_that_is_gone_comes_back(browser: Callable[[str], Browser], cast: Cast) -> None:
    """And a page that is not there for this person looks the same as one that was never there."""
    page = browser("Cleo")
    token, form = page.token("/practice/"), {"text": WORDS, "whose": "both", "password": "not this one either"}
    gone = ["00000000-0000-4000-8000-000000000000", str(cast.cases["Gil"])]
    bodies = []
    for id in gone:
        reply = page.open(f"/practice/cases/{id}/setbacks/new", method="POST", data={"csrf_token": token, **form})
        assert reply.status_code == 404
        bodies.append(without_tokens(reply))
    assert bodies[0] == bodies[1]
    assert WORDS in str(bodies[0]) and "not this one" not in str(bodies[0])
    assert "What you typed" not in page.get(f"/practice/cases/{gone[0]}?text=never+shown+here").get_data(as_text=True)
