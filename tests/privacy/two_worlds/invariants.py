"""What has to be true of the rows of a case at any moment, whatever was done: no row contradicts another.

Each rule is a generator of sentences about what breaks it. They read the rows themselves, never the verbs that made them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import select

from clinic import access
from clinic.db import db
from clinic.models import (
    Administration,
    Answer,
    Assignment,
    AssignmentState,
    Draft,
    JointDecision,
    JointForm,
    JointVersion,
    Reveal,
    RevealedAnswer,
    Run,
    SafetyClearance,
    Schedule,
    Sharing,
    Task,
    WorksheetResponse,
)
from clinic.models.groups import group_of
from clinic.models.sending import SAFETY_CHECK, worksheet_of
from tests.privacy.two_worlds.life import Life

Sentences = Iterator[str]
ANSWERED = {AssignmentState.SUBMITTED, AssignmentState.REVIEWED, AssignmentState.RETURNED, AssignmentState.WITHDRAWN}


def what_contradicts(life: Life) -> list[str]:
    return [f"{rule.__name__.replace('_', ' ')}, but {one}" for rule in RULES for one in rule(life)]


def _all(life: Life, model: type) -> list:  # type: ignore[type-arg]
    return life.rows(model, model.case_id == life.known.cases["Ana"])  # type: ignore[attr-defined]


def only_the_newest_words_that_may_be_shown_are_shown(life: Life) -> Sentences:
    live = [one for one in _all(life, Sharing) if one.withdrawn_at is None]
    for sharing in live:
        answer = db.session.get_one(Answer, sharing.answer_id)
        item = worksheet_of(db.session.get_one(Assignment, answer.assignment_id)).item(answer.item_id)
        if item.never_shared or not item.is_shareable or answer.visibility != "shareable":
            yield f"{answer.item_id} is shown, and may never be"
        if sharing.participant_id != answer.participant_id:
            yield f"{answer.item_id} is shown by someone who did not write it"
        newest = life.answers(db.session.get_one(Assignment, answer.assignment_id))
        if answer.id not in {one.id for one in newest}:
            yield f"an older {answer.item_id} is shown"
    for answer_id, times in Counter(one.answer_id for one in live).items():
        if times > 1:
            yield f"{answer_id} is shown {times} times"


def all_that_one_reads_of_the_other_was_shown_or_opened_to_both(life: Life) -> Sentences:
    for name, other in (("Ana", "Ben"), ("Ben", "Ana")):
        theirs = access.answers_for(life.viewer(name)).where(Answer.participant_id == life.known.seats[other])
        for answer in db.session.scalars(theirs):
            if not life.is_shown(answer) and not _opened(life, answer):
                yield f"{name} reads {answer.item_id} of {other}"


def _opened(life: Life, answer: Answer) -> bool:
    reveals = select(Reveal).join(RevealedAnswer, RevealedAnswer.reveal_id == Reveal.id)
    found = list(db.session.scalars(reveals.where(RevealedAnswer.answer_id == answer.id)))
    return any(one.opened_at >= _sent_at(answer) and answer.reveal_group == one.group for one in found)


def _sent_at(answer: Answer) -> datetime:
    return db.session.get_one(WorksheetResponse, answer.response_id).submitted_at


def what_was_opened_had_everyone_whose_words_belong_there(life: Life) -> Sentences:
    for reveal in _all(life, Reveal):
        answers = [db.session.get_one(Answer, one.answer_id) for one in reveal.revealed]
        group = group_of(life.case.relation, reveal.group)
        if not answers:
            yield f"{reveal.group} was opened with nothing in it"
        if group is not None and group.is_two_sided and len({one.participant_id for one in answers}) < 2:
            yield f"{reveal.group} shows one of two"
        for one in answers:
            if _sent_at(one) > reveal.opened_at or one.reveal_group != reveal.group:
                yield f"{one.item_id} stands in {reveal.group} and was not sent for it"


def nothing_joint_opened_while_it_was_closed(life: Life) -> Sentences:
    for row in [*_all(life, Reveal), *_all(life, JointForm)]:
        why = _closed_at(life, row.opened_at)
        if why:
            yield f"{row.__tablename__} opened on {row.opened_at:%d %B} while {why}"


def _closed_at(life: Life, at: datetime) -> str:
    """Read from the rows as they stood then: concerns that are younger than a clearance that still held."""
    cleared = [one for one in _all(life, SafetyClearance) if one.cleared_at <= at]
    newest = max(cleared, key=lambda one: one.cleared_at, default=None)
    if newest is not None and newest.recheck_on < at.date():
        return "the re-check was due"
    since = newest.cleared_at if newest is not None else datetime.min.replace(tzinfo=at.tzinfo)
    for task in _all(life, Task):
        if task.kind == "safety" and since < task.raised_at < at and (task.done_at is None or task.done_at > at):
            return "a concern was open"
    checks = [one for one in _all(life, Assignment) if one.content_id == SAFETY_CHECK and one.state == AssignmentState.SUBMITTED]
    unread = [one for one in checks if since < one.submitted_at < at]
    return "a private check was unread" if unread else ""


def a_version_is_decided_once_by_each(life: Life) -> Sentences:
    for version in _all(life, JointVersion):
        people = [one.participant_id for one in life.rows(JointDecision, JointDecision.version_id == version.id)]
        if len(people) > len(set(people)) or len(people) > 2:
            yield f"version {version.number} was decided {len(people)} times"
        if version.proposed_by not in people:
            yield f"version {version.number} is not signed by who put it"


def homework_has_what_its_state_says(life: Life) -> Sentences:
    for row in _all(life, Assignment):
        sendings = life.rows(WorksheetResponse, WorksheetResponse.assignment_id == row.id)
        if bool(sendings) != (row.submitted_at is not None) or (sendings and row.state not in ANSWERED):
            yield f"{row.content_id} is {row.state} with {len(sendings)} sendings"
        if row.state in (AssignmentState.SUBMITTED, AssignmentState.REVIEWED, AssignmentState.RETURNED) and not sendings:
            yield f"{row.content_id} is {row.state} and was never sent"
        if row.participant.case_id != row.case_id:
            yield f"{row.content_id} lies in another case than its person"


def drafts_and_answers_are_their_persons(life: Life) -> Sentences:
    for model in (Draft, Answer, WorksheetResponse, Administration):
        for row in _all(life, model):
            if db.session.get_one(Assignment, row.assignment_id).participant_id != row.participant_id:
                yield f"a row of {model.__tablename__} is not of its homework's person"


def a_measure_has_one_score_that_counts(life: Life) -> Sentences:
    counted = Counter(row.assignment_id for row in _all(life, Administration) if row.superseded_at is None)
    yield from (f"homework {id} has {times}" for id, times in counted.items() if times > 1)


def runs_are_of_their_schedule_and_one_of_each_day(life: Life) -> Sentences:
    for schedule in _all(life, Schedule):
        runs = life.rows(Run, Run.schedule_id == schedule.id)
        homework = [db.session.get_one(Assignment, run.assignment_id) for run in runs]
        if len({run.number for run in runs}) < len(runs):
            yield f"{schedule.content_id} has a run twice"
        if any(row.participant_id != schedule.participant_id or row.content_id != schedule.content_id for row in homework):
            yield f"{schedule.content_id} has a run that is not its own"


def two_who_were_separated_see_nothing_of_each_other(life: Life) -> Sentences:
    if not life.is_separated:
        return
    if any(one.withdrawn_at is None for one in _all(life, Sharing)):
        yield "something is shown"
    for name in ("Ana", "Ben"):
        viewer = life.viewer(name)
        if list(db.session.scalars(access.scope(viewer, Reveal))):
            yield f"{name} finds what was opened"
        for form in db.session.scalars(access.scope(viewer, JointForm)):
            if not any(version.is_signed_by_all for version in form.versions):
                yield f"{name} finds {form.worksheet_id}, which both never signed"


RULES: tuple[Callable[[Life], Sentences], ...] = (
    only_the_newest_words_that_may_be_shown_are_shown,
    all_that_one_reads_of_the_other_was_shown_or_opened_to_both,
    what_was_opened_had_everyone_whose_words_belong_there,
    nothing_joint_opened_while_it_was_closed,
    a_version_is_decided_once_by_each,
    homework_has_what_its_state_says,
    drafts_and_answers_are_their_persons,
    a_measure_has_one_score_that_counts,
    runs_are_of_their_schedule_and_one_of_each_day,
    two_who_were_separated_see_nothing_of_each_other,
)
