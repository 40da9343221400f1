"""A signed agreement: the frozen data of one version, word for word, with its signatures.

Decides which facts the document holds. Must never know the database, or who is asking: both people get the same paper.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.cover import PageSize, Practice, Signature, clipped


@dataclass(frozen=True)
class Part:
    prompt: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class AgreementDocument:
    """``ended_on``: set when it no longer holds, so that no paper claims more than is true."""

    folder: ClassVar[str] = "agreement"

    title: str
    case_code: str
    number: int
    practice: Practice
    parts: tuple[Part, ...]
    signatures: tuple[Signature, ...]
    put_on: date
    printed_on: date
    confidentiality: str
    until: date | None = None
    review_on: date | None = None
    ended_on: date | None = None
    standing: str = ""
    language: str = "en"
    page_size: PageSize = PageSize.A4

    @property
    def running_title(self) -> str:
        return clipped(self.title, 60)

    @property
    def running_footer(self) -> str:
        return clipped(self.confidentiality, 170)


def sample_agreement() -> AgreementDocument:
    """For previews of the design and for tests: Ana and Ben do not exist."""
    terms = (
        "Terms: either of us says “pause” and sits down. The other stops too. After an hour whoever called it comes back first.",
        "Who: both of us",
        "How often: whenever it gets too hot",
        "Until: December 31, 2025",
        "Review date: June 1, 2025",
        "Either may call a pause at any time, and nobody is followed.",
    )
    return AgreementDocument(
        title="Our pause rule",
        case_code="K7Q2MN",
        number=2,
        practice=Practice("Harbor Street Counseling", ("12 Harbor Street", "Springfield")),
        parts=(Part("How do we pause a talk that gets too hot, and how do we come back to it?", terms),),
        signatures=(Signature("Ana Example", "", date(2025, 3, 4)), Signature("Ben Example", "", date(2025, 3, 6))),
        put_on=date(2025, 3, 4),
        printed_on=date(2025, 3, 7),
        confidentiality="For the two people who signed it, and their counselor.",
        until=date(2025, 12, 31),
        review_on=date(2025, 6, 1),
        standing="In force",
    )
