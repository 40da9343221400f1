"""What a counselor sets for themselves: whether single letters are keys.

Decides: nothing but that. Must never know: a case.
"""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.db import db
from clinic.models import User
from clinic.web.context import actor, viewer
from clinic.web.practice import practice
from forms.own_settings import OwnSettingsForm


@practice.context_processor
def offer_the_keys() -> dict[str, bool]:
    """For the bar and the list of keys that stand on every page."""
    return {"letter_keys": "user" not in g or g.user.has_letter_keys}


@practice.route("/settings", methods=["GET", "POST"])
def own_settings() -> ResponseReturnValue:
    me = access.rows_of(viewer(), User, User.id == actor())[0]
    if request.method == "GET":
        form = OwnSettingsForm(data={"letter_keys": "on" if me.has_letter_keys else "off"})
        return render_template("practice/own_settings.html", form=form)
    form = OwnSettingsForm(request.form)
    if not form.validate():
        return render_template("practice/own_settings.html", form=form), 400
    me.choose_keys(letters=form.letter_keys.data == "on")
    db.session.commit()
    flash("Your settings are saved.", "success")
    return redirect(url_for("practice.own_settings"), 303)
