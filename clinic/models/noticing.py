"""What one person notices in a reveal, as it is typed: theirs alone until they save it, both texts when two of their devices wrote.

Decides: when a save overwrites and when both are kept. Must never know: who is asking, or what the other notices.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.cases import Participant
from clinic.models.reveals import Noticed, NoticedDraft, Reveal, notice
from clinic.models.states import NotAllowedNow
from clinic.models.written_twice import BOTH_KEPT, mark, set_aside
from forms import Given


@dataclass(frozen=True)
class Noticing:
    """What stands of it now: the text (the draft's, else the saved one), and what another device wrote."""

    text: str
    aside: tuple[str, ...]

    @property
    def mark(self) -> str:
        """What a page carries, so that a save can tell what its device knew."""
        return mark(Given(self.text or None))


def noticing(session: Session, reveal: Reveal, person: Participant) -> Noticing:
    draft = _draft(session, reveal, person)
    if draft is not None:
        return Noticing(draft.text or "", tuple(draft.set_aside or ()))
    own = select(Noticed).where(Noticed.reveal_id == reveal.id, Noticed.participant_id == person.id)
    saved = session.scalars(own).first()
    return Noticing(saved.text or "" if saved is not None else "", ())


def _draft(session: Session, reveal: Reveal, person: Participant) -> NoticedDraft | None:
    mine = select(NoticedDraft).where(NoticedDraft.reveal_id == reveal.id, NoticedDraft.participant_id == person.id)
    return session.scalars(mine).one_or_none()


def hold(session: Session, person: Participant) -> None:
    """One save at a time: SQLite's write lock sees to it, PostgreSQL needs a row, and the first save has none of its own yet."""
    session.flush()
    session.refresh(person, with_for_update={"of": Participant})


def keep_noticing(
    session: Session, reveal: Reveal, person: Participant, text: str, *, known: str, device: uuid.UUID | None, at: datetime
) -> bool:
    """Keep what was typed. ``known``: the mark of what the page was opened with. Whether two texts are newly kept."""
    hold(session, person)
    stands, typed = noticing(session, reveal, person), Given(text or None)
    if mark(typed) in (stands.mark, known):
        return False  # this device says nothing new
    draft = _draft(session, reveal, person)
    same_device = draft is not None and draft.sign_in_id == device
    earlier = [Given(one) for one in stands.aside]
    aside = set_aside(earlier, Given(stands.text or None), typed, known=known, same_device=same_device)
    if draft is None:
        draft = NoticedDraft(case_id=reveal.case_id, reveal_id=reveal.id, participant_id=person.id)
        session.add(draft)
    draft.text, draft.sign_in_id, draft.saved_at = text, device, at
    if aside is not None:
        draft.set_aside = [str(one.value) for one in aside]
    session.flush()
    return aside is not None


def choose_noticing(
    session: Session, reveal: Reveal, person: Participant, place: int, *, use: bool, device: uuid.UUID | None, at: datetime
) -> None:
    """Exchange the text with the one that was set aside, or drop that. The button of an old page changes nothing."""
    hold(session, person)
    draft = _draft(session, reveal, person)
    rows = list(draft.set_aside or ()) if draft is not None else []
    if draft is None or place >= len(rows):
        return
    chosen, before = rows.pop(place), draft.text
    if use:
        rows += [before] if before else []
        draft.text = chosen
    draft.set_aside, draft.sign_in_id, draft.saved_at = rows or None, device, at


def save_noticing(session: Session, reveal: Reveal, person: Participant, *, by: uuid.UUID, at: datetime) -> None:
    """Put it to the counselor as it stands. Saved twice, it is saved once."""
    hold(session, person)
    draft = _draft(session, reveal, person)
    if draft is None:
        return
    if draft.set_aside:
        raise NotAllowedNow(BOTH_KEPT)
    notice(session, reveal, person, draft.text or "", by=by, at=at)
    session.delete(draft)
