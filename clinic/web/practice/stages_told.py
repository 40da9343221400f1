"""Where the work of a case stands, as its page tells it: the stages in their phases, and every change of one.

Decides: the words. Must never know: what anyone answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from clinic.models import Case, StageSignOff, StageState
from clinic.web.words import day, in_words
from forms import library


def phases_of(case: Case, states: Sequence[StageState], sign_offs: Sequence[StageSignOff]) -> list[dict[str, Any]]:
    """The eleven stages in their phases, each with the state that its newest row gives it."""
    now_at = {row.module_id: row for row in states}
    signed = {row.module_id: row for row in sign_offs}
    return [
        {
            "title": phase.title,
            "meaning": phase.meaning,
            "stages": [
                _stage(case, module, now_at.get(module.id), signed.get(module.id))
                for module in library.modules
                if module.phase == phase.id and module.number > 0
            ],
        }
        for phase in library.phases
    ]


def _stage(case: Case, module: Any, state: StageState | None, signed: StageSignOff | None) -> dict[str, Any]:
    note = f"since {day(state.since)}" if state else ""
    if signed is not None and (state is None or signed.signed_at >= state.since):
        note = f"signed off {day(signed.signed_at)}: {in_words(signed.outcome)}"
    return {
        "number": module.number,
        "title": module.title,
        "state": state.status if state else "not_started",
        "note": note,
        "href": url_for("practice.stage", id=case.id, module_id=module.id),
    }


def history_of_stages(states: Sequence[StageState], sign_offs: Sequence[StageSignOff]) -> list[dict[str, Any]]:
    """Every change of a stage, the newest first."""
    tones = {"worked_through": "done", "in_progress": "open", "revisiting": "waiting"}
    moved = [(row.since, row.module_id, in_words(row.status), tones.get(row.status, "calm"), row.reason) for row in states]
    ended = [(row.signed_at, row.module_id, f"signed off, {in_words(row.outcome)}", "done", row.reason) for row in sign_offs]
    return [
        {"when": day(at), "title": f"{library.module(module_id).title}: {what}", "tone": tone, "text": reason or ""}
        for at, module_id, what, tone, reason in sorted(moved + ended, key=lambda change: change[0], reverse=True)
    ]
