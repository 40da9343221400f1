"""Which passwords are refused, and why, in a sentence.

Decides by length and by what an attacker would try first: the shipped list, what the person is called, runs and repeats.
There are no composition rules, and nothing is cut off. Never knows whose password it is, and never keeps one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

LONGEST = 256
_LIST = Path(__file__).parent / "content" / "passwords.txt"
_LEET = str.maketrans("013457@$!", "oleastasi")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890")
# What is left beside a name or a word of the list has to be worth something by itself.
_ENOUGH_BESIDE = 8


@cache
def blocked() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def unreadable(password: str) -> str | None:
    """What no password may hold, new or old: it could not be checked at all."""
    if len(password) > LONGEST:
        return f"A password can have at most {LONGEST} characters, and this has {len(password)}. Please shorten it."
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in password):
        return "This password holds a character that cannot be typed. Please type it by hand, without tabs or line breaks."
    return None


def password_problem(password: str, minimum: int, names: Iterable[str] = ()) -> str | None:
    """Why this password is not accepted, or None. `names`: what this person, their address and the practice are called."""
    if problem := unreadable(password):
        return problem
    if len(password) < minimum:
        return (
            f"Use at least {minimum} characters; this has {len(password)}. "
            "Four or five words that have nothing to do with each other are easy to remember."
        )
    plain = _plain(password)
    if _is_common(plain):
        return "Many people use this password or one like it, so it would be guessed. Please choose another."
    if _is_run(plain):
        return "This password is one short piece again and again, or a row of keys. Please choose another."
    if _is_mostly(plain, names):
        return "This password is mostly a name or address that others know. Please add more, or choose another."
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _cores(plain: str) -> set[str]:
    """The password without its ends of digits and signs, as typed and with letters for look-alikes."""
    joined = re.sub(r"[\s_.-]+", "", plain)
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", joined)
    letters = re.sub(r"[^a-z]+", "", plain)
    mostly_letters = letters if len(letters) * 2 >= len(plain) else ""
    return {plain, joined, bare, joined.translate(_LEET), bare.translate(_LEET), mostly_letters} - {""}


def _is_common(plain: str) -> bool:
    return any(_is_listed(core) for core in _cores(plain))


def _is_listed(core: str) -> bool:
    """In the list, one word of it again and again, or two of its words together."""
    words = blocked()
    if core in words:
        return True
    splits = ((core[:cut], core[cut:]) for cut in range(1, len(core)))
    return any(start in words and (end in words or not end.replace(start, "")) for start, end in splits)


def _is_run(plain: str) -> bool:
    if re.fullmatch(r"(.{1,6}?)\1*.{0,2}", plain, re.DOTALL) and len(set(plain)) <= 6:
        return True
    pairs = list(pairwise(plain))
    steps = {pair for row in _ROWS for pair in (*pairwise(row), *pairwise(row[::-1]))}
    in_a_row = sum(pair in steps or pair[0] == pair[1] for pair in pairs)
    return len(pairs) > 0 and in_a_row >= 0.75 * len(pairs)


def _is_mostly(plain: str, names: Iterable[str]) -> bool:
    rest = plain
    for name in sorted(_parts(names), key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest != plain and len(re.sub(r"[\W\d_]", "", rest)) < _ENOUGH_BESIDE


def _parts(names: Iterable[str]) -> set[str]:
    """Names and addresses as wholes and word by word; shorter pieces than three letters stand in too many words."""
    parts = {part for name in names for part in re.split(r"[\W_]+", _plain(name))}
    return {part for part in parts if len(part) >= 3}
