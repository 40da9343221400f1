"""Every component on a few pages, with made-up fields: to look at, to photograph, and to run axe-core on. Not shipped.

.venv/bin/python .dev/styleguide.py            serves at http://127.0.0.1:8123
.venv/bin/python .dev/styleguide.py --shoot    photographs and checks every page, into .dev/out
"""

from __future__ import annotations

import logging
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, flash, render_template, request
from markupsafe import Markup
from werkzeug.serving import make_server
from wtforms import Form, validators
from wtforms.fields import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CSP = (
    "default-src 'none'; script-src 'self' 'nonce-n'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Attendee(Form):
    name = StringField("Name", [validators.InputRequired("Enter the name of this person.")])


class Sample(Form):
    email = EmailField("E-mail", [validators.InputRequired("Enter your e-mail address.")], description="The one you gave us.")
    password = PasswordField("Password")
    minutes = IntegerField("Minutes", [validators.NumberRange(10, 240, "Enter a number of minutes between 10 and 240.")])
    met_on = DateField("Date of the session")
    summary = TextAreaField("Summary")
    side = RadioField(
        "Side", choices=[("hurt", "Hurt"), ("involved", "Involved"), ("both", "Both"), ("unset", "Not set")], default="hurt"
    )
    kind = SelectField("Kind of session", choices=[("joint", "Joint"), ("individual", "Individual")])
    channels = SelectMultipleField(
        "Ways to reach them", choices=[("email", "E-mail"), ("phone", "Phone"), ("sms", "Text message")], default=["email"]
    )
    agree = BooleanField("I have read this and agree")
    attendees = FieldList(FormField(Attendee), min_entries=1)


@dataclass(frozen=True)
class Viewer:
    name: str = "Cleo Marsh"
    role: str = "clinician"


def stages() -> list[dict[str, Any]]:
    rows = [
        (1, "Address the Betrayal", "worked_through", "signed off 2 May"),
        (2, "Create Healthy Boundaries", "in_progress", "since 9 May"),
        (3, "Allow Time to Heal", "not_started", ""),
        (7, "Seek Professional Help", "worked_through", ""),
        (8, "Take Care of Yourself", "in_progress", ""),
        (4, "Be Patient and Understanding", "revisiting", "after a setback on 12 June"),
        (5, "Put in the Work", "not_started", ""),
        (9, "Be Honest and Direct", "not_started", ""),
        (6, "Let Go of the Past", "set_aside", ""),
        (10, "Give and Receive Affection", "not_started", ""),
        (11, "Focus on the Future", "not_started", ""),
    ]
    steps = [{"number": n, "title": t, "state": s, "note": note, "href": "#"} for n, t, s, note in rows]
    return [
        {"title": "Steady", "meaning": "Safety, facts, and care first.", "stages": steps[:5]},
        {"title": "Understand", "meaning": "What happened, and what it did.", "stages": steps[5:8]},
        {"title": "Reconnect", "meaning": "What comes after.", "stages": steps[8:]},
    ]


def create() -> Flask:
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "clinic/static"), static_url_path="/static"
    )
    app.jinja_loader.searchpath.append(str(ROOT / ".dev/styleguide"))  # type: ignore[union-attr]
    app.secret_key = "style guide"
    app.jinja_env.globals.update(csp_nonce=lambda: "n", csrf_token=lambda: "token")

    @app.after_request
    def guard(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = CSP
        return response

    for endpoint in (
        "practice.caseload",
        "practice.tasks",
        "practice.library",
        "public.sign_out",
        "public.sign_out_everywhere",
        "portal.home",
        "portal.devices",
        "portal.about",
    ):
        app.add_url_rule("/x/" + endpoint, endpoint, lambda: "x", methods=["GET", "POST"])
    app.add_url_rule("/x/exit", "public.exit", lambda: "<title>Notes</title>gone", methods=["GET", "POST"])

    @app.route("/<page>")
    def show(page: str) -> str:
        bad = "bad" in request.args
        form = Sample(data={"minutes": 50, "summary": "They spoke about the week.", "attendees": [{"name": "Dana"}]})
        if bad:
            from werkzeug.datastructures import MultiDict

            form = Sample(MultiDict({"minutes": "900", "email": "", "attendees-0-name": "", "side": "hurt", "kind": "joint"}))
            form.validate()
        else:
            flash("Saved. Nothing was sent to either person.", "success")
            flash("Two people have not confirmed how to reach them.", "warning")
        given = {"form": form, "viewer": Viewer(), "stages": stages(), "Markup": Markup, "open_tasks": 3}
        return render_template(f"{page}.html", **given | extra(page))

    return app


def drawn() -> Any:
    from reports import charts, sample

    report = sample.couple()
    return charts.chart(report.measures[0], report.period, [session.on for session in report.sessions], report.setbacks)


def extra(page: str) -> dict[str, Any]:
    """The real worksheets of modules 1 and 8, so that the partials meet every kind that exists."""
    if page == "desk":
        return {"drawn": drawn()}
    if page != "items":
        return {}
    from forms import Wording, form_for, library

    wording = Wording("Robin", "the messages", "partner")
    seen: dict[str, Any] = {}
    for module in library.modules:
        for sheet in library.worksheets_of(module.id):
            for asked in form_for(sheet, wording)(request.form or None).asked:
                seen.setdefault(asked.kind, asked)
    asks = [*seen.values(), *rest(seen, wording)]
    return {"asks": asks, "form": seen["form"]}


def rest(seen: dict[str, Any], wording: Any) -> list[Any]:
    """The kinds that no worksheet uses yet, and one of each sort that is wrong."""
    from forms import form_for
    from forms.definition import AnsweredBy, Choice, Column, Item, Kind, Page, Worded, Worksheet

    w = Worded
    items = (
        Item("steady", Kind.LIKERT5, w("I can relax when we are apart."), low=w("Not at all"), high=w("Completely")),
        Item("hours", Kind.NUMBER, w("How many hours did you sleep?")),
        Item("since", Kind.DATE, w("When was that?"), hint=w("A guess is fine.")),
        Item("lines", Kind.LIST, w("What helped?"), most=5),
        Item(
            "rows",
            Kind.TABLE,
            w("Moments of this week"),
            most=4,
            columns=(
                Column("day", w("Day"), Kind.DATE),
                Column("what", w("What it was"), Kind.LONG_TEXT),
                Column("how", w("How hard"), Kind.SCALE10),
            ),
        ),
        Item("told", Kind.YES_NO, w("Did you tell someone?"), with_text=w("Whom, if you like")),
        Item(
            "chosen",
            Kind.CHECKLIST,
            w("What do you need now?"),
            other=True,
            choices=(Choice("rest", w("Rest"), w("Sleep, quiet, food.")), Choice("talk", w("To talk"))),
        ),
        Item("tired", Kind.LONG_TEXT, w("Anything else?")),
    )
    sheet = Worksheet("x", 1, "m", w("X"), AnsweredBy.EACH, 5, None, (Page(w("X"), items),))
    typed = {
        "steady": "3",
        "hours": "many",
        "since": "last May",
        "lines-0": "A walk",
        "lines-1": "x" * 400,
        "rows-0-day": "soon",
        "rows-0-what": "A song on the radio.",
        "told-choice": "yes",
        "told-text": "y" * 301,
        "chosen-chosen": "rest",
        "tired-instead": "in_session",
    }
    from werkzeug.datastructures import MultiDict

    form = form_for(sheet, wording)(MultiDict(typed))
    form.validate()
    seen["form"] = form
    return list(form.asked)


def shoot(pages: list[str]) -> None:
    from playwright.sync_api import sync_playwright

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    out = ROOT / ".dev/out"
    out.mkdir(exist_ok=True)
    axe = (ROOT / "tests/vendor/axe.min.js").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for page_name in pages:
            for width in (320, 390, 1280):
                context = browser.new_context(viewport={"width": width, "height": 844}, bypass_csp=False)
                page = context.new_page()
                page.on("console", lambda message: print("  console:", message.text))
                page.on("pageerror", lambda error: print("  error:", error))
                page.goto(f"http://127.0.0.1:{server.server_port}/{page_name}")
                page.screenshot(path=out / f"{page_name.replace('?', '-')}-{width}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                page.evaluate(axe)
                found = page.evaluate(
                    "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
                )
                print(page_name, width, "scroll width", wide, "violations", len(found["violations"]))
                for violation in found["violations"]:
                    print(
                        "  ",
                        violation["id"],
                        [node["html"][:160] for node in violation["nodes"]][:3],
                        violation["nodes"][0].get("failureSummary", "")[:300],
                    )
                print("   small targets:", page.evaluate(SMALL))
                context.close()
        browser.close()
    server.shutdown()


SMALL = """() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, textarea')].map(e => {
  const box = (e.matches('input[type=radio], input[type=checkbox]') ? e.closest('div, label') : e).getBoundingClientRect();
  return [e.tagName, (e.textContent || e.name || '').trim().slice(0, 24), Math.round(box.width), Math.round(box.height)];
}).filter(([, , w, h]) => h > 0 && h < 44).map(x => x.join(' ')).slice(0, 12)"""


if __name__ == "__main__":
    if "--shoot" in sys.argv:
        shoot(sys.argv[2:] or ["desk", "desk?bad=1", "phone", "phone?bad=1", "sign", "items"])
    else:
        create().run(port=8123, debug=False)
