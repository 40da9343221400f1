"""Before anyone is known: sign in, take up an invitation, leave at once.

Decides: how a sign-in is tried and slowed down. Must never say: whether an address is known here. Every page here is neutral in
title and words: it may be open on a phone that two people use.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from clinic.access import Kind
from clinic.db import choose_reading, db
from clinic.models import Event, Invitation, Throttle, User, record
from clinic.models.people import hashed_password, password_fits, token_hash
from clinic.web import carrying, visits
from clinic.web.context import now, settings
from clinic.web.errors import page
from forms.accounts import AcceptInvitationForm, FirstAdministratorForm, SignInForm

public = Blueprint("public", __name__)
HOME = {Kind.COUNSELOR: "practice.caseload", Kind.CLIENT: "portal.home", Kind.ADMINISTRATOR: "admin.home"}
WRONG = "The e-mail address or the password is not right. Check both and try again."


@public.get("/")
def start() -> ResponseReturnValue:
    viewer = g.get("viewer")
    return redirect(url_for(HOME[viewer.kind] if viewer else "public.sign_in"))


@public.get("/health")
def health() -> Response:
    """That the server answers; nothing about anyone."""
    return make_response("ok", 200, {"Content-Type": "text/plain; charset=utf-8"})


@public.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    form = SignInForm(request.form if request.method == "POST" else None)
    target = request.values.get("next", "")
    if request.method == "GET" and g.get("viewer") is not None:
        return redirect(url_for("public.start"))
    if request.method == "POST" and form.validate():
        email, password = form.email.data or "", form.password.data or ""
        wait = _seconds_to_wait(email)
        if wait:
            return _slowed(form, target, wait)
        user = _user_who_fits(email, password)
        if user is not None:
            return _enter(user, target)
        form.password.errors = [WRONG]
    status = 200 if request.method == "GET" else 400
    carried = request.form.get("carried", "")
    body = render_template("public/sign_in.html", form=form, next=target, carried=carried, ran_out=bool(carried))
    return make_response(body, status)


def _slowed(form: SignInForm, target: str, wait: int) -> Response:
    form.password.errors = [f"There were several tries that did not fit. Wait {wait} seconds, then try again."]
    body = render_template("public/sign_in.html", form=form, next=target, carried=request.form.get("carried", ""), ran_out=False)
    return make_response(body, 429, {"Retry-After": str(wait)})


def _buckets(email: str) -> list[bytes]:
    """Tries are counted for this account from this source, and for this source. Never for the account alone: then anyone could
    lock its owner out."""
    index = current_app.extensions["keyring"].blind_index
    source = request.remote_addr or ""
    return [index(f"try|{email.strip().casefold()}|{source}"), index(f"source|{source}")]


def _seconds_to_wait(email: str) -> int:
    choose_reading(True)
    rows = db.session.scalars(select(Throttle).where(Throttle.bucket.in_(_buckets(email)))).all()
    wait = max((row.seconds_to_wait(at=now()) for row in rows), default=0)
    db.session.rollback()
    return wait


def _user_who_fits(email: str, password: str) -> User | None:
    """The password is checked outside any write transaction: it takes tens of milliseconds by design."""
    choose_reading(True)
    index = current_app.extensions["keyring"].blind_index(email)
    user = db.session.scalars(select(User).where(User.email_index == index)).one_or_none()
    hashed = user.password_hash if user is not None and user.is_active else None
    user_id = user.id if user is not None else None
    db.session.rollback()
    fits = password_fits(hashed, password)
    choose_reading(False)
    if fits and user_id is not None:
        return db.session.get(User, user_id)
    _count_failure(email)
    return None


def _count_failure(email: str) -> None:
    at = now()
    for number, bucket in enumerate(_buckets(email)):
        row = db.session.scalars(select(Throttle).where(Throttle.bucket == bucket)).one_or_none()
        if row is None:
            row = Throttle(bucket=bucket, last_at=at)
            db.session.add(row)
        row.fail(at=at, free_tries=(Throttle.FREE_TRIES, Throttle.FREE_TRIES * 6)[number])
    record(db.session(), Event.SIGN_IN_REFUSED, by=None, at=at, why="wrong")
    db.session.commit()


def _enter(user: User, target: str) -> ResponseReturnValue:
    _begin(user, at=now())
    carried = carrying.carried_form(request.form.get("carried", ""), user.id)
    if carried is not None:
        return carrying.offer(*carried)
    return redirect(carrying.way_back(target) or url_for("public.start"))


def _begin(user: User, *, at: datetime) -> None:
    row = visits.sign_in(user, at=at, device=visits.device())
    db.session.info["sign_in_id"] = row.id
    record(db.session(), Event.SIGNED_IN, by=user.id, at=at, about=row)
    db.session.commit()


@public.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    _end(Event.SIGNED_OUT)
    return _forgetting(redirect(url_for("public.sign_in"), 303))


@public.route("/leave", methods=["GET", "POST"])
def exit() -> ResponseReturnValue:
    """Leave at once: the sign-in ends, the cookie changes, and a page about something else stands in its place."""
    if request.method == "GET":  # the way out when the network is too slow for an answer
        return redirect(url_for("public.neutral"), 303)
    _end(Event.LEFT_AT_ONCE)
    return _forgetting(redirect(url_for("public.neutral"), 303))


def _end(event: Event) -> None:
    viewer = g.get("viewer")
    if viewer is not None:
        record(db.session(), event, by=viewer.user_id, at=now(), about=visits.visit().sign_in)
    visits.sign_out(at=now())
    visits.visit()["left_host"] = True
    db.session.commit()


def _forgetting(response: ResponseReturnValue) -> Response:
    reply = make_response(response)
    mounted = "mounted_at" in current_app.extensions
    reply.headers["Clear-Site-Data"] = '"cache"' if mounted else '"cache", "storage"'
    return reply


@public.get("/kitchen")
def neutral() -> str:
    return render_template("public/neutral.html")


@public.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """Choose a password with a one-time link, and be signed in."""
    row = db.session.scalars(select(Invitation).where(Invitation.hashed == token_hash(token))).one_or_none()
    if row is None or not row.is_open(at=now()):
        return page(404, "This link does not work any more", "It has been used, replaced or has run out. Ask for a new one.")
    user = db.session.get_one(User, row.user_id)
    least = settings().accounts.staff_password_length if user.is_staff else settings().accounts.client_password_length
    names = [user.name or "", user.email or "", settings().practice.name]
    InvitationForm = AcceptInvitationForm if user.email else FirstAdministratorForm
    form = InvitationForm(request.form if request.method == "POST" else None, minimum=least, names=names)
    if request.method == "POST" and form.validate():
        return _take_up(row.id, form)
    status = 200 if request.method == "GET" else 400
    return make_response(render_template("public/invitation.html", form=form, email=user.email, least=least), status)


def _take_up(invitation_id: object, form: AcceptInvitationForm | FirstAdministratorForm) -> ResponseReturnValue:
    db.session.rollback()
    hashed = hashed_password(form.password.data)
    row, at = db.session.get_one(Invitation, invitation_id), now()
    user = db.session.get_one(User, row.user_id)
    row.use(at=at)
    if isinstance(form, FirstAdministratorForm):
        user.email, user.name = form.email.data, form.full_name.data
        user.email_index = current_app.extensions["keyring"].blind_index(user.email)
    user.take_password(hashed, by=user.id, at=at)
    visits.end_all(user.id, at=at)
    _begin(user, at=at)
    flash("Your password is set. From now on, sign in with it.", "success")
    return redirect(url_for("public.start"))
