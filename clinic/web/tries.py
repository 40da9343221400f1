"""How fast anyone may try passwords.

Decides: what counts as the same place, and how long a try has to wait. Must never know: whether an account exists. Tries are
counted for an account from one source, and for one source; never for an account alone, or anyone could lock its owner out. No
wait is longer than a minute, so that the other person at home cannot keep anybody out; and getting in clears nothing, or the next
wrong try would tell that somebody had got in. A
device that its owner was signed in on before the sign-in ran out has a count of its own: the other person at home, behind the same
address, cannot use it up.
"""

from __future__ import annotations

import ipaddress

from flask import current_app, request
from sqlalchemy import delete, select

from clinic.db import choose_reading, db
from clinic.models import Event, SignIn, Throttle, User, record
from clinic.models.people import token_hash
from clinic.web.context import now
from clinic.web.visits import visit

PEOPLE_BEHIND_ONE_SOURCE = 6


def seconds_to_wait(email: str) -> int:
    choose_reading(True)
    rows = db.session.scalars(select(Throttle).where(Throttle.bucket.in_(_buckets(email)))).all()
    wait = max((row.seconds_to_wait(at=now()) for row in rows), default=0)
    db.session.rollback()
    return wait


def count_failure(email: str) -> None:
    at, buckets = now(), _buckets(email)
    db.session.rollback()
    choose_reading(False)
    db.session.execute(delete(Throttle).where(Throttle.last_at < at - Throttle.FORGOTTEN_AFTER))
    for bucket, free in buckets.items():
        row = db.session.scalars(select(Throttle).where(Throttle.bucket == bucket)).one_or_none()
        if row is None:
            row = Throttle(bucket=bucket, last_at=at)
            db.session.add(row)
        row.fail(at=at, free_tries=free)
    record(db.session(), Event.SIGN_IN_REFUSED, by=None, at=at, why="wrong")
    db.session.commit()


def _buckets(email: str) -> dict[bytes, int]:
    """Keyed hashes, with the tries that each has free: first the account's from here, then the source's."""
    index, address = current_app.extensions["keyring"].blind_index, email.strip().casefold()
    if _is_own_device(index(email)):
        return {index(f"device|{address}|{token_hash(visit().token).hex()}"): Throttle.FREE_TRIES}
    return {
        index(f"try|{address}|{_source()}"): Throttle.FREE_TRIES,
        index(f"source|{_source()}"): Throttle.FREE_TRIES * PEOPLE_BEHIND_ONE_SOURCE,
    }


def _is_own_device(email_index: bytes) -> bool:
    """Whether this visit's token was a sign-in of this account. Signing out and leaving forget it: they change the token."""
    mine = select(SignIn.id).join(User, User.id == SignIn.user_id)
    return db.session.scalar(mine.where(SignIn.hashed == token_hash(visit().token), User.email_index == email_index)) is not None


def _source() -> str:
    """An address; of IPv6 the network, for one machine has as many addresses there as it likes."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
