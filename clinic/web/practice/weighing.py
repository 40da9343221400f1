"""The signs of a stage as its page shows them: what was found, and what the counselor has said of each.

Decides: the word and the tone of each finding, and on which signs the counselor may have a word. Must never know: what meets one.
"""

from __future__ import annotations

from dataclasses import dataclass

from clinic.models import Case, StageMark
from clinic.reporting.facts import marks_of, weigh_stage
from clinic.web.context import settings, today, viewer
from forms.criteria import Finding, key_of
from forms.definition import Criterion, Module


@dataclass(frozen=True, slots=True)
class Sign:
    """``name``: what a word of the counselor on it is kept under; "" when there is none to be had."""

    number: int
    finding: Finding
    name: str
    waives: bool
    mark: StageMark | None

    @property
    def words(self) -> str:
        if self.finding.waived:
            return "waived"
        return {True: "there", False: "not yet", None: "does not apply"}[self.finding.met]

    @property
    def tone(self) -> str:
        return "done" if self.finding.met and not self.finding.waived else "calm" if self.finding.is_settled else "waiting"


@dataclass(frozen=True, slots=True)
class WeighedStage:
    signs: tuple[Sign, ...]
    blocked: str
    looks_complete: bool


def word_on(criterion: Criterion) -> tuple[str, bool]:
    """Under which name the counselor's word on this sign is kept, and whether it waives the sign."""
    given = criterion.arguments
    if given.get("waivable"):
        return key_of(criterion), True
    return (given["tag"] if criterion.rule == "recorded" else given.get("unless_recorded", "")), False


def weighed_of(case: Case, module: Module) -> WeighedStage:
    weighed = weigh_stage(viewer(), case, module, today=today(), zone=settings().practice.zone)
    live = {(mark.name, mark.waives): mark for mark in marks_of(viewer(), case, module) if mark.taken_back_at is None}
    signs = []
    for number, (criterion, finding) in enumerate(zip(module.criteria, weighed.findings, strict=True), start=1):
        word = word_on(criterion)
        signs.append(Sign(number, finding, *word, live.get(word)))
    return WeighedStage(tuple(signs), weighed.blocked, weighed.looks_complete)
