"""A trace: the same plan played in two worlds, step by step, and what came of it.

Decides: what is drawn alike in both worlds, when a trace ends early, and how it is told when something was wrong.
"""

from __future__ import annotations

import logging
import random
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from clinic.db import db
from clinic.models.programme import change_stage
from clinic.models.states import NotAllowedNow, StageStatus
from forms import library
from tests.privacy.two_worlds import of_both, of_counselor, of_either, of_planned  # noqa: F401  (they name the acts)
from tests.privacy.two_worlds.acts import ACTS, Act, Whose
from tests.privacy.two_worlds.chance import chance
from tests.privacy.two_worlds.invariants import what_contradicts
from tests.privacy.two_worlds.life import BENS_SHOWN, Life
from tests.privacy.two_worlds.sight import Ids, differences, documents, ids_for, seen_by
from tests.privacy.two_worlds.ways import who_is_stuck

STEPS = 34
# What a trace is mostly about: acts whose names hold one of these words come five times as often.
THEMES = (
    ("opens it", "side by side", "exchange", "notice"),
    ("joint form", "version", "proposal", "agreement"),
    ("come back", "worker", "early", "out", "up again"),
    ("warmth", "how free", "worker", "clears"),
    ("shows", "sends", "changes", "goes through", "hold", "showing"),
)
REFUSED = "refused: "
GIVEN = {
    "Ana": ("hopes", "one-sentence", "people-and-coping", "still-true", "hurt-account"),
    "Ben": (*BENS_SHOWN, "people-and-coping", "carrying-guilt", "involved-account"),
}


T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """``names``: the first of these acts that has something to do it to is done."""

    number: int
    names: tuple[str, ...]
    hours: int


@dataclass
class Trace:
    """What came of one plan. ``wrong``: what should not be, each in a line."""

    seed: int
    steps: Sequence[Step]
    wrong: list[str] = field(default_factory=list)
    cut_at: str = ""
    looks: int = 0
    done: set[str] = field(default_factory=set)
    script: list[str] = field(default_factory=list)

    def told(self) -> str:
        lines = [f"Seed {self.seed}, {len(self.steps)} steps.", *self.script, "", "What was wrong:", *self.wrong[:12]]
        return "\n".join(lines)


def plan_of(seed: int, steps: int = STEPS) -> list[Step]:
    draw = random.Random(f"plan {seed}")
    acts = sorted(ACTS.values(), key=lambda one: one.name)
    theme = THEMES[seed % len(THEMES)]
    weights = [one.weight * (5 if any(word in one.name for word in theme) else 1) for one in acts]
    names = [one.name for one in acts]
    hours = (1, 2, 24, 24, 24, 48, 72, 168)  # mostly at ten in the morning, when notes may go out
    return [Step(number, tuple(draw.choices(names, weights, k=3)), draw.choice(hours)) for number in range(steps)]


def scripted(*names: str, hours: int = 24) -> list[Step]:
    """A plan written by hand."""
    unknown = set(names) - set(ACTS)
    assert not unknown, unknown
    return [Step(number, (name,), hours) for number, name in enumerate(names)]


def play(lives: Sequence[Life], seed: int, steps: Sequence[Step], *, all_ways: bool = True) -> Trace:
    trace = Trace(seed, steps)
    heard = _Errors()
    logging.getLogger("clinic").addHandler(heard)
    try:
        _begin(lives, seed)
        moments = {len(steps) // 3, 2 * len(steps) // 3}
        for place, step in enumerate(steps):
            if not _taken(trace, lives, step):
                break
            if place in moments:
                _compare(trace, lives, full=False)
            if trace.wrong:
                return trace
        _look_at_the_end(trace, lives, all_ways=all_ways)
        trace.wrong += heard.said
    finally:
        logging.getLogger("clinic").removeHandler(heard)
        for life in lives:
            life.within(db.session.rollback)
    return trace


class _Errors(logging.Handler):
    """What the product only writes into its log, such as a matter of the worker that failed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"in the log: {record.getMessage()}")


def _begin(lives: Sequence[Life], seed: int) -> None:
    for life in lives:
        life.begin(seed)
        with chance(f"{seed} begins"):
            life.within(lambda life=life: _give_everything(life))  # type: ignore[misc]


def _give_everything(life: Life) -> None:
    for name, sheets in GIVEN.items():
        for sheet in sheets:
            life.give(name, sheet)
        life.give_measure(name, "trust-pulse")
    for module in library.modules[1:]:  # a stage begins with its first homework, Ben's too: that it began is the case's to know
        args = {"before": StageStatus.NOT_STARTED, "to": StageStatus.IN_PROGRESS, "reason": "", "by": life.cleo, "at": life.at}
        change_stage(db.session(), life.case, module.id, **args)  # type: ignore[arg-type]
    db.session.commit()


# --- one step -----------------------------------------------------------------------------------------------------------------


def _taken(trace: Trace, lives: Sequence[Life], step: Step) -> bool:
    """Whether the trace goes on."""
    for life in lives:
        life.clock.pass_by(hours=step.hours)
    for name in step.names:
        said = _tried(trace, lives, step, ACTS[name])
        if said is None:
            return False
        if any(said):
            break
    return True


def _tried(trace: Trace, lives: Sequence[Life], step: Step, act: Act) -> list[str] | None:
    """What each world says that it did. None: one world alone allows it, so it is done in neither."""
    if len(set(_each(lives, act.hangs_on))) > 1:
        return _cut(trace, act, "the hard rule on affection stands differently")
    said = _each(lives, lambda life: _done(life, act, step, trace))
    is_alike = act.is_private or len({_outcome(act, one) for one in said}) == 1
    _each(lives, lambda life: db.session.commit() if is_alike else db.session.rollback())
    if any(said):
        what = " | ".join(said) if act.is_private else said[0]
        trace.script.append(f"{step.number:3}. {lives[0].at:%d %B %H:%M}  {act.name}: {what}")
    if not is_alike and act.whose is Whose.ANA:
        trace.wrong.append(f"{act.name} goes another way in each world: {said}")
    elif not is_alike:
        return _cut(trace, act, f"possible in one world only: {said}")
    if any(one and not one.startswith(REFUSED) for one in said):
        trace.done.add(act.name)
    return said


def _each(lives: Sequence[Life], act: Callable[[Life], T]) -> list[T]:
    return [life.within(lambda life=life: act(life)) for life in lives]  # type: ignore[misc]


def _cut(trace: Trace, act: Act, why: str) -> None:
    trace.cut_at = f"{act.name}: {why}"
    trace.script.append(f"     The trace ends here. {trace.cut_at}")


def _done(life: Life, act: Act, step: Step, trace: Trace) -> str:
    moment = life.at
    label = f"{life.seed}, {step.number}, {act.name}" + (f", world {life.world}" if act.is_private else "")
    with chance(label) as draw:
        if act.is_private and draw.random() < 0.3:
            return ""  # in this world it does not come to it
        if act.is_private:
            life.clock.pass_by(minutes=draw.randint(0, 55))
        try:
            said = act.do(life, draw)
            db.session.flush()
        except NotAllowedNow as refusal:
            db.session.rollback()
            said = f"{REFUSED}{refusal}"
        except Exception:
            db.session.rollback()
            said = f"{REFUSED}broken"
            trace.wrong.append(f"{act.name} broke in world {life.world}:\n{traceback.format_exc(limit=-4)}")
    life.clock.at = moment
    return said


def _outcome(act: Act, said: str) -> str:
    """Why something is refused to Ana is hers to read. Why it is refused to their counselor may hang on what is Ben's."""
    return REFUSED if said.startswith(REFUSED) and act.whose is not Whose.ANA else said


# --- what came of it ----------------------------------------------------------------------------------------------------------


def _compare(trace: Trace, lives: Sequence[Life], *, full: bool) -> None:
    shared = _shared_ids(_each(lives, lambda life: ids_for(life, "Ana"))) if full else None
    public = trace.seed % 5 == 0
    one, other = _each(lives, lambda life: seen_by(life, "Ana", shared, public=public) | (documents(life) if full else {}))
    assert len(one) > (35 if full else 3), len(one)
    trace.looks += len(one)
    trace.wrong += differences(one, other)


def _shared_ids(found: Sequence[Ids]) -> Ids:
    """What is Ana's is the same in both. Of Ben's rows, one of each world: Ana gets to see neither."""
    one, other = found
    tables = set(one.own) | set(one.others)
    own = {table: [id for id in one.own[table] if id in other.own[table]] for table in tables}
    others = {table: list(dict.fromkeys([*one.others[table], *other.others[table]])) for table in tables}
    return Ids(own, others)


def _look_at_the_end(trace: Trace, lives: Sequence[Life], *, all_ways: bool) -> None:
    for found in _each(lives, what_contradicts):
        trace.wrong += found
    _compare(trace, lives, full=True)
    if not trace.wrong:
        life = lives[trace.seed % 2]
        trace.wrong += life.within(lambda: who_is_stuck(life, all_pages=all_ways))


def shortest(play_it: Callable[[Sequence[Step]], Trace], found: Trace, *, tries: int = 60) -> Trace:
    """The failing trace with every step left out that is not needed for it."""
    size = max(1, len(found.steps) // 4)
    while size:
        place = 0
        while place < len(found.steps) and tries:
            tries -= 1
            again = play_it([*found.steps[:place], *found.steps[place + size :]])
            found, place = (again, place) if again.wrong else (found, place + size)
        size //= 2
    return found
