"""A practice's own folder: what it adds to the programme, and what of it cannot be used.

    introductions/<module>.toml   hurt, involved, both: any of the three in place of the programme's own
    worksheets/<id>.toml          a worksheet; `module` says where it stands, after those of the programme
    modules/<id>.toml             a module of its own, with a number above those of the programme
    measures/<id>.toml            a measure
    notes/<id>.toml               a template of notes
    wordings/<measure>.toml       the words of a published measure, as they were imported (wordings.py)

Decides what a practice may add, and that a bad file is left out with its reasons while everything else is used. Nothing of the
programme is ever replaced but an introduction. A version that was in use once stays as it was, because people have answered to its
words: its text is copied to `kept`, and from then on the copy counts. Never knows a case, a person or an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from forms.definition import Introduction, Module
from forms.library import Content, read_file
from forms.measure_files import read_measure
from forms.modules import read_module
from forms.note_templates import read_note_template
from forms.reading import Problem, Row, nearest
from forms.references import check_references
from forms.wordings import CHECKSUMS
from forms.wordings import FOLDER as WORDINGS
from forms.worksheets import read_worksheet

VERSIONED: dict[str, Callable[[Row], Any]] = {
    "modules": read_module, "worksheets": read_worksheet, "measures": read_measure, "notes": read_note_template,
}  # fmt: skip
INTRODUCTIONS = "introductions"
_OTHER_FILES = ("reading.toml", CHECKSUMS)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file that was read: `name` is its place in the folder."""

    kind: str
    name: str
    made: Any
    text: bytes

    @property
    def version(self) -> tuple[str, str, int]:
        return self.kind, self.made.id, self.made.version


def extended(base: Content, folder: Path, kept: Path | None) -> tuple[Content, tuple[Problem, ...]]:
    """The content with all that is good in the folder; and what is bad, and why."""
    if not folder.is_dir():
        return base, (Problem(str(folder), "", "", "is not a folder; name the practice's own folder of content."),)
    problems: list[Problem] = []
    pieces = _as_kept(_read(folder, problems), kept, problems)
    pieces = _without_clashes(base, pieces, problems)
    content = _merged(base, pieces)
    # A file that leans on a bad one is bad too, so this is asked until all that is left stands together.
    while wrong := _misfits(base, content, pieces):
        problems.extend(wrong)
        pieces = [piece for piece in pieces if piece.name not in {problem.file for problem in wrong}]
        content = _merged(base, pieces)
    content = _with_introductions(content, folder, problems)
    if kept is not None:
        _keep(pieces, kept)
        content = _with_older(content, kept)
    return content, tuple(problems)


def _read(folder: Path, problems: list[Problem]) -> list[Piece]:
    pieces = []
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        kind = name.partition("/")[0] if name.count("/") == 1 else ""
        if kind in VERSIONED:
            own: list[Problem] = []
            made = read_file(path, folder, VERSIONED[kind], own)
            if made is not None and not own and path.stem not in (made.id, f"{made.id}.v{made.version}"):
                own.append(Problem(name, "", "id", f"is '{made.id}', so the file must be called {made.id}.toml."))
            problems.extend(own)
            pieces += [] if own else [Piece(kind, name, made, _text(path))]
        elif kind not in (INTRODUCTIONS, WORDINGS) and name not in _OTHER_FILES:
            known = ", ".join((*VERSIONED, INTRODUCTIONS, WORDINGS))
            problems.append(Problem(name, "", "", f"stands where nothing is read; the folders are {known}."))
    return pieces


def _text(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")


def _copy_of(piece: Piece, kept: Path) -> Path:
    kind, id, version = piece.version
    return kept / kind / f"{id}.v{version}.toml"


def _as_kept(pieces: Iterable[Piece], kept: Path | None, problems: list[Problem]) -> list[Piece]:
    """The kept copy in place of a file that was edited after its version had been in use."""
    found = []
    for piece in pieces:
        copy = _copy_of(piece, kept) if kept else None
        if copy and copy.exists() and _text(copy) != piece.text:
            message = f"version {piece.made.version} has been in use, so it stays as it was; put it back, and raise the version."
            problems.append(Problem(piece.name, "", "version", message))
            made = read_file(copy, copy.parents[1], VERSIONED[piece.kind], [])
            piece = replace(piece, made=made, text=_text(copy))
        found.append(piece)
    return found


def _keep(pieces: Iterable[Piece], kept: Path) -> None:
    for piece in pieces:
        copy = _copy_of(piece, kept)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            part = copy.with_suffix(".part")
            part.write_bytes(piece.text)
            part.replace(copy)


def _without_clashes(base: Content, pieces: list[Piece], problems: list[Problem]) -> list[Piece]:
    good: list[Piece] = []
    for piece in pieces:
        message = _clash(base, piece, good)
        if message:
            problems.append(Problem(piece.name, "", *message))
        else:
            good.append(piece)
    return good


def _clash(base: Content, piece: Piece, others: list[Piece]) -> tuple[str, str] | None:
    if piece.made.id in getattr(base, piece.kind):
        return "id", f"'{piece.made.id}' comes with the program, and is never replaced; choose another id."
    if any(piece.made.id in one for one in (base.worksheets, base.measures)) and piece.kind in ("worksheets", "measures"):
        return "id", f"'{piece.made.id}' is taken by a worksheet or a measure that comes with the program; choose another id."
    if piece.version in [other.version for other in others]:
        return "version", f"version {piece.made.version} of '{piece.made.id}' stands in two files; raise the newer one."
    if piece.kind != "modules":
        return None
    numbers = {other.made.number: other.made.id for other in others if other.kind == "modules"}
    if piece.made.number <= len(base.order) or numbers.get(piece.made.number, piece.made.id) != piece.made.id:
        return "number", f"{piece.made.number} is taken; give a module of your own a number from {len(base.order) + 1} on."
    return None


def _merged(base: Content, pieces: Iterable[Piece]) -> Content:
    found: dict[str, dict[str, tuple[Any, ...]]] = {kind: dict(getattr(base, kind)) for kind in VERSIONED}
    for piece in sorted(pieces, key=lambda piece: piece.made.version):
        kind = found[piece.kind]
        kind[piece.made.id] = (*kind.get(piece.made.id, ()), piece.made)
    for id, versions in found["modules"].items():
        added = [sheet for sheet, all_of in found["worksheets"].items() if all_of[-1].module == id and sheet not in base.worksheets]
        listed = tuple(dict.fromkeys((*versions[-1].worksheets, *added)))
        found["modules"][id] = (*versions[:-1], replace(versions[-1], worksheets=listed))
    own = sorted((all_of[-1] for id, all_of in found["modules"].items() if id not in base.modules), key=lambda one: one.number)
    return replace(_holding(base, found), order=(*base.order, *(module.id for module in own)))


def _holding(content: Content, found: Mapping[str, Mapping[str, tuple[Any, ...]]]) -> Content:
    return replace(content, **{kind: MappingProxyType(dict(found[kind])) for kind in VERSIONED})  # type: ignore[arg-type]


def _misfits(base: Content, content: Content, pieces: list[Piece]) -> list[Problem]:
    """What the practice's files say about others that is not true."""
    ours = {piece.name for piece in pieces}
    by_id = {(piece.kind, piece.made.id): piece.name for piece in pieces}
    found = []
    for problem in check_references(replace(content, order=base.order)):
        kind, _, file = problem.file.partition("/")
        name = problem.file if problem.file in ours else by_id.get((kind, file.removesuffix(".toml")), "")
        if name:
            found.append(replace(problem, file=name))
    return found


def _with_introductions(content: Content, folder: Path, problems: list[Problem]) -> Content:
    modules = dict(content.modules)
    for path in sorted((folder / INTRODUCTIONS).glob("*.toml")):
        own: list[Problem] = []
        read = read_file(path, folder, read_own_introduction, own)
        if path.stem not in modules:
            message = f"'{path.stem}' is no module; {nearest(path.stem, modules)}"
            own.append(Problem(f"{INTRODUCTIONS}/{path.name}", "", "", message))
        problems.extend(own)
        if read is not None and not own:
            *older, newest = modules[path.stem]
            modules[path.stem] = (*older, _introduced(newest, read))
    return replace(content, modules=MappingProxyType(modules))


def read_own_introduction(row: Row) -> dict[str, Any]:
    found = {side: row.worded(side) for side in ("hurt", "involved", "both") if row.has(side)}
    row.asked.update(("hurt", "involved", "both"))
    if not found:
        row.complain("hurt", "is missing; write an introduction for hurt, involved or both.")
    return found


def _introduced(module: Module, read: dict[str, Any]) -> Module:
    own = module.introduction
    sides = {"hurt": own.hurt, "involved": own.involved, "both": own.both, **read}
    return replace(module, introduction=Introduction(**sides))


def _with_older(content: Content, kept: Path) -> Content:
    """What is there no longer, so that what was answered to it can still be shown. None of it is given to anybody."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {kind: dict(getattr(content, kind)) for kind in VERSIONED}
    retired = set(content.retired)
    for kind, made in _copies(kept):
        versions = found[kind].get(made.id, ())
        if not versions and kind in ("modules", "notes"):
            retired.add(made.id if kind == "modules" else f"notes/{made.id}")
        if made.version not in [one.version for one in versions]:
            # Before the others, whatever its number: the newest of those that are still there is the one that is given.
            found[kind][made.id] = (made, *versions)
    return replace(_holding(content, found), retired=frozenset(retired))


def _copies(kept: Path) -> Iterator[tuple[str, Any]]:
    for kind, read in VERSIONED.items():
        for path in sorted((kept / kind).glob("*.toml")):
            made = read_file(path, kept, read, [])
            if made is not None and made.id:
                yield kind, made
