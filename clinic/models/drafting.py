"""What a person has typed and not sent: one draft per item, saved by itself; both versions when two devices wrote at once.

Decides: what stands of each answer now (the drafts, over what was last sent), when a save overwrites and when both texts are kept,
when sent homework may be opened again. Must never know: who is asking. A draft belongs to its author alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.models.homework import Assignment, Draft, WorksheetResponse
from clinic.models.own_words import OwnWords, own_words
from clinic.models.states import REFUSALS, AssignmentState, NotAllowedNow
from clinic.models.written_twice import known_marks as known_marks
from clinic.models.written_twice import mark, set_aside
from forms import Given

BLANK = Given()


class AlreadySent(NotAllowedNow):
    """Nothing is being changed: what was sent stands until its author opens it again."""


class TwoVersions(NotAllowedNow):
    """An answer was written on two devices, and its author has not chosen yet."""


@dataclass(frozen=True)
class InHand:
    """What stands of one person's homework at this moment."""

    assignment_id: uuid.UUID
    givens: Mapping[str, Given]
    sent: Mapping[str, Given]  # the last sending alone
    aside: Mapping[str, tuple[Given, ...]]  # what another device wrote, by item
    saved: Mapping[str, datetime]  # when each draft was saved
    last: WorksheetResponse | None

    @property
    def is_begun(self) -> bool:
        return bool(self.saved)

    @property
    def submission_key(self) -> uuid.UUID:
        """The same on every copy of the page until it is sent: two taps, two tabs and a retry send once."""
        return uuid.uuid5(self.assignment_id, f"sending {self.last.number + 1 if self.last else 1}")

    def given(self, item_id: str) -> Given:
        return self.givens.get(item_id, BLANK)

    def marks(self, item_ids: Iterable[str]) -> str:
        """What a page carries, so that a save can tell what its device knew."""
        return ".".join(mark(self.given(item_id)) for item_id in item_ids)


def in_hand(session: Session, assignment: Assignment) -> InHand:
    newest = select(WorksheetResponse).where(WorksheetResponse.assignment_id == assignment.id)
    last = session.scalars(newest.order_by(WorksheetResponse.number.desc()).limit(1)).first()
    drafts = _drafts(session, assignment)
    kept = own_words(session, assignment)
    sent = {answer.item_id: kept(answer.item_id, Given.from_json(answer.given)) for answer in last.answers} if last else {}
    return InHand(
        assignment_id=assignment.id,
        givens=sent | {item_id: kept(item_id, Given.from_json(draft.given)) for item_id, draft in drafts.items()},
        sent=sent,
        aside={item_id: _aside(draft, kept) for item_id, draft in drafts.items() if draft.set_aside},
        saved={item_id: draft.saved_at for item_id, draft in drafts.items()},
        last=last,
    )


def _drafts(session: Session, assignment: Assignment) -> dict[str, Draft]:
    return {draft.item_id: draft for draft in session.scalars(select(Draft).where(Draft.assignment_id == assignment.id))}


def _aside(draft: Draft, kept: OwnWords = lambda _item_id, given: given) -> tuple[Given, ...]:
    return tuple(kept(draft.item_id, Given.from_json(one)) for one in draft.set_aside or ())


def require_open(assignment: Assignment, *, is_begun: bool) -> None:
    """Homework takes drafts while it waits or was returned, and after sending only once its author has opened it again."""
    if assignment.takes_answers or (assignment.may_be_changed and is_begun):
        return
    if assignment.may_be_changed:
        raise AlreadySent("This has been sent. To change it, open it from My pages and choose “Change my answers”.")
    state = AssignmentState(assignment.state)
    raise NotAllowedNow(REFUSALS.get((state, AssignmentState.SUBMITTED), "This is no longer open."))


def keep(
    session: Session,
    assignment: Assignment,
    typed: Mapping[str, Given],
    *,
    known: Mapping[str, str],
    device: uuid.UUID | None,
    at: datetime,
) -> frozenset[str]:
    """Save each answer by itself. ``known``: the marks that the page was opened with. The items whose two versions were kept."""
    hold(session, assignment)
    hand = in_hand(session, assignment)
    require_open(assignment, is_begun=hand.is_begun)
    drafts = _drafts(session, assignment)
    both = set()
    for item_id, given in typed.items():
        standing = hand.given(item_id)
        if mark(given) in (mark(standing), known.get(item_id)):
            continue  # this device says nothing new about it
        draft = drafts.get(item_id)
        if draft is None:
            session.add(_new(assignment, item_id, given, device=device, at=at))
            continue
        aside = set_aside(_aside(draft), standing, given, known=known.get(item_id), same_device=draft.sign_in_id == device)
        if aside is not None:
            draft.set_aside = [one.as_json() for one in aside]
            both.add(item_id)
        _write(draft, given, device=device, at=at)
    session.flush()
    return frozenset(both)


def hold(session: Session, assignment: Assignment) -> None:
    """One save or sending at a time: SQLite's write lock sees to it, PostgreSQL needs the row."""
    session.flush()
    session.refresh(assignment, with_for_update={"of": Assignment})


def _new(assignment: Assignment, item_id: str, given: Given, *, device: uuid.UUID | None, at: datetime) -> Draft:
    return Draft(
        case_id=assignment.case_id,
        participant_id=assignment.participant_id,
        assignment_id=assignment.id,
        item_id=item_id,
        sign_in_id=device,
        saved_at=at,
        given=given.as_json(),
    )


def _write(draft: Draft, given: Given, *, device: uuid.UUID | None, at: datetime) -> None:
    draft.given, draft.sign_in_id, draft.saved_at = given.as_json(), device, at
    draft.revision += 1


def use_other(
    session: Session, assignment: Assignment, item_id: str, place: int, *, device: uuid.UUID | None, at: datetime
) -> None:
    """Exchange what stands with what was set aside: neither is lost."""
    draft, aside = _with_aside(session, assignment, item_id, place)
    if draft is None:
        return
    chosen, before = aside.pop(place), Given.from_json(draft.given)
    draft.set_aside = [one.as_json() for one in [*aside, *([] if before.is_blank else [before])]] or None
    _write(draft, chosen, device=device, at=at)


def drop_other(session: Session, assignment: Assignment, item_id: str, place: int) -> None:
    draft, aside = _with_aside(session, assignment, item_id, place)
    if draft is not None:
        aside.pop(place)
        draft.set_aside = [one.as_json() for one in aside] or None


def _with_aside(session: Session, assignment: Assignment, item_id: str, place: int) -> tuple[Draft | None, list[Given]]:
    """The draft, if there is still something set aside at this place: the button may be of an old page."""
    hold(session, assignment)
    draft = _drafts(session, assignment).get(item_id)
    aside = list(_aside(draft)) if draft is not None else []
    require_open(assignment, is_begun=draft is not None)
    return (draft if place < len(aside) else None), aside


def require_one_version(hand: InHand) -> None:
    if hand.aside:
        raise TwoVersions("One of your answers was written on two devices. Choose which version to send, then send it.")


def reopen(session: Session, assignment: Assignment, *, device: uuid.UUID | None, at: datetime) -> None:
    """Put what was sent back into drafts, so that it can be changed and sent again. Asked twice, it is done once."""
    hold(session, assignment)
    hand = in_hand(session, assignment)
    if hand.is_begun or assignment.takes_answers:
        return
    require_open(assignment, is_begun=assignment.may_be_changed)
    for item_id, given in hand.givens.items():
        session.add(_new(assignment, item_id, given, device=device, at=at))
    session.flush()


def leave_as_sent(session: Session, assignment: Assignment) -> None:
    """Give up a change that was begun: what was sent stands."""
    hold(session, assignment)
    if not assignment.may_be_changed:
        return
    for draft in _drafts(session, assignment).values():
        session.delete(draft)
