"""Whether the signs of a stage are there, with every number in sight: one function for each rule of the closed list (rules.py).

Decides which signs are met (those of answers in signs.py), and when a stage may be proposed as complete. Never decides that it is:
the counselor signs. Never knows where the facts come from. A standard answer counts as answered; what anyone forgives is no
number here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from forms import signs
from forms.definition import Criterion
from forms.facts import Facts, Standing, Worker
from forms.signs import NOTHING_SENT, Arguments, Result, for_each, sendings_of

BLOCKED = "A safety concern is open in this case. While it is, no stage is proposed as complete."
RECORDED = "recorded by you"
POLICY = "confidentiality_policy"


@dataclass(frozen=True, slots=True)
class Finding:
    """``met`` is None when nobody in the case is asked this. ``key`` names the sign in what the counselor puts on record."""

    met: bool | None
    sentence: str
    number: str
    key: str = ""
    waived: bool = False

    @property
    def is_settled(self) -> bool:
        return self.waived or self.met is not False


@dataclass(frozen=True, slots=True)
class Weighed:
    findings: tuple[Finding, ...]
    blocked: str = ""

    @property
    def looks_complete(self) -> bool:
        """A proposal, no more. A module that names no sign is never proposed, nor one of which no sign applies."""
        some = any(finding.met or finding.waived for finding in self.findings)
        return not self.blocked and some and all(finding.is_settled for finding in self.findings)


def weigh(criteria: Sequence[Criterion], facts: Facts) -> Weighed:
    """Every sign of a stage. A safety concern anywhere in the case blocks the proposal, whatever the module names."""
    return Weighed(tuple(find(one, facts) for one in criteria), BLOCKED if facts.open_concerns else "")


def key_of(criterion: Criterion) -> str:
    """The name of one sign within its module, the same however its sentence is put."""
    given = criterion.arguments
    parts = (given.get(name) for name in ("worksheet", "measure", "document", "tag", "item"))
    return ":".join([criterion.rule, *(str(part) for part in parts if part)])


def find(criterion: Criterion, facts: Facts) -> Finding:
    given, key = criterion.arguments, key_of(criterion)
    met, number = RULES[criterion.rule](given, facts)
    if met is False and given.get("unless_recorded") in facts.records:
        met, number = True, f"{RECORDED}; otherwise: {number}"
    return Finding(met, criterion.sentence, number, key, given.get("waivable", False) and key in facts.waived)


# --- signatures, notes, and what the counselor does ----------------------------------------------------------------------------


def _signed(given: Arguments, facts: Facts) -> Result:
    if "worksheet" in given:
        return _agreement_signed(given, facts)
    document = given.get("document") or given["tag"]
    missing = [one.name for one in facts.people if (one.key, document) not in facts.signatures]
    return not missing, f"not signed yet: {', '.join(missing)}" if missing else "signed by each person"


def _agreement_signed(given: Arguments, facts: Facts) -> Result:
    accepted = set(given.get("values", ("signed",)))
    found = [one for one in facts.agreed if one.worksheet == given["worksheet"]]
    good = [one for one in found if one.standing.name.lower() in accepted]
    if not found and (facts.alone or len(facts.people) == 1):
        # For one who works alone, to have prepared it is to have done it.
        return signs.submitted({"worksheet": given["worksheet"], "side": "either"}, facts)
    return bool(good), str((good or found)[-1].standing) if found else "not opened yet"


def _note_tagged(given: Arguments, facts: Facts) -> Result:
    needed = given.get("times", 1)
    count = sum(given["tag"] in note.tags for note in facts.notes if note.is_joint)
    return count >= needed, f"{count} signed {'note' if count == 1 else 'notes'} of joint sessions; needed {needed}"


def _reviewed(given: Arguments, facts: Facts) -> Result:
    def judge(person: Worker) -> tuple[bool, str]:
        sent = sendings_of(given, facts, person)
        done = sum(one.is_reviewed for one in sent)
        return bool(sent) and done == len(sent), f"{done} of {len(sent)} reviewed" if sent else NOTHING_SENT

    return for_each(given, facts, judge)


def _no_open_concern(given: Arguments, facts: Facts) -> Result:
    return not facts.open_concerns, f"{facts.open_concerns} open" if facts.open_concerns else "none open"


def _review_date_set(given: Arguments, facts: Facts) -> Result:
    days = [one.review_on for one in facts.agreed if one.standing is Standing.SIGNED and one.review_on]
    coming = [day for day in days if day >= facts.today]
    return bool(coming), f"next on {min(coming):%B} {min(coming).day}, {min(coming).year}" if coming else "no date to come"


def _recorded(given: Arguments, facts: Facts) -> Result:
    there = given["tag"] in facts.records
    return there, RECORDED if there else "not on record yet"


RULES: Mapping[str, Callable[[Arguments, Facts], Result]] = MappingProxyType(
    {
        "submitted": signs.submitted,
        "mean_at_least": signs.mean_at_least,
        "every_at_least": signs.every_at_least,
        "kept_share": signs.kept_share,
        "signed": _signed,
        "note_tagged": _note_tagged,
        "reviewed": _reviewed,
        "no_open_concern": _no_open_concern,
        "answer_is": signs.answer_is,
        "answered_on_days": signs.answered_on_days,
        "rows_complete": signs.rows_complete,
        "rows_planned": signs.rows_planned,
        "rows_with": signs.rows_with,
        "trend": signs.trend,
        "review_date_set": _review_date_set,
        "recorded": _recorded,
    }
)
