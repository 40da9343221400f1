"""Where this person is signed in, and signing out there. Ending a sign-in is silent to everyone else.

Decides: which of the person's own sign-ins still live. Must never know: anyone else's.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic import access
from clinic.access import Permission
from clinic.db import db
from clinic.models import Event, SignIn, record
from clinic.web import visits
from clinic.web.context import actor, now, viewer
from clinic.web.portal import portal


@dataclass(frozen=True)
class Device:
    id: uuid.UUID
    name: str
    since: datetime
    seen: datetime
    is_this: bool


@portal.get("/devices")
def devices() -> ResponseReturnValue:
    found = [
        Device(row.id, row.device or "A device", row.began_at, row.seen_at, row.id == viewer().sign_in_id) for row in _living()
    ]
    found.sort(key=lambda device: (not device.is_this, -device.seen.timestamp()))
    return render_template("portal/devices/devices.html", devices=found)


def _living() -> list[SignIn]:
    idle, longest = visits.limits_for(viewer().role)
    rows = access.rows_of(viewer(), SignIn, SignIn.ended_at.is_(None))
    return [row for row in rows if row.is_live(at=now(), idle=idle, longest=longest)]


@portal.post("/devices/<uuid:id>/end")
def end_device(id: uuid.UUID) -> ResponseReturnValue:
    row = access.find(viewer(), SignIn, id, Permission.END_SIGN_IN)
    record(db.session(), Event.SIGNED_OUT, by=actor(), at=now(), about=row)
    if row.id == viewer().sign_in_id:
        visits.sign_out(at=now())
        db.session.commit()
        return redirect(url_for("public.sign_in"), 303)
    row.end(at=now())
    db.session.commit()
    flash("That device is signed out.", "success")
    return redirect(url_for("portal.devices"), 303)


@portal.post("/devices/others/end")
def end_other_devices() -> ResponseReturnValue:
    visits.end_all(actor(), at=now(), but=visits.visit().sign_in)
    record(db.session(), Event.SIGNED_OUT_EVERYWHERE, by=actor(), at=now())
    db.session.commit()
    flash("You are signed out everywhere else.", "success")
    return redirect(url_for("portal.devices"), 303)
