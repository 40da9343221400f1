"""The acts that a trace is made of. Each is a sentence: its name, and what it says that it did.

Decides: whose act each is, and with that what it means when the two worlds do not agree on it. Ana's own: a leak. What Ben does
before her eyes, or their counselor does: that was possible in one world only, and the trace ends there. Ben's own may differ.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.privacy.two_worlds.life import Life

Doing = Callable[[Life, random.Random], str]
Fact = Callable[[Life], str]


class Whose(StrEnum):
    ANA = "Ana's own"
    SEEN = "seen by both"  # Ben's, before Ana's eyes
    COUNSELOR = "the counselor's"
    BEN = "Ben's own"


@dataclass(frozen=True)
class Act:
    """``hangs_on``: what has to be the same in both worlds before it is done, where it cannot be undone."""

    name: str
    whose: Whose
    weight: int
    do: Doing
    hangs_on: Fact

    @property
    def is_private(self) -> bool:
        return self.whose is Whose.BEN


ACTS: dict[str, Act] = {}
NOTHING = ""


def act(whose: Whose, *, weight: int = 2, hangs_on: Fact = lambda life: "") -> Callable[[Doing], Doing]:
    """The name of the function is the sentence. It returns what it did; nothing, when there was nothing to do it to."""

    def known(do: Doing) -> Doing:
        name = sentence(do.__name__)
        ACTS[name] = Act(name, whose, weight, do, hangs_on)
        return do

    return known


def sentence(name: str) -> str:
    words = name.replace("_", " ").replace(" ana", " Ana").replace(" ben", " Ben")
    return words[:1].upper() + words[1:]
