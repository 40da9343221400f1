"""What either of the two does at a desk of their own: Ana's acts are the same in both worlds, Ben's are his in each."""

from __future__ import annotations

import random

from clinic.db import db
from clinic.models import Assignment, AssignmentState, JointForm, Reveal, Run, Schedule
from clinic.models.agreeing import draft_of, keep_draft
from clinic.models.agreeing import worksheet_of as asked_by_form
from clinic.models.drafting import keep, reopen
from clinic.models.private_word import begin_word
from clinic.models.reveals import notice
from clinic.models.running import next_number, open_early, resume_run, skip_run
from clinic.models.schedules import ScheduleState
from clinic.models.sending import PRIVATE_WORD, share, unshare
from forms import Given
from tests.privacy.two_worlds.acts import NOTHING, Whose, act
from tests.privacy.two_worlds.answers import all_of, words
from tests.privacy.two_worlds.life import BENS_SHOWN, OPEN, Life


def _to_write(life: Life, name: str) -> list[Assignment]:
    return [row for row in life.homework(name, *OPEN) if row.content_id != PRIVATE_WORD]


def drafts(life: Life, draw: random.Random, name: str) -> str:
    rows = _to_write(life, name)
    if not rows:
        return NOTHING
    row = draw.choice(rows)
    typed = dict(draw.sample(sorted(life.filled(row, draw).items()), k=1))
    keep(db.session(), row, typed, known={}, device=None, at=life.at)
    return row.content_id


def sends(life: Life, draw: random.Random, name: str) -> str:
    rows = _to_write(life, name)
    if not rows:
        return NOTHING
    row = draw.choice(rows)
    life.send(name, row, life.filled(row, draw))
    return f"{row.content_id}, given {row.assigned_at:%d %B}"


def changes(life: Life, draw: random.Random, name: str) -> str:
    """Opens what was sent, and mostly sends it again."""
    rows = [row for row in life.homework(name, AssignmentState.SUBMITTED.value) if row.content_id != PRIVATE_WORD]
    if not rows:
        return NOTHING
    row = draw.choice(rows)
    reopen(db.session(), row, device=None, at=life.at)
    if draw.random() < 0.3:
        return f"{row.content_id}, and does not send it"
    life.send(name, row, life.filled(row, draw))
    return row.content_id


def writes_a_private_word(life: Life, draw: random.Random, name: str) -> str:
    row = begin_word(db.session(), life.seat(name), by=life.by(name), at=life.at)
    db.session.flush()
    if draw.random() < 0.3:
        return "and keeps it"
    life.send(name, row, life.filled(row, draw))
    return "and sends it"


def writes_what_they_notice(life: Life, draw: random.Random, name: str) -> str:
    opened = life.rows(Reveal, Reveal.case_id == life.case.id)
    if not opened:
        return NOTHING
    row = draw.choice(opened)
    notice(db.session(), row, life.seat(name), words(draw), by=life.by(name), at=life.at)
    return row.group


def opens_the_next_early(life: Life, draw: random.Random, name: str) -> str:
    own = (Schedule.participant_id == life.seat(name).id, Schedule.state == ScheduleState.ACTIVE.value)
    ready = [row for row in life.rows(Schedule, *own) if next_number(db.session(), row, at=life.at) is not None]
    if not ready:
        return NOTHING
    row = draw.choice(ready)
    open_early(db.session(), row, at=life.at)
    return row.content_id


def leaves_one_out(life: Life, draw: random.Random, name: str) -> str:
    found = _runs(life, name, AssignmentState.OPEN)
    if not found:
        return NOTHING
    run, row = draw.choice(found)
    skip_run(run, row, why=words(draw, 5) if draw.random() < 0.5 else "", by=life.by(name), at=life.at)
    return row.content_id


def takes_one_up_again(life: Life, draw: random.Random, name: str) -> str:
    found = _runs(life, name, AssignmentState.SKIPPED)
    if not found:
        return NOTHING
    run, row = draw.choice(found)
    resume_run(run, row, by=life.by(name), at=life.at)
    return row.content_id


def _runs(life: Life, name: str, state: AssignmentState) -> list[tuple[Run, Assignment]]:
    runs = life.rows(Run, Run.participant_id == life.seat(name).id)
    pairs = [(run, db.session.get_one(Assignment, run.assignment_id)) for run in runs]
    return [(run, row) for run, row in pairs if row.state == state]


def drafts_a_proposal(life: Life, draw: random.Random, name: str) -> str:
    forms = open_forms(life)
    if not forms:
        return NOTHING
    form = draw.choice(forms)
    before = draft_of(db.session(), form, life.seat(name))
    typed = all_of(asked_by_form(form, life.case.relation), draw, day=life.at.date())
    keep_draft(db.session(), form, life.seat(name), typed, known=before.revision if before else 0, at=life.at)
    return form.worksheet_id


def open_forms(life: Life) -> list[JointForm]:
    return life.rows(JointForm, JointForm.case_id == life.case.id, JointForm.ended_at.is_(None))


def visits(life: Life, draw: random.Random, name: str) -> str:
    """Signs in on two devices, looks around, and signs out on the other, through the pages."""
    here, there = (life.browser(name) for _ in range(2))
    for path in ("/my/", "/my/about", "/my/devices"):
        assert there.get(path).status_code == 200, path
    here.post("/my/devices/others/end", form_at="/my/devices")
    assert there.get("/my/").status_code == 302
    return "on two devices, and signs out on one"


def says_whether_notes_may_come(life: Life, draw: random.Random, name: str) -> str:
    wanted = draw.choice(["yes", "no"])
    life.browser(name).post("/my/notes", {"notes": wanted})
    return wanted


EITHER = (
    (drafts, 4), (sends, 5), (changes, 2), (writes_a_private_word, 1), (writes_what_they_notice, 2), (opens_the_next_early, 2),
    (leaves_one_out, 1), (takes_one_up_again, 1), (drafts_a_proposal, 2), (visits, 1), (says_whether_notes_may_come, 1),
)  # fmt: skip


def _of(name: str, whose: Whose) -> None:
    for do, weight in EITHER:

        def by_this_one(life: Life, draw: random.Random, do: object = do) -> str:
            return do(life, draw, name)  # type: ignore[operator]

        by_this_one.__name__ = f"{name}_{do.__name__}"
        act(whose, weight=weight, hangs_on=Life.opens_by_itself)(by_this_one)


_of("Ana", Whose.ANA)
_of("Ben", Whose.BEN)


# --- showing one's own words --------------------------------------------------------------------------------------------------


@act(Whose.ANA, weight=2, hangs_on=Life.opens_by_itself)
def ana_shows_an_answer(life: Life, draw: random.Random) -> str:
    """Through the pages: the list of her answers, the preview, the button."""
    may = [
        (row, one)
        for row in life.homework("Ana", "submitted", "reviewed")
        for one in life.answers(row)
        if one.visibility == "shareable" and one.given["value"] is not None and not life.is_shown(one)
    ]
    if not may:
        return NOTHING
    row, answer = draw.choice(may)
    path, said = f"/my/answers/{answer.id}/sharing", f"{answer.item_id} of {row.content_id}"
    reply = life.browser("Ana").post(path)
    assert reply.status_code == 303, (said, reply.status_code)
    return said


@act(Whose.ANA, weight=1, hangs_on=Life.opens_by_itself)
def ana_stops_showing(life: Life, draw: random.Random) -> str:
    shown = [one for row in life.homework("Ana") for one in life.answers(row) if life.is_shown(one)]
    if not shown:
        return NOTHING
    answer = draw.choice(shown)
    path, said = f"/my/answers/{answer.id}/withdrawal", answer.item_id
    assert life.browser("Ana").post(path, form_at="/my/showing").status_code == 303
    return said


@act(Whose.SEEN, weight=3)
def ben_shows_an_answer(life: Life, draw: random.Random) -> str:
    """What he shows is the same in both worlds; what stands beside it on the same sheet is his own in each."""
    sheet, said = draw.choice(sorted(BENS_SHOWN)), words(draw)
    row = life.newest("Ben", sheet)
    if row is None:
        return NOTHING
    own = random.Random(f"{life.seed} {life.world} {draw.random()}")
    if row.state != AssignmentState.REVIEWED:
        life.send("Ben", row, {**life.filled(row, own), BENS_SHOWN[sheet]: Given(said)})
    answer = next(one for one in life.answers(row) if one.item_id == BENS_SHOWN[sheet])
    share(db.session(), answer, by=life.by("Ben"), at=life.at)
    return f"{sheet}: {said[:30]}"


@act(Whose.SEEN, weight=2)
def ben_stops_showing(life: Life, draw: random.Random) -> str:
    shown = [one for sheet in sorted(BENS_SHOWN) if (row := life.newest("Ben", sheet)) for one in life.answers(row)]
    shown = [one for one in shown if life.is_shown(one)]
    if not shown:
        return NOTHING
    answer = draw.choice(shown)
    unshare(db.session(), answer, by=life.by("Ben"), at=life.at)
    return answer.item_id
