"""Who looks, at the command line: the member of staff named by `--as`, refused and written down exactly as on a page.

    with as_viewer(settings, email) as viewer:
        case = case_by_code(viewer, code, Permission.SEE_CASE)
        lines = [...]                                            # gather here
    click.echo(...)                                              # say it only when the reading is on record

Decides: whom `--as` names, and the one sentence for all that cannot be seen. Must never know: why a row was out of reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from sqlalchemy import select

from clinic import access, create_app
from clinic.access import NotFound, Permission, Viewer
from clinic.db import db
from clinic.models import Case, Event, Participant, Role, User, record
from clinic.models.cover import turn_covers

if TYPE_CHECKING:
    from clinic.config import Settings


class NothingHere(LookupError):
    """No such address, no such code, not theirs: one sentence, so that nothing can be learned by trying."""

    def __init__(self) -> None:
        super().__init__("There is nothing here for you. Check the address after --as, and the code.")


def as_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--as EMAIL`, for every command that touches a record."""
    return click.option(
        "--as", "email", metavar="EMAIL", required=True, help="Your sign-in address: you see here what your pages show you."
    )(command)


@contextmanager
def as_viewer(settings: Settings, email: str) -> Iterator[Viewer]:
    """The practice opened for one member of staff. What is opened inside is on record, and committed, at the end; a `NotFound`
    is recorded as refused and becomes `NothingHere`."""
    app = create_app(settings)
    with app.app_context():
        user = _active_user(email)
        try:
            yield _staff_viewer(user)
        except NotFound as error:
            db.session.rollback()
            record(db.session(), Event.REFUSED, by=user.id if user else None, at=now(), permission=error.permission.value)
            db.session.commit()
            raise NothingHere from None
        if user is not None and access.note_openings(Viewer.of(user), at=now()):
            db.session.commit()


def now() -> datetime:
    moment: datetime = current_app.extensions["clock"]()
    return moment


def practice_day(moment: datetime) -> date:
    """The day that it was where the practice is."""
    settings: Settings = current_app.extensions["settings"]
    return moment.astimezone(settings.practice.zone).date()


def _active_user(email: str) -> User | None:
    index = current_app.extensions["keyring"].blind_index(email)
    user = db.session.scalars(select(User).where(User.email_index == index)).one_or_none()
    return user if user is not None and user.is_active else None


def _staff_viewer(user: User | None) -> Viewer:
    """Clients have pages, and no command line: theirs is refused like an address that nobody has."""
    if user is None or user.role == Role.CLIENT:
        raise NotFound(Permission.SEE_CASE)
    if turn_covers(db.session(), at=now()):
        db.session.commit()
    return Viewer.of(user)


def case_by_code(viewer: Viewer, code: str, permission: Permission) -> Case:
    """The case with this code, if it is this viewer's and the table allows what is asked; else NotFound. Opening it is noted."""
    rows = access.rows_of(viewer, Case, Case.code == typed(code))
    if not rows:
        raise NotFound(permission)
    return access.find(viewer, Case, rows[0].id, permission)


def person_by_code(viewer: Viewer, case: Case, code: str, permission: Permission) -> Participant:
    """The person of this case with this code; else NotFound."""
    rows = access.rows_of(viewer, Participant, Participant.code == typed(code), Participant.case_id == case.id)
    if not rows:
        raise NotFound(permission)
    return rows[0]


def typed(code: str) -> str:
    """Codes are read aloud and typed: small letters, spaces and hyphens do not matter."""
    return "".join(code.split()).replace("-", "").upper()


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
