"""The administrator's pages: staff, their links, files of the practice's own programme that are not in use, and the state of
the audit trail. No clinical word ever stands here."""

from __future__ import annotations

import uuid
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import AuditEntry, Event, NotAllowedNow, Role, User, first_damage, record
from clinic.setup import one_time_link
from clinic.web import visits
from clinic.web.context import now, settings, viewer
from clinic.web.handing_over import qr_code
from forms.accounts import AddStaffForm

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.get("/")
def home() -> str:
    access.require(viewer(), Permission.MANAGE_STAFF)
    staff = sorted(db.session.scalars(access.users_for(viewer())), key=lambda user: (user.name or "").casefold())
    problems = sorted(current_app.extensions["programme_problems"], key=attrgetter("file"))
    unused = [(file, list(of_file)) for file, of_file in groupby(problems, key=attrgetter("file"))]
    return render_template("admin/home.html", staff=staff, unused=unused)


@admin.route("/staff/new", methods=["GET", "POST"])
def add_staff() -> ResponseReturnValue:
    access.require(viewer(), Permission.MANAGE_STAFF)
    form = AddStaffForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        index = current_app.extensions["keyring"].blind_index(form.email.data)
        if db.session.scalars(select(User.id).where(User.email_index == index)).first() is None:
            user = _added(form, index)
            link = one_time_link(settings(), user, at=now(), by=viewer().actor)
            db.session.commit()
            return _link_page(user, link)
        form.email.errors = ["Someone here signs in with this address already. Use another one."]
    return render_template("admin/staff_new.html", form=form), 400 if form.errors else 200


def _added(form: AddStaffForm, index: bytes) -> User:
    user = User(
        role=Role(form.role.data).value,
        email=form.email.data,
        email_index=index,
        name=form.full_name.data,
        credentials=form.credentials.data or None,
        added_at=now(),
    )
    db.session.add(user)
    record(db.session(), Event.STAFF_ADDED, by=viewer().actor, at=now(), about=user)
    return user


@admin.post("/staff/<uuid:id>/link")
def renew_link(id: uuid.UUID) -> ResponseReturnValue:
    user = access.find(viewer(), User, id, Permission.MANAGE_STAFF)
    if user.password_hash:  # or an administrator could become a counselor, and read
        raise NotAllowedNow("This person has a password. A lost one is renewed where the program runs: clinic user reset-password.")
    link = one_time_link(settings(), user, at=now(), by=viewer().actor)
    db.session.commit()
    return _link_page(user, link)


def _link_page(user: User, link: str) -> str:
    until = now() + timedelta(days=settings().accounts.invitation_days)
    return render_template("admin/link.html", link=link, qr=qr_code(link), user=user, until=until)


@admin.post("/staff/<uuid:id>/access")
def change_access(id: uuid.UUID) -> ResponseReturnValue:
    """Take a member of staff's access away, at once and everywhere, or give it back."""
    user = access.find(viewer(), User, id, Permission.MANAGE_STAFF)
    if user.id == viewer().user_id:
        flash("You cannot take away your own access.", "warning")
    elif user.is_active:
        user.disable(by=viewer().actor, at=now())
        visits.end_all(user.id, at=now())
    else:
        user.enable(by=viewer().actor, at=now())
    db.session.commit()
    return redirect(url_for("admin.home"))


@admin.get("/audit")
def audit() -> str:
    """The newest entries, without their details, and whether the chain holds."""
    access.require(viewer(), Permission.READ_AUDIT)
    newest = access.audit_for(viewer()).order_by(AuditEntry.seq.desc()).limit(200)
    entries = db.session.scalars(newest).all()
    names = {user.id: user.name for user in db.session.scalars(access.users_for(viewer()))}
    return render_template("admin/audit.html", entries=entries, names=names, damage=first_damage(db.session()))
