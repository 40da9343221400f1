"""Changing one's own password. The current one is asked, and every other sign-in ends.

Decides: how often it may be tried here. Must never slow down the sign-in itself: the owner would be locked out by whoever holds the
phone.
"""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from clinic import access
from clinic.db import choose_reading, db
from clinic.models import Throttle, User
from clinic.models.opening import close_links
from clinic.models.people import hashed_password, password_fits
from clinic.web import visits
from clinic.web.context import actor, now, settings, viewer
from clinic.web.portal import portal
from clinic.web.portal.seat import own_seat
from forms.accounts import ChangePasswordForm

WRONG = "This is not your current password. Check it and try again."
WAIT = "There were several tries that did not fit. Wait {} seconds, then try again."


@portal.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    choose_reading(True)  # argon2 takes its time: never inside a write transaction
    form = _form()
    if request.method == "POST" and form.validate():
        wait = _seconds_to_wait()
        if wait == 0 and _current_fits(form.current_password.data):
            return _change(form.password.data)
        form.current_password.errors = [WAIT.format(wait) if wait else WRONG]
    least = settings().accounts.client_password_length
    return make_response(render_template("portal/devices/password.html", form=form, least=least), 400 if form.errors else 200)


def _form() -> ChangePasswordForm:
    seat = own_seat()
    known = (seat.full_name, seat.preferred_name, seat.calls_other, _user().email, settings().practice.name)
    given = request.form if request.method == "POST" else None
    least = settings().accounts.client_password_length
    return ChangePasswordForm(given, minimum=least, names=[name for name in known if name])


def _user() -> User:
    return access.rows_of(viewer(), User)[0]


def _bucket() -> bytes:
    bucket: bytes = current_app.extensions["keyring"].blind_index(f"own password|{actor()}")
    return bucket


def _seconds_to_wait() -> int:
    row = db.session.scalars(select(Throttle).where(Throttle.bucket == _bucket())).one_or_none()
    return row.seconds_to_wait(at=now()) if row is not None else 0


def _current_fits(typed: str) -> bool:
    hashed = _user().password_hash
    db.session.rollback()
    fits = password_fits(hashed, typed)
    if not fits:
        choose_reading(False)
        row = db.session.scalars(select(Throttle).where(Throttle.bucket == _bucket())).one_or_none()
        if row is None:
            row = Throttle(bucket=_bucket(), last_at=now())
            db.session.add(row)
        row.fail(at=now())
        db.session.commit()
        choose_reading(True)
    return fits


def _change(new: str) -> ResponseReturnValue:
    hashed, at = hashed_password(new), now()
    choose_reading(False)
    user = _user()
    user.take_password(hashed, by=actor(), at=at)
    close_links(db.session(), user, by=actor(), at=at)
    visits.end_all(user.id, at=at, but=visits.visit().sign_in)
    db.session.commit()
    flash("Your password is changed. You are signed out everywhere else.", "success")
    return redirect(url_for("portal.devices"), 303)


