"""A worksheet on paper: the frozen data of pages that are filled in by hand, or that show what was answered.

Decides which kinds of room there are to write in. Must never know what a module is, who answers, or who may see an answer: the
words for all of that are given.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from reports.cover import PageSize, clipped


class Room(StrEnum):
    """What stands under a question to be filled in."""

    LINES = "lines"
    CHOICES = "choices"
    SCALE = "scale"
    STATEMENTS = "statements"
    TABLE = "table"
    PARTS = "parts"


@dataclass(frozen=True)
class Choice:
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Scale:
    """Numbers to circle, from 0 on, with the words at their ends."""

    highest: int
    low: str = ""
    high: str = ""

    @property
    def numbers(self) -> range:
        return range(self.highest + 1)

    @property
    def ends(self) -> str:
        ends = ((0, self.low), (self.highest, self.high))
        return " · ".join(f"{number} = {word}" for number, word in ends if word)


@dataclass(frozen=True)
class Column:
    label: str
    choices: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Part:
    """One part of an agreement, with its own room."""

    label: str
    hint: str = ""
    lines: int = 1

    @property
    def ruled(self) -> range:
        return range(self.lines)


@dataclass(frozen=True)
class Question:
    """`answer` in words stands in place of the room to write. `words`: what further words are asked beside choices."""

    prompt: str
    room: Room = Room.LINES
    sees: str = ""
    hint: str = ""
    example: str = ""
    lines: int = 1
    numbered: bool = False
    choices: tuple[Choice, ...] = ()
    several: bool = False
    words: str = ""
    scale: Scale | None = None
    statements: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: int = 0
    parts: tuple[Part, ...] = ()
    always_says: str = ""
    answer: tuple[str, ...] | None = None

    @property
    def ruled(self) -> range:
        return range(self.lines)

    @property
    def blank_rows(self) -> range:
        return range(self.rows)

    @property
    def in_a_row(self) -> bool:
        """Few and short choices stand side by side."""
        return sum(len(choice.label) + 4 for choice in self.choices) <= 80 and not any(choice.hint for choice in self.choices)

    @property
    def stays_whole(self) -> bool:
        """Short enough never to be parted by the end of a page."""
        return self.room in (Room.CHOICES, Room.SCALE, Room.STATEMENTS) or (self.room is Room.LINES and self.lines <= 4)


@dataclass(frozen=True)
class Page:
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Sheet:
    """`remark`: time and repeat, in words. `signatures`: how many people sign."""

    title: str
    remark: str
    pages: tuple[Page, ...]
    introduction: tuple[str, ...] = ()
    signatures: int = 0

    @property
    def signers(self) -> range:
        return range(self.signatures)


@dataclass(frozen=True)
class WorksheetPaper:
    folder: ClassVar[str] = "worksheet"

    title: str
    subtitle: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    introduction: tuple[str, ...] = ()
    practice: str = ""
    footer: str = ""
    language: str = "en"
    page_size: PageSize = PageSize.LETTER

    @property
    def has_cover(self) -> bool:
        """A first page of its own, with what is inside. Without an introduction there is nothing to fill it with."""
        return bool(self.introduction) and len(self.sheets) > 1

    @property
    def running_title(self) -> str:
        return clipped(self.title, 60)

    @property
    def running_footer(self) -> str:
        return clipped(self.footer, 170)
