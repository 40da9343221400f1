"""The library: every module, worksheet, measure and document, read once, checked whole, and never changed.

Decides what may be published: a file that contradicts another, or a published version that was edited, is refused with
every reason at once. Never knows a case, a person or an answer.

A file `<id>.toml` holds the newest version; an older one is kept beside it as `<id>.v<version>.toml`, because what a
person answered is shown with the words that they answered to. `checksums.toml` records each published version.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from forms.definition import Document, Module, Phase, Relationship, Worksheet
from forms.measure_files import read_measure
from forms.measures import Measure
from forms.modules import read_document, read_module, read_stages
from forms.note_templates import NoteTemplate, read_note_template
from forms.plans import Plan, read_plans
from forms.reading import ContentError, Problem, Row
from forms.references import check_references
from forms.worksheets import read_worksheet

if TYPE_CHECKING:
    from forms.thresholds import Threshold

CONTENT = Path(__file__).parent / "content" / "en"
FOLDERS = ("modules", "worksheets", "measures", "documents", "notes")


class Versioned(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


Kept = TypeVar("Kept", bound=Versioned)
Versions = Mapping[str, tuple[Kept, ...]]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that was read: of each id, its versions from the oldest to the newest. `retired` modules and note
    templates ("notes/<id>") are found by their id and listed nowhere."""

    phases: tuple[Phase, ...]
    order: tuple[str, ...]
    modules: Versions[Module]
    worksheets: Versions[Worksheet]
    measures: Versions[Measure]
    documents: Versions[Document]
    notes: Versions[NoteTemplate]
    plans: tuple[Plan, ...] = ()
    retired: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RevealPart:
    """One item of a reveal group, and the worksheet that it stands in."""

    worksheet: str
    item: str


class Library:
    """A folder of content. It is read and checked at the first question, so that importing it costs nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_extended = False

    @classmethod
    def of(cls, content: Content, folder: Path) -> Library:
        """A library of what was read and checked already."""
        made = cls(folder)
        made.__dict__["_content"] = content
        return made

    @classmethod
    def load(cls, folder: Path | str) -> Library:
        """The same, read and checked now."""
        loaded = cls(Path(folder))
        _ = loaded._content
        return loaded

    @cached_property
    def _content(self) -> Content:
        return read_content(self._folder)

    @property
    def phases(self) -> tuple[Phase, ...]:
        return self._content.phases

    def with_folder(self, folder: Path, kept: Path | None = None) -> tuple[Library, tuple[Problem, ...]]:
        """This library and a practice's own folder (practice.py), without its bad files, and why they are bad."""
        from forms.practice import extended
        from forms.wordings import with_wordings

        content, problems = extended(self._content, folder, kept)
        content, more = with_wordings(content, folder, kept)
        return Library.of(content, self._folder), (*problems, *more)

    def with_thresholds(self, thresholds: Iterable[Threshold]) -> tuple[Library, tuple[Problem, ...]]:
        """This library with what a practice sets otherwise, and what may not be set so."""
        from forms.thresholds import with_thresholds

        content, problems = with_thresholds(self._content, thresholds)
        return Library.of(content, self._folder), problems

    def use(
        self, folder: Path | None, kept: Path | None = None, thresholds: Sequence[Threshold] = ()
    ) -> tuple[Problem, ...]:
        """From now on everything in this process that asks this library also finds what is in a practice's own folder, and judges
        by its thresholds; None and () go back to the programme alone. For the start of a program that serves one practice."""
        if folder is None and not thresholds and not self._is_extended:
            return ()
        base = Library(self._folder)
        problems: tuple[Problem, ...] = ()
        if folder is not None:
            base, problems = base.with_folder(folder, kept)
        base, misset = base.with_thresholds(thresholds)
        content, self._is_extended, problems = base._content, folder is not None or bool(thresholds), (*problems, *misset)
        for name in ("modules", "measures", "note_templates"):
            self.__dict__.pop(name, None)
        self.__dict__["_content"] = content
        return problems

    @property
    def plans(self) -> tuple[Plan, ...]:
        return self._content.plans

    def plan(self, id: str) -> Plan:
        found = {plan.id: plan for plan in self.plans}
        return found[id]

    def reveal_group(self, name: str, relationship: Relationship | str) -> tuple[RevealPart, ...]:
        """The items that open together in this tie, in whichever worksheets they stand, in the order of the programme."""
        sheets = [sheet.for_relationship(relationship) for module in self.modules for sheet in self.worksheets_of(module.id)]
        return tuple(RevealPart(sheet.id, item.id) for sheet in sheets for item in sheet.items if item.reveal_group == name)

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """Intake first, then the numbered modules in the order of the programme."""
        newest = [versions[-1] for id, versions in self._content.modules.items() if id not in self._content.retired]
        return tuple(sorted(newest, key=lambda module: module.number))

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        newest = [versions[-1] for versions in self._content.measures.values()]
        return tuple(sorted(newest, key=lambda measure: measure.title))

    @cached_property
    def note_templates(self) -> tuple[NoteTemplate, ...]:
        """Those that a note can be begun with, in the order in which they are offered."""
        newest = [versions[-1] for id, versions in self._content.notes.items() if f"notes/{id}" not in self._content.retired]
        return tuple(sorted(newest, key=lambda template: (template.place, template.title)))

    def note_template(self, id: str, version: int | None = None) -> NoteTemplate:
        return _version(self._content.notes, id, version)

    def module(self, id: str) -> Module:
        return _version(self._content.modules, id, None)

    def worksheet(self, id: str, version: int | None = None) -> Worksheet:
        return _version(self._content.worksheets, id, version)

    def worksheets_of(self, module_id: str) -> tuple[Worksheet, ...]:
        return tuple(self.worksheet(id) for id in self.module(module_id).worksheets)

    def measure(self, id: str, version: int | None = None) -> Measure:
        return _version(self._content.measures, id, version)

    def has_document(self, id: str) -> bool:
        return id in self._content.documents

    def document(self, id: str, version: int | None = None) -> Document:
        return _version(self._content.documents, id, version)


def _version(found: Versions[Kept], id: str, version: int | None) -> Kept:
    """The newest version, or the one asked for; an unknown one is a KeyError, which the pages answer with a 404."""
    versions = found[id]
    if version is None:
        return versions[-1]
    for one in versions:
        if one.version == version:
            return one
    raise KeyError(f"{id} version {version}")


def read_content(folder: Path) -> Content:
    problems: list[Problem] = []
    if not folder.is_dir():
        raise ContentError([Problem(str(folder), "", "", "is not a folder; name the folder that holds stages.toml.")])
    stages = read_file(folder / "stages.toml", folder, read_stages, problems)
    content = Content(
        phases=stages[0] if stages else (),
        order=stages[1] if stages else (),
        modules=_read_folder(folder, "modules", read_module, problems),
        worksheets=_read_folder(folder, "worksheets", read_worksheet, problems),
        measures=_read_folder(folder, "measures", read_measure, problems),
        documents=_read_folder(folder, "documents", read_document, problems),
        notes=_read_folder(folder, "notes", read_note_template, problems),
        plans=(read_file(plans, folder, read_plans, problems) or ()) if (plans := folder / "plans.toml").exists() else (),
    )
    # Cross references of half-read files would only repeat what is already said.
    problems.extend(() if problems else check_references(content))
    if problems:
        raise ContentError(problems)
    return content


Read = TypeVar("Read")


def read_file(path: Path, folder: Path, build: Callable[[Row], Read], problems: list[Problem]) -> Read | None:
    name = path.relative_to(folder).as_posix()
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(Problem(name, "", "", "is missing; every content folder needs it."))
    except OSError as error:
        problems.append(Problem(name, "", "", f"cannot be read: {error.strerror}."))
    except UnicodeDecodeError as error:
        problems.append(Problem(name, "", "", f"is not UTF-8 (at byte {error.start}); save it as UTF-8."))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(name, "", "", f"is not TOML: {error}."))
    else:
        row = Row(data, name, problems)
        built = build(row)
        row.done()
        return built
    return None


def _read_folder(folder: Path, kind: str, build: Callable[[Row], Kept], problems: list[Problem]) -> Versions[Kept]:
    found: dict[str, list[Kept]] = {}
    for path in sorted((folder / kind).glob("*.toml")):
        one = read_file(path, folder, build, problems)
        if one is None or not one.id:
            continue
        if path.stem not in (one.id, f"{one.id}.v{one.version}"):
            message = f"is '{one.id}', so the file must be called {one.id}.toml or {one.id}.v{one.version}.toml."
            problems.append(Problem(f"{kind}/{path.name}", "", "id", message))
        if any(one.version == other.version for other in found.get(one.id, ())):
            message = f"version {one.version} of '{one.id}' stands in two files; raise the version of the newer one."
            problems.append(Problem(f"{kind}/{path.name}", "", "version", message))
        found.setdefault(one.id, []).append(one)
    return MappingProxyType({id: tuple(sorted(ones, key=lambda one: one.version)) for id, ones in found.items()})


def checksums(folder: Path) -> dict[str, str]:
    """The sha256 of every file that is there, by `<kind>/<id>@<version>`."""
    sums = {}
    for kind in FOLDERS:
        for path in sorted((folder / kind).glob("*.toml")):
            text = path.read_bytes().replace(b"\r\n", b"\n")
            data = tomllib.loads(text.decode("utf-8"))
            sums[f"{kind}/{data['id']}@{data['version']}"] = hashlib.sha256(text).hexdigest()
    return sums


def recorded_checksums(folder: Path) -> dict[str, str]:
    path = folder / "checksums.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def changed_since_published(folder: Path) -> tuple[str, ...]:
    """Published versions that were edited or removed: people have answered to those words, so they must stay."""
    now = checksums(folder)
    return tuple(name for name, sum in recorded_checksums(folder).items() if now.get(name) != sum)


def require_unchanged(folder: Path) -> None:
    changed = changed_since_published(folder)
    if changed:
        message = "was published and may not change; put the old text back and raise the version in a new file."
        raise ContentError(Problem(name, "", "", message) for name in changed)


def publish(folder: Path) -> tuple[str, ...]:
    """Record the versions that are new; refuse when a published one was changed. Answers the names of the new ones."""
    require_unchanged(folder)
    recorded, now = recorded_checksums(folder), checksums(folder)
    lines = [f'"{name}" = "{sum}"\n' for name, sum in sorted(now.items())]
    head = "# The published versions. Never edited by hand: python -m forms --publish\n\n"
    (folder / "checksums.toml").write_text(head + "".join(lines), encoding="utf-8")
    return tuple(name for name in now if name not in recorded)


library = Library(CONTENT)
