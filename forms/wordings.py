"""The wording of a published measure that a practice holds: how it lies in the practice's own folder, and how it joins our scoring.

    wordings/<measure>.toml          the newest; older ones beside it as <measure>.v<version>.toml
    checksums.toml                   the sha256 of each of them, as it was imported

Decides that a wording is used only as it was imported, and only where every item of ours has its words and its answers. Scoring,
thresholds and topics stay ours. Never knows where a wording came from (questionnaires.py), or who is asked.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from forms.library import Content, read_file
from forms.measure_files import read_point
from forms.measures import Measure, MeasureItem, Point
from forms.reading import Problem, Row
from forms.wording import Worded

FOLDER, CHECKSUMS = "wordings", "checksums.toml"
APART = 100  # versions of a measure and of its wording make one number: 100 times the first, and the second
HEAD = "# The wording of a published measure, as it was imported. Never edited by hand: import it again, as a new version.\n"


@dataclass(frozen=True, slots=True)
class HeldItem:
    id: str
    prompt: str
    scale: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """`id` is the measure's. `source`: the name of the file that it came from; `sha256`: of that file."""

    id: str
    version: int
    source: str
    sha256: str
    introduction: str
    items: tuple[HeldItem, ...]

    @property
    def name(self) -> str:
        return f"{FOLDER}/{self.id}@{self.version}"

    def says_the_same_as(self, other: Held) -> bool:
        return (self.introduction, self.items) == (other.introduction, other.items)


def read_held(row: Row) -> Held:
    return Held(
        id=row.id(),
        version=row.whole("version", least=1),
        source=row.text("source"),
        sha256=row.text("sha256"),
        introduction=row.text("introduction", ""),
        items=row.rows("items", read_held_item, "item", required=True),
    )


def read_wording(row: Row) -> Held:
    """The same, written by hand: without what an import adds."""
    items = row.rows("items", read_held_item, "item", required=True)
    row.asked.update(("version", "source", "sha256"))
    return Held(row.id(), 1, "", "", row.text("introduction", ""), items)


def read_held_item(row: Row) -> HeldItem:
    points = row.rows("scale", read_point)
    return HeldItem(row.text("id"), row.text("prompt"), tuple((point.value, point.label.partner) for point in points))


def as_toml(held: Held) -> str:
    """JSON's strings are TOML's too."""

    def written(said: str) -> str:
        return json.dumps(said, ensure_ascii=False)

    keys = {"id": written(held.id), "version": str(held.version), "source": written(held.source), "sha256": written(held.sha256)}
    if held.introduction:
        keys["introduction"] = written(held.introduction)
    lines = [HEAD, *(f"{key} = {value}" for key, value in keys.items())]
    for item in held.items:
        lines += ["", "[[items]]", f"id = {written(item.id)}", f"prompt = {written(item.prompt)}"]
        if item.scale:
            lines += ["scale = [", *(f"    {{ value = {value}, label = {written(label)} }}," for value, label in item.scale), "]"]
    return "\n".join(lines) + "\n"


# --- joining --------------------------------------------------------------------------------------------------------------


def worded(measure: Measure, held: Held) -> Measure:
    """Our measure with the practice's words. Call where `why_it_does_not_fit` says nothing."""
    by_id = {item.id: item for item in held.items}
    introduction = Worded(held.introduction) if held.introduction else None
    items = tuple(_worded(item, by_id[item.id]) for item in measure.items)
    version = measure.version * APART + held.version
    return replace(measure, version=version, wording=held.version, introduction=introduction, items=items)


def _worded(item: MeasureItem, words: HeldItem) -> MeasureItem:
    return replace(item, prompt=Worded(words.prompt), scale=tuple(Point(value, Worded(label)) for value, label in words.scale))


def why_it_does_not_fit(measure: Measure, held: Held) -> str:
    if measure.has_wording:
        return f"{measure.title} is asked in words of its own here, so it takes no others."
    if measure.total_only:
        return f"{measure.title} cannot be asked on the phone: {measure.note}"
    if [item.id for item in held.items] != [item.id for item in measure.items]:
        return f"its items are not those of {measure.title}, in the same order."
    for ours, theirs in zip(measure.items, held.items, strict=True):
        values = sorted(value for value, _ in theirs.scale)
        if values and values != list(range(ours.lowest, ours.highest + 1)):
            return f"the answers to '{ours.id}' do not count {ours.lowest} to {ours.highest}."
        if not values and (ours.lowest, ours.highest) not in ((0, 4), (0, 10)):
            return f"'{ours.id}' has no answers to choose from."
    return ""


def with_wordings(content: Content, folder: Path, kept: Path | None) -> tuple[Content, tuple[Problem, ...]]:
    """The content, with every measure that the practice holds the words of; and what cannot be used, and why. One that was in use
    and is there no longer is kept for what was answered to it, and given to nobody."""
    problems: list[Problem] = []
    live = list(held_in(folder, problems))
    if kept is not None:
        live = [_as_kept(one, folder, kept, problems) for one in live]
    older = [one for one in held_in(kept, []) if one.name not in {other.name for other in live}] if kept else []
    measures = dict(content.measures)
    for id in sorted({one.id for one in (*live, *older)}):
        if id not in measures:
            problems.append(Problem(f"{FOLDER}/{id}.toml", "", "id", f"'{id}' is no measure of the programme."))
            continue
        ours = measures[id]
        now = _bound(ours, [one for one in live if one.id == id], problems)
        measures[id] = (*_bound(ours, [one for one in older if one.id == id], []), *ours, *now)
    return replace(content, measures=MappingProxyType(measures)), tuple(problems)


def _bound(ours: Iterable[Measure], wordings: Iterable[Held], problems: list[Problem]) -> list[Measure]:
    found, newest = [], list(ours)[-1]
    for held in wordings:
        why = why_it_does_not_fit(newest, held)
        if why:
            problems.append(Problem(f"{FOLDER}/{held.id}.toml", "", "", why))
        found += [worded(measure, held) for measure in ours if not why_it_does_not_fit(measure, held)]
    return sorted(found, key=lambda measure: measure.version)


def held_in(folder: Path | None, problems: list[Problem]) -> Iterator[Held]:
    """The wordings of a folder, as they were imported: one that was edited since is left out."""
    recorded = recorded_in(folder) if folder else {}
    for path in sorted((folder / FOLDER).glob("*.toml")) if folder else ():
        own: list[Problem] = []
        held = read_file(path, folder, read_held, own) if folder else None
        name = f"{FOLDER}/{path.name}"
        if held is not None and not own and path.stem not in (held.id, f"{held.id}.v{held.version}"):
            own.append(Problem(name, "", "id", f"is '{held.id}', so the file must be called {held.id}.toml."))
        elif held is not None and not own and recorded and recorded.get(held.name) != sha256_of(path):
            own.append(Problem(name, "", "", "is not as it was imported; put it back, or import the new wording as a new version."))
        problems.extend(own)
        if held is not None and not own:
            yield held


def _as_kept(held: Held, folder: Path, kept: Path, problems: list[Problem]) -> Held:
    """The copy of what was in use counts; without one, this is the first use."""
    copy = kept / FOLDER / f"{held.id}.v{held.version}.toml"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = copy.with_suffix(".part")
        part.write_text(as_toml(held), encoding="utf-8")
        part.replace(copy)
        return held
    used = read_file(copy, kept, read_held, [])
    if used is not None and not used.says_the_same_as(held):
        message = f"version {held.version} has been in use with other words, so it stays as it was; import yours again."
        problems.append(Problem(f"{FOLDER}/{held.id}.toml", "", "version", message))
    return used or held


# --- keeping --------------------------------------------------------------------------------------------------------------


def keep(folder: Path, held: Held) -> tuple[Held, bool]:
    """Put a wording into the practice's folder as a new version; (the one that is there, False) where it says the same. Each file
    is written whole, and its checksum first: a file without its checksum is never there."""
    before = sorted((one for one in held_in(folder, []) if one.id == held.id), key=lambda one: one.version)
    if before and before[-1].says_the_same_as(held):
        return before[-1], False
    numbers = [one.version for one in before] + [int(name.rpartition("@")[2]) for name in recorded_in(folder) if _is_of(held, name)]
    new = replace(held, version=max(numbers, default=0) + 1)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    path = folder / FOLDER / f"{new.id}.toml"
    if path.exists():
        path.rename(path.with_name(f"{new.id}.v{before[-1].version if before else new.version - 1}.toml"))
    text = as_toml(new)
    recorded = {**recorded_in(folder), new.name: hashlib.sha256(text.encode("utf-8")).hexdigest()}
    _write(folder / CHECKSUMS, "".join(f'"{name}" = "{sum}"\n' for name, sum in sorted(recorded.items())))
    _write(path, text)
    return new, True


def _is_of(held: Held, name: str) -> bool:
    return name.startswith(f"{FOLDER}/{held.id}@")


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def recorded_in(folder: Path) -> Mapping[str, str]:
    path = folder / CHECKSUMS
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
