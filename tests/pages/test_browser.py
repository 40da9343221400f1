"""The critical look that tests take at pages sees what it is meant to see."""

from __future__ import annotations

import pytest
from browser import Screens
from flask import Flask

GOOD = '<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1><p>Words.</p>{}</main></html>'
FAULTS = {
    "not one": "<h1>Another</h1>",
    "stands twice": '<p id="a">x</p><p id="a">y</p>',
    "no label": '<input name="x">',
    "which is not there": '<label for="b">B</label>',
    "sideways": '<div class="wide">x</div>',
    "axe image-alt": '<img src="/pixel.svg">',
    "inline style": '<p onclick="x()">x</p>',
    "the console says": "<script>alert(1)</script>",
    "404 for": '<link rel="stylesheet" href="/none.css">',
    "another host": '<img alt="x" src="http://127.0.0.2:9/x.png">',
    "a name stands": '<img alt="x" src="/pixel.svg?for=Ana">',
    "keeps something": '<script src="/keep.js"></script>',
    "too small": "<button>x</button>",
}


def flawed(fault: str) -> Flask:
    app = Flask("flawed", static_folder=None)
    text = {"/pixel.svg": ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'), "/keep.js": (
        "text/javascript", "localStorage.x = 1"), "/wide.css": ("text/css", ".wide { width: 5000px }")}  # fmt: skip
    for path, (kind, body) in text.items():
        app.add_url_rule(path, path, lambda kind=kind, body=body: (body, {"Content-Type": kind}))
    head = '<link rel="icon" href="/pixel.svg"><link rel="stylesheet" href="/wide.css">'
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src *"
    whole = GOOD.format(head + fault)
    app.add_url_rule("/my/page", "page", lambda: (whole, {"Content-Security-Policy": policy}))
    return app


@pytest.mark.browser
def test_each_fault_of_a_page_is_named_and_a_good_page_has_none() -> None:
    everything = "".join(FAULTS.values())
    with Screens(flawed("")) as screens:
        screens.phone().open("/my/page")
    with Screens(flawed(everything)) as screens, pytest.raises(AssertionError) as found:
        screens.phone().open("/my/page")
    missed = [words for words in FAULTS if words not in str(found.value)]
    assert not missed, found.value
