"""Before anyone is known: sign in, take up an invitation, leave at once.

Decides: how a sign-in is tried and slowed down. Must never say: whether an address is known here. Every page here is neutral in
title and words: it may be open on a phone that two people use.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from clinic import access
from clinic.access import Kind, Viewer
from clinic.db import choose_reading, db
from clinic.models import Event, Invitation, Participant, User, record
from clinic.models.opening import close_links
from clinic.models.people import hashed_password, password_fits, token_hash
from clinic.models.running import open_due_runs
from clinic.web import carrying, hosted, tries, visits
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
    if request.method == "POST" and "by_host" in request.form:
        return _enter_by_host(form, target)
    if request.method == "POST" and form.validate():
        email, password = form.email.data or "", form.password.data or ""
        wait = tries.seconds_to_wait(email)
        if wait:
            return _slowed(form, target, wait)
        user = user_who_fits(email, password)
        if user is not None:
            return _enter(user, target)
        form.password.errors = [WRONG]
    return _sign_in_page(form, target, 200 if request.method == "GET" else 400)


def _sign_in_page(form: SignInForm, target: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return make_response(carrying.sign_in_page(form, target, request.form.get("carried", "")), status, headers)


def _slowed(form: SignInForm, target: str, wait: int) -> Response:
    form.password.errors = [f"There were several tries that did not fit. Wait {wait} seconds, then try again."]
    return _sign_in_page(form, target, 429, {"Retry-After": str(wait)})


def _enter_by_host(form: SignInForm, target: str) -> ResponseReturnValue:
    """Back in after a sign-out, on the word of the site around these pages."""
    user = hosted.named_by_host()
    if user is None:
        form.password.errors = ["You are signed out of the site around these pages too. Sign in there, or here."]
        return _sign_in_page(form, target, 400)
    return _enter(user, target, through_host=True)


def user_who_fits(email: str, password: str) -> User | None:
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
    tries.count_failure(email)
    return None


def _enter(user: User, target: str, *, through_host: bool = False) -> ResponseReturnValue:
    visits.sign_in(user, at=now(), through_host=through_host)
    if not user.is_staff:
        open_due_runs(db.session(), at=now(), seats=Viewer.of(user).seats)
    db.session.commit()
    carried = carrying.carried_form(request.form.get("carried", ""), user.id)
    if carried is not None:
        return carrying.offer(*carried)
    return redirect(carrying.way_back(target) or url_for("public.start"))


@public.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    _end(Event.SIGNED_OUT)
    return _forgetting(redirect(url_for("public.sign_in"), 303))


@public.post("/sign-out/everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """Here and on every other device of the one who asks."""
    if g.get("viewer") is not None:
        visits.end_all(g.viewer.user_id, at=now())
    _end(Event.SIGNED_OUT_EVERYWHERE)
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
    hosted.stay_out(at=now())
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
    user = db.session.get(User, row.user_id) if row is not None and row.is_open(at=now()) else None
    if row is None or user is None or not user.is_active:
        return page(404, "This link does not work any more", "It has been used, replaced or has run out. Ask for a new one.")
    least = settings().accounts.staff_password_length if user.is_staff else settings().accounts.client_password_length
    names = [user.name or "", user.email or "", settings().practice.name, *_words_of(user)]
    InvitationForm = AcceptInvitationForm if user.email else FirstAdministratorForm
    form = InvitationForm(request.form if request.method == "POST" else None, minimum=least, names=names)
    if request.method == "POST" and form.validate():
        return _take_up(row.id, form)
    status = 200 if request.method == "GET" else 400
    return make_response(render_template("public/invitation.html", form=form, email=user.email, least=least), status)


def _words_of(user: User) -> list[str]:
    """What a client is called and calls the other: the first that someone close would try. Nothing that the other entered."""
    seats = access.rows_of(Viewer.of(user), Participant)
    return [word for seat in seats for word in (seat.full_name, seat.preferred_name, seat.calls_other) if word]


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
    close_links(db.session(), user, by=user.id, at=at)
    visits.end_all(user.id, at=at)
    visits.sign_in(user, at=at)
    db.session.commit()
    flash("Your password is set. From now on, sign in with it.", "success")
    return redirect(url_for("public.start"))
