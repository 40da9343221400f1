"""Which answers belong side by side: the reveal groups of the library, and who writes each of them.

Decides: whether a group has two authors or one, who of a case has to send before it can be opened, and what follows it. Knows
nothing of what anyone answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from clinic.models.cases import Case, Participant, Side
from forms import library
from forms.definition import Item, Visibility, Worksheet


@dataclass(frozen=True)
class Group:
    """One reveal group in one kind of tie, with the worksheets that carry it."""

    name: str
    worksheets: tuple[Worksheet, ...]

    @property
    def module_id(self) -> str:
        return self.worksheets[0].module

    @property
    def is_two_sided(self) -> bool:
        """Both write, and their words are shown side by side; else one writes, and the other reads."""
        by = {sheet.answered_by for sheet in self.worksheets}
        return "each" in by or {"hurt", "involved"} <= by

    def suits(self, person: Participant) -> bool:
        return any(person.takes(sheet.answered_by) for sheet in self.worksheets)

    def fits(self, person: Participant) -> bool:
        """Written by this person's side and by no other: nobody has to guess who the author is."""
        return any(sheet.answered_by == person.side for sheet in self.worksheets)


@lru_cache(maxsize=8)
def groups_in(relation: str) -> tuple[Group, ...]:
    """In the order of the programme."""
    found: dict[str, list[Worksheet]] = {}
    for module in library.modules:
        for sheet in library.worksheets_of(module.id):
            asked = sheet.for_relationship(relation)
            for name in asked.reveal_groups:
                found.setdefault(name, []).append(asked)
    return tuple(Group(name, tuple(sheets)) for name, sheets in found.items())


def group_of(relation: str, name: str) -> Group | None:
    return next((group for group in groups_in(relation) if group.name == name), None)


def is_shown_side_by_side(item: Item, relation: str) -> bool:
    """Of a reveal item: does the other person write one too?"""
    group = group_of(relation, item.reveal_group)
    return item.visibility is Visibility.REVEAL and group is not None and group.is_two_sided


def authors_of(case: Case, group: Group, given_to: set[Participant]) -> list[Participant]:
    """Who has to send before this can be opened. Where the sides do not say it, whoever was given the worksheet."""
    people = [person for person in case.participants if person.is_client]
    if group.is_two_sided:
        return people
    exact = [person for person in people if group.fits(person)]
    if exact and all(person.side not in (Side.BOTH, Side.UNSET) for person in people):
        return exact
    return [person for person in people if person in given_to]


def works_alone(person: Participant) -> bool:
    """Nobody sits opposite who writes too: there is nothing to open, and nothing to wait for."""
    return not person.case.works_together


def is_a_reply(worksheet: Worksheet) -> bool:
    """Nothing but answers to what the other wrote: for one who works alone there is nothing to reply to."""
    return all(item.follows for item in worksheet.items)


def followed_by(worksheet: Worksheet) -> Iterator[tuple[Item, Worksheet, Item]]:
    """Each item that answers another's opened answer, with the worksheet and the item that it follows."""
    for item in worksheet.items:
        if item.follows:
            source, _, source_item = item.follows.partition(".")
            yield item, library.worksheet(source), library.worksheet(source).item(source_item)


def groups_followed(worksheet: Worksheet) -> set[str]:
    return {source.reveal_group for _, _, source in followed_by(worksheet) if source.reveal_group}
