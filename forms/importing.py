"""Whether a questionnaire asks what one of our measures asks: bound item by item, or refused item by item.

Decides by LOINC code, by linkId, and else by order; that nothing may be extra, missing, in another order, or count otherwise than
on the published form; and that a file with one refused item is refused whole. Never writes anything (wordings.py keeps what was
bound).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from forms.measure_files import PLAIN_ENDS
from forms.measures import Measure, MeasureItem, Printed
from forms.questionnaires import LONGEST_TEXT, Asked, Option, Questionnaire, why_not_text
from forms.reading import nearest
from forms.wordings import Held, HeldItem


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one item: `bound`, `refused`, or `left out` because it counts for nothing."""

    state: str
    name: str
    said: str

    def __str__(self) -> str:
        return f"{self.state:<9} {self.name}: {self.said}"


@dataclass(frozen=True, slots=True)
class Report:
    """`items` are complete where nothing was refused, and empty otherwise."""

    measure: Measure
    lines: tuple[Line, ...]
    items: tuple[HeldItem, ...]
    introduction: str = ""

    @property
    def is_bound(self) -> bool:
        return not any(line.state == REFUSED for line in self.lines)

    def held(self, *, source: str, sha256: str) -> Held:
        return Held(self.measure.id, 1, source, sha256, self.introduction, self.items)


BOUND, REFUSED, LEFT_OUT = "bound", "refused", "left out"


class NoSuchMeasure(ValueError):
    """Nothing says which of our measures a questionnaire is. Its text is a sentence."""


def measure_of(found: Questionnaire, measures: Iterable[Measure], named: str = "") -> Measure:
    """By its LOINC code; else by the name that was given, or that it bears."""
    by_id = {measure.id: measure for measure in measures}
    by_code = {measure.code: measure for measure in by_id.values() if measure.code}
    coded = next((by_code[code] for code in found.codes if code in by_code), None)
    if named:
        if named not in by_id:
            raise NoSuchMeasure(f"there is no measure '{named}'; {nearest(named, by_id)}")
        if coded is not None and coded.id != named:
            raise NoSuchMeasure(f"this is {coded.title} by its LOINC code {coded.code}, not {by_id[named].title}.")
        return by_id[named]
    if coded is not None:
        return coded
    plain = {_plain(name): measure for measure in by_id.values() for name in (measure.id, measure.title)}
    for name in found.names:
        if _plain(name) in plain:
            return plain[_plain(name)]
    raise NoSuchMeasure("nothing in this file says which measure it is; name it with --measure.")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def match(measure: Measure, found: Questionnaire) -> Report:
    """Every item of theirs with what became of it, then what of ours nobody asks."""
    lines: list[Line] = []
    asked = [one for one in found.asked if not _counts_for_nothing(measure, one, lines)]
    places = _places(measure, asked)
    bound: dict[str, HeldItem] = {}
    for one, place in zip(asked, places, strict=True):
        line = _line(measure, one, place, places)
        lines.append(line)
        if line.state == BOUND and place is not None:
            item = measure.items[place]
            bound[item.id] = HeldItem(item.id, one.text, _scale(measure, one))
    missing = [item for place, item in enumerate(measure.items) if place not in places]
    lines += [Line(REFUSED, _ours(measure, item), "is missing from this file.") for item in missing]
    introduction = found.introduction
    if introduction and why_not_text(introduction.replace("\n", " "), LONGEST_TEXT):
        why = why_not_text(introduction.replace("\n", " "), LONGEST_TEXT)
        lines.append(Line(REFUSED, "the text before the first question", why))
    whole = not any(line.state == REFUSED for line in lines)
    return Report(measure, tuple(lines), tuple(bound[item.id] for item in measure.items) if whole else (), introduction)


def _counts_for_nothing(measure: Measure, one: Asked, lines: list[Line]) -> bool:
    """The total, which we count ourselves, and what stands on the published form without being scored."""
    keys = set(_keys(one))
    if measure.total_code and measure.total_code in keys:
        lines.append(Line(LEFT_OUT, one.name, "the total is counted here."))
    elif keys & set(measure.unscored):
        lines.append(Line(LEFT_OUT, one.name, "it stands on the published form and counts for nothing."))
    else:
        return False
    return True


def _keys(one: Asked) -> Iterator[str]:
    """What may name an item: its LOINC codes, and its linkId, which often is the code after a slash."""
    yield from one.codes
    if one.link_id:
        yield one.link_id
        yield one.link_id.rpartition("/")[2]


def _places(measure: Measure, asked: Sequence[Asked]) -> list[int | None]:
    """Where each belongs among our items. By order only where nothing in the file names any of them."""
    known = {name: place for place, item in enumerate(measure.items) for name in (item.code, item.id) if name}
    named = [next((known[key] for key in _keys(one) if key in known), None) for one in asked]
    is_coded = any(one.codes for one in asked)
    if any(place is not None for place in named) or is_coded:
        return named
    return [place if place < len(measure.items) else None for place in range(len(asked))]


def _line(measure: Measure, one: Asked, place: int | None, places: Sequence[int | None]) -> Line:
    if place is None:
        return Line(REFUSED, f"{one.place}. {one.name}", f"is no item of {measure.title}: one too many, or with another code.")
    item = measure.items[place]
    name = _ours(measure, item)
    if places.count(place) > 1:
        return Line(REFUSED, name, f"stands more than once (question {one.place}).")
    expected = sorted(other for other in places if other is not None).index(place)
    stands = [other for other in places if other is not None].index(place)
    if stands != expected:
        return Line(REFUSED, name, f"stands in place {stands + 1} of this file and belongs in place {expected + 1}.")
    why = one.wrong or _why_recoded(measure, item, one)
    if why:
        return Line(REFUSED, name, why)
    return Line(BOUND, name, f"by {_how(item, one)}, {_range(one)}.")


def _ours(measure: Measure, item: MeasureItem) -> str:
    return f"{measure.place_of(item.id)}. {item.label}"


def _how(item: MeasureItem, one: Asked) -> str:
    if item.code and item.code in one.codes:
        return f"LOINC {item.code}"
    return f"linkId {one.link_id}" if {item.code, item.id} & set(_keys(one)) else "its place"


def _range(one: Asked) -> str:
    return f"{len(one.options)} answers" if one.options else f"a number from {one.ends[0]} to {one.ends[1]}" if one.ends else ""


# --- what the answers count -----------------------------------------------------------------------------------------------


def _scale(measure: Measure, one: Asked) -> tuple[tuple[int, str], ...]:
    return tuple((counts, option.label) for option in one.options if (counts := _counts(measure, option)) is not None)


def _counts(measure: Measure, option: Option) -> int | None:
    return dict(measure.answers).get(option.code) if option.counts is None else option.counts


def _why_recoded(measure: Measure, item: MeasureItem, one: Asked) -> str:
    if not one.options:
        ours = (item.lowest, item.highest)
        return "" if one.ends == ours and ours in PLAIN_ENDS else _other_range(item, one.ends)
    known = dict(measure.answers)
    for option in one.options:
        if option.counts is not None and known.get(option.code, option.counts) != option.counts:
            return f"recoded: “{option.label}” counts {option.counts} here, and {known[option.code]} by its code {option.code}."
    counts = [_counts(measure, option) for option in one.options]
    if None in counts:
        return f"nothing says what “{one.options[counts.index(None)].label}” counts: its answers need ordinalValue."
    numbers = [value for value in counts if value is not None]
    if sorted(numbers) != list(range(item.lowest, item.highest + 1)):
        said = ", ".join(map(str, numbers))
        return f"recoded: its answers count {said}, and on the published form {item.lowest} to {item.highest}."
    return _why_turned(item, numbers)


def _other_range(item: MeasureItem, ends: tuple[int, int] | None) -> str:
    theirs = f"a number from {ends[0]} to {ends[1]}" if ends else "no answers"
    return f"has {theirs}, and the published form has answers that count {item.lowest} to {item.highest}."


def _why_turned(item: MeasureItem, numbers: list[int]) -> str:
    """Numbers given out by position are wrong where the published form prints the highest first."""
    if numbers not in (sorted(numbers), sorted(numbers, reverse=True)):
        return "its answers are not in order."
    is_up = numbers == sorted(numbers)
    if item.printed is Printed.ANY or is_up == (item.printed is Printed.ASCENDING):
        return ""
    right = f"{item.lowest} up to {item.highest}" if item.printed is Printed.ASCENDING else f"{item.highest} down to {item.lowest}"
    return f"recoded: its answers run the other way; on the published form they run from {right}."


def from_toml(held: Held) -> Questionnaire:
    """A wording written by hand, asked to fit like any other."""
    asked = [_from_toml(item, place) for place, item in enumerate(held.items, start=1)]
    return Questionnaire(held.id, (held.id,), (), held.introduction, tuple(asked))


def _from_toml(item: HeldItem, place: int) -> Asked:
    options = tuple(Option(label, "", value) for value, label in item.scale)
    text = " ".join(item.prompt.split())
    plain = Asked(place, item.id, (), text, options, None, why_not_text(text, LONGEST_TEXT))
    return plain if options else replace(plain, ends=PLAIN_ENDS[1])
