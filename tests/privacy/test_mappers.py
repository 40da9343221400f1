"""The object graph is no way to a private row, and no module goes round the one door: the mappers are asked, the source is read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from sqlalchemy.orm import Mapper

import clinic.models  # noqa: F401  (declares every table)
from clinic import access
from clinic.db import Base
from clinic.sealing import _sealed_of
from tests.shape.tree import ROOT, kept_files, modules, place

# Rows that both people of a case, or a person and the practice, have in common.
SHARED = {"Case", "Participant", "Assignment", "Encounter", "Attendance", "CaseClinician", "Cover", "ConfidentialityPolicy", "User"}
# What was put to both: the two people, their clinicians.
TOGETHER = {"Reveal", "RevealedAnswer", "JointForm", "JointVersion", "JointDecision"}
# Rows that are one person's, or the clinicians'.
PRIVATE = {
    "Answer", "Draft", "WorksheetResponse", "Sharing", "ReviewComment", "Administration", "Task", "ProgressNote", "StageEntry",
    "Addendum", "Statement", "StageState", "StageMark",
    "StageSignOff", "SafeContact", "Signature", "ReleasedReport", "Noticed", "NoticedDraft", "Exchange", "ExchangeRound",
    "JointDraft", "Schedule", "Run",
    "NoteReturn", "NoteVoid", "PsychotherapyNote",
    "SafetyClearance", "Setback", "PlannedEncounter", "CaseClosing", "Correction", "Goal", "GoalRating", "Message",
}  # fmt: skip
APART = {"Phrase", "SavedView", "Invitation", "SignIn", "Throttle", "AuditEntry", "Job", "ReminderStop"}

# Who is at the door is asked before there is a viewer: (file, model) with the reason.
AT_THE_DOOR = {
    ("clinic/web/visits.py", "SignIn"): "the sign-in of this visit's own token",
    ("clinic/web/visits.py", "User"): "whose sign-in that is",
    ("clinic/web/public.py", "User"): "who signs in, by the index of the address",
    ("clinic/web/public.py", "Invitation"): "the link that was opened, by its hash",
    ("clinic/web/tries.py", "Throttle"): "how often was tried",
    ("clinic/web/tries.py", "SignIn"): "whether this browser has signed in before",
    ("clinic/web/tries.py", "User"): "and as whom",
    ("clinic/web/carrying.py", "SignIn"): "whose form ran out",
    ("clinic/web/hosted.py", "User"): "the member of staff whom the host names",
    ("clinic/web/hosted.py", "SignIn"): "whether they left this visit themselves",
    ("clinic/web/admin.py", "User"): "whether an address is taken",
    ("clinic/web/practice/people.py", "User"): "the login of a seat that was found for the viewer",
    ("clinic/web/practice/attention.py", "Encounter"): "the day of a session, beside a note that the scope holds",
    ("clinic/web/practice/earlier.py", "Encounter"): "the order of sessions, beside notes that the scope holds",
    ("clinic/web/practice/history.py", "Assignment"): "the title of what was sent, beside a sending that the scope holds",
    ("clinic/web/practice/history_sessions.py", "Encounter"): "the day of a session, beside a note that the scope holds",
    ("clinic/web/practice/history_together.py", "Assignment"): "the title of what is shown, beside a sharing that the scope holds",
    ("clinic/web/practice/history_together.py", "Answer"): "the way from that sharing to its sheet; no answer is read",
    ("clinic/web/portal/password.py", "Throttle"): "how often was tried",
    ("clinic/commands/viewing.py", "User"): "the member of staff named by --as",
    ("clinic/commands/audit.py", "AuditEntry"): "how many entries there are",
    ("clinic/reporting/progress.py", "User"): "the name and credentials of the report's author",
}
# The end of a sign-in is a plain date; the sealed columns of its row stay as they are.
IN_BULK = {
    ("clinic/web/visits.py", "SignIn"), ("clinic/setup.py", "SignIn"), ("clinic/demo/folder.py", "SignIn"),
    ("clinic/web/tries.py", "Throttle"),
}  # fmt: skip
CLOCKS = {
    "clinic/__init__.py": "the system's clock, handed down from here",
    "clinic/demo/plain.py": "the day on which the invented life ends",
    "clinic/demo/folder.py": "the same",
    "clinic/doctor.py": "a command of its own: whether a number was tried lately",
}
OF_THE_CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
STATEMENTS = {"select", "update", "delete", "insert", "exists"}
GETTERS = {"get", "get_one", "query", "join", "outerjoin", "select_from", "join_from"}


def test_every_model_is_shared_private_or_apart() -> None:
    names = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    new = names - SHARED - TOGETHER - PRIVATE - APART
    assert not new, f"say in test_mappers.py whether rows of {sorted(new)} are SHARED, PRIVATE or APART"
    assert names == SHARED | TOGETHER | PRIVATE | APART


def test_no_relationship_leads_from_a_shared_row_to_a_private_one() -> None:
    found = []
    for mapper in Base.registry.mappers:
        if mapper.class_.__name__ in SHARED | TOGETHER:
            ways = _ways(mapper, ())
            found += [f"{mapper.class_.__name__}.{way}" for way, end in ways if end not in SHARED | TOGETHER]
    assert not found, f"the object graph is a leak: {found}"
    assert any(True for mapper in Base.registry.mappers for _ in mapper.relationships), "there are relationships to look at"


def _ways(mapper: Mapper, seen: tuple[Mapper, ...]) -> Iterator[tuple[str, str]]:
    for relationship in mapper.relationships:
        target = relationship.mapper
        yield relationship.key, target.class_.__name__
        if target not in (*seen, mapper):
            yield from ((f"{relationship.key}.{way}", end) for way, end in _ways(target, (*seen, mapper)))


def test_every_model_with_a_sealed_column_can_be_reached_through_a_scope_only() -> None:
    sealed = {mapper.class_ for mapper in Base.registry.mappers if _sealed_of(mapper.class_)}
    assert sealed <= set(access.SCOPES), f"without a scope: {[model.__name__ for model in sealed - set(access.SCOPES)]}"


def test_no_page_goes_round_the_one_door() -> None:
    strays, seen = [], set()
    for name, file, tree in modules():
        if not name.startswith(("clinic.web", "clinic.commands", "clinic.reporting", "clinic.jobs", "clinic.reminders")):
            continue
        for line, model in _asked_for(tree):
            seen.add((place(file), model))
            if (place(file), model) not in AT_THE_DOOR:
                strays.append(f"{place(file)}:{line} asks for {model} itself: use a scope of clinic.access")
    assert not strays, "\n".join(strays)
    stale = set(AT_THE_DOOR) - seen
    assert not stale, f"no longer needed in AT_THE_DOOR: {sorted(stale)}"


def _asked_for(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every model that stands in a `select(...)` and its like, or in `session.get(...)` and its like."""
    known = SHARED | TOGETHER | PRIVATE | APART
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        is_statement = isinstance(node.func, ast.Name) and node.func.id in STATEMENTS
        is_getter = isinstance(node.func, ast.Attribute) and node.func.attr in GETTERS | STATEMENTS
        for argument in node.args if is_statement or is_getter else ():
            model = argument.value if isinstance(argument, ast.Attribute) else argument
            if isinstance(model, ast.Name) and model.id in known:
                yield node.lineno, model.id


def test_nothing_sealed_or_versioned_is_written_in_bulk() -> None:
    strays = []
    guarded = {m.class_.__name__ for m in Base.registry.mappers if _sealed_of(m.class_) or m.version_id_col is not None}
    assert {"Answer", "ProgressNote"} <= guarded
    for _, file, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name.startswith("bulk_") or name == "begin_nested":  # the audit does not follow savepoints
                strays.append(f"{place(file)}:{node.lineno} {name}")
            if name in ("update", "delete", "insert") and node.args and isinstance(node.args[0], ast.Name):
                model = node.args[0].id
                if model in guarded and isinstance(node.func, ast.Name) and (place(file), model) not in IN_BULK:
                    strays.append(f"{place(file)}:{node.lineno} {name}({model})")
    assert not strays, "\n".join(strays)


def test_no_sql_is_written_by_hand() -> None:
    allowed = {"clinic/db.py", "clinic/models/audit.py"}
    strays = [
        f"{place(file)}:{node.lineno}"
        for _, file, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", "") == "exec_driver_sql" or getattr(node.func, "id", "") == "text")
        and place(file) not in allowed
    ]
    assert not strays, strays


def test_clocks_are_read_at_the_door_only() -> None:
    strays, seen = [], set()
    for _, file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and (_last(node.value), node.attr) in OF_THE_CLOCK:
                seen.add(place(file))
                strays += [] if place(file) in CLOCKS else [f"{place(file)}:{node.lineno} {_last(node.value)}.{node.attr}"]
    assert not strays, f"pass the time in (`at=`): {strays}"
    assert "clinic/__init__.py" in seen


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def test_markup_is_never_trusted() -> None:
    """But the drawings that the program itself makes (charts, the code of a link)."""
    drawings = {"templates/components/charts.html"}
    trusting = re.compile(r"\|\s*safe\b|autoescape\s+false|\|\s*tojson\s*\|\s*safe")
    strays, read = [], 0
    for file in kept_files():
        inside = file.relative_to(ROOT).parts[0]
        if file.suffix == ".html" and inside == "templates":
            read += 1
            strays += [] if place(file) in drawings or not trusting.search(file.read_text(encoding="utf-8")) else [place(file)]
        if file.suffix == ".py" and inside in ("clinic", "forms", "reports"):
            text = file.read_text(encoding="utf-8")
            strays += [place(file)] if re.search(r"render_template_string|\bfrom_string\(", text) else []
    assert read > 20
    assert not strays, strays


def test_markup_is_made_from_nothing_that_was_typed() -> None:
    """Drawings are text until a template prints them; `Markup` stands nowhere in Python."""
    trees = [(place(file), tree) for _, file, tree in modules()]
    strays = {name for name, tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Markup"}
    assert not strays, strays
