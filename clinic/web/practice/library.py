"""The library: every module of the programme with its guide, and its worksheets as the people who answer them see them."""

from __future__ import annotations

from flask import abort, render_template, request

from clinic.models.groups import is_shown_side_by_side
from clinic.web.practice import finding, practice
from clinic.web.practice.naming import TIES, neutral_wording
from forms import form_for
from forms import library as content
from forms.beside import beside
from forms.definition import AnsweredBy, Item, Module, Relationship, Side, Visibility, Worksheet

LONGEST_SEARCH = 200
ANSWERED_BY = {
    AnsweredBy.HURT: "For the person who was hurt",
    AnsweredBy.INVOLVED: "For the person who was involved",
    AnsweredBy.EACH: "For each of the two",
    AnsweredBy.JOINT: "For both together",
}
SIDES = ((Side.HURT, "For the hurt person"), (Side.INVOLVED, "For the involved person"), (Side.BOTH, "When both sides apply"))
GUIDE = (
    ("aims", "What it is for"),
    ("prepare", "Before you begin"),
    ("questions", "Questions that open"),
    ("watch_for", "Watch for"),
    ("slow_down_when", "Slow down when"),
)
PRIVATE, SHAREABLE = ("Only this person and you see this answer.", "lock"), (
    "This person and you see this answer. Only this person can show it to the other.",
    "share-2",
)
TOGETHER = ("Both people and you see what is put forward. A draft is its writer's alone.", "users-round")
SIDE_BY_SIDE = ("This person and you see this answer. You open it side by side with the other's.", "users-round")
OPENED = ("This person and you see this answer. The other sees it only when you open it.", "users-round")


@practice.get("/library")
def library() -> str:
    words, tie = request.args.get("words", "")[:LONGEST_SEARCH].replace("\0", "").strip(), _tie()
    if words:
        finds = finding.found(words, neutral_wording(tie))
        return render_template("practice/library/found.html", words=words, finds=finds, most=finding.MOST, tie=tie)
    intake = [module for module in content.modules if module.number == 0]
    phases = [(phase, [one for one in content.modules if one.phase == phase.id and one.number]) for phase in content.phases]
    counts = {module.id: len(content.worksheets_of(module.id)) for module in content.modules}
    return render_template("practice/library/list.html", intake=intake, phases=phases, counts=counts, measures=content.measures)


@practice.get("/library/<module_id>")
def module(module_id: str) -> str:
    found, tie = _module(module_id), _tie()
    return render_template(
        "practice/library/module.html",
        module=found,
        phase=next(phase for phase in content.phases if phase.id == found.phase),
        introductions=[(words, found.introduction.for_side(side)) for side, words in SIDES],
        guide=_guide(found),
        before=[(content.module(one.module), one.reason) for one in found.prerequisites],
        worksheets=content.worksheets_of(found.id),
        beside=[(row, [content.worksheet(id) for id in row.worksheets]) for row in beside(found.id)],
        answered_by=ANSWERED_BY,
        wording=neutral_wording(tie),
        tie=tie,
        ties=TIES,
    )


@practice.get("/library/<module_id>/<worksheet_id>")
def worksheet(module_id: str, worksheet_id: str) -> str:
    """A preview: every control is there and none can be used."""
    home, tie = _module(module_id), _tie()
    found = _worksheet(module_id, worksheet_id).for_relationship(tie)
    form = form_for(found, neutral_wording(tie))()
    asked = {one.item.id: one for one in form.asked}
    return render_template(
        "practice/library/worksheet.html",
        module=home,
        worksheet=found,
        pages=[(page.title, [(asked[item.id], *_seen(item, tie)) for item in page.items]) for page in found.pages],
        answered_by=ANSWERED_BY[found.answered_by],
        guide=_guide(home),
        introductions=[(words, home.introduction.for_side(side)) for side, words in SIDES if _is_for(found, side)],
        wording=neutral_wording(tie),
        tie=tie,
        ties=TIES,
    )


def _guide(module: Module) -> list[tuple[str, tuple[str, ...]]]:
    return [(words, getattr(module.guide, part)) for part, words in GUIDE if getattr(module.guide, part)]


def _is_for(worksheet: Worksheet, side: Side) -> bool:
    return worksheet.answered_by in (AnsweredBy.EACH, AnsweredBy.JOINT) or side in (worksheet.answered_by, Side.BOTH)


def _seen(item: Item, tie: str) -> tuple[str, str]:
    if item.visibility is Visibility.JOINT:
        return TOGETHER
    if item.visibility is Visibility.REVEAL:
        return SIDE_BY_SIDE if is_shown_side_by_side(item, tie) else OPENED
    return SHAREABLE if item.is_shareable else PRIVATE


def _module(id: str) -> Module:
    try:
        return content.module(id)
    except KeyError:
        abort(404)


def _worksheet(module_id: str, id: str) -> Worksheet:
    found = next((one for one in content.worksheets_of(module_id) if one.id == id), None)
    return found or abort(404)


def _tie() -> str:
    """Whose words the preview takes: spouses or partners, unless another tie is asked for."""
    asked = request.args.get("tie", "")
    return asked if asked in set(Relationship) else Relationship.PARTNER.value
