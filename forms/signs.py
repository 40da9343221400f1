"""The rules of the closed list (rules.py) that look at answers: marks, choices, days and rows, each with its numbers in sight.

Decides whose answers count and what meets such a rule. Never knows where the answers come from, nor what a stage makes of it
(criteria.py). A standard answer counts as answered; it is no number and no choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from forms.answers import is_empty
from forms.definition import Side
from forms.facts import WEEK, Facts, Sending, Worker, by_week, chosen, is_answered, marks, rows

NOTHING_SENT = "nothing sent yet"
NOBODY = "does not apply: nobody who works in this case is asked this"

Result = tuple[bool | None, str]  # met, and the number behind it; None: it does not apply in this case
Arguments = Mapping[str, Any]


# --- whose answers count ------------------------------------------------------------------------------------------------------


def _asked(given: Arguments, facts: Facts) -> tuple[list[Worker], bool]:
    """Who is asked, and whether each of them is (else one is enough). Sides that are not decided: whoever did it."""
    side = given.get("side") or facts.written_by.get(given.get("worksheet", ""), "each")
    if side not in (Side.HURT, Side.INVOLVED):
        return list(facts.people), side != "either"
    sure = [one for one in facts.people if one.side in (side, Side.BOTH)]
    return (sure, True) if sure else ([one for one in facts.people if one.side is Side.UNSET], False)


def for_each(given: Arguments, facts: Facts, judge: Callable[[Worker], tuple[bool, str]]) -> Result:
    people, every = _asked(given, facts)
    if not people:
        return None, NOBODY
    found = [(one, *judge(one)) for one in people]
    met = (all if every else any)(met for _, met, _ in found)
    return met, "; ".join(f"{one.name}: {number}" for one, _, number in found)


def _items(given: Arguments) -> list[str]:
    return list(given.get("items") or ([given["item"]] if given.get("item") else []))


def sendings_of(given: Arguments, facts: Facts, person: Worker) -> list[Sending]:
    return facts.sent(person, given.get("worksheet") or given["measure"])


def _in_weeks(good: Sequence[Sending], sent: Sequence[Sending], given: Arguments, facts: Facts) -> tuple[bool, str]:
    """In so many of the last weeks, each counted once however much was sent in it."""
    weeks, of = given["weeks"], given.get("of_weeks", given["weeks"])
    there = [week for week, ones in by_week(sent, facts.today).items() if 0 <= week < of and any(one in good for one in ones)]
    return len(there) >= weeks, f"{len(there)} of the last {of} weeks; needed {weeks}"


# --- answers ------------------------------------------------------------------------------------------------------------------


def submitted(given: Arguments, facts: Facts) -> Result:
    def judge(person: Worker) -> tuple[bool, str]:
        sent = sendings_of(given, facts, person)
        full = [one for one in sent if all(is_answered(one, item) for item in _items(given))]
        if "weeks" in given:
            return _in_weeks(full, sent, given, facts)
        needed = given.get("times", 1)
        if sent and not full:
            return False, "sent, with that question left blank"
        return len(full) >= needed, f"{len(full)} sent; needed {needed}" if full else NOTHING_SENT

    return for_each(given, facts, judge)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def mean_at_least(given: Arguments, facts: Facts) -> Result:
    least = given["at_least"]

    def judge(person: Worker) -> tuple[bool, str]:
        sent = [one for one in sendings_of(given, facts, person) if marks(one, _items(given))]
        if not sent:
            return False, "nothing marked yet"
        means = {id(one): _mean(marks(one, _items(given))) for one in sent}
        good = [one for one in sent if means[id(one)] >= least]
        if "times" in given:
            return len(good) >= given["times"], f"{len(good)} of {len(sent)} at {least:g} or more; needed {given['times']}"
        if "of_weeks" in given:
            met, number = _in_weeks(good, sent, given, facts)
            return met, f"{least:g} or more in {number}"
        if "weeks" not in given:
            newest = means[id(sent[-1])]
            return newest >= least, f"mean {newest:.3g}; needed {least:g}"
        return _mean_of_weeks(sent, means, given, facts)

    return for_each(given, facts, judge)


def _mean_of_weeks(sent: Sequence[Sending], means: Mapping[int, float], given: Arguments, facts: Facts) -> tuple[bool, str]:
    weeks, least = given["weeks"], given["at_least"]
    lately = {week: ones for week, ones in by_week(sent, facts.today).items() if 0 <= week < weeks}
    if not lately:
        return False, f"nothing marked in the last {weeks} weeks"
    mean = _mean([means[id(one)] for ones in lately.values() for one in ones])
    number = f"mean {mean:.3g} over {len(lately)} of the last {weeks} weeks; needed {least:g} over all {weeks}"
    return mean >= least and len(lately) == weeks, number


def every_at_least(given: Arguments, facts: Facts) -> Result:
    """No mean: one low mark, or a week without a mark, is enough to say no."""
    weeks, least, items = given["weeks"], given["at_least"], _items(given)

    def judge(person: Worker) -> tuple[bool, str]:
        lately = by_week(sendings_of(given, facts, person), facts.today)
        found = [[mark for one in lately.get(week, ()) for mark in marks(one, items)] for week in reversed(range(weeks))]
        unmarked = any(not marks(one, items) for week in range(weeks) for one in lately.get(week, ()))
        met = not unmarked and all(found) and all(mark >= least for week in found for mark in week)
        said = ", ".join("/".join(f"{mark:g}" for mark in week) or "none" for week in found)
        return met, f"{said} in the last {weeks} weeks; needed {least:g} in each"

    return for_each(given, facts, judge)


def kept_share(given: Arguments, facts: Facts) -> Result:
    """The share of the days that were answered; the days that were not stand beside it, and it takes the whole time."""
    days, share, values = given["days"], given["share"], set(given["values"])

    def judge(person: Worker) -> tuple[bool, str]:
        sent = [one for one in sendings_of(given, facts, person) if is_answered(one, given["item"])]
        if not sent:
            return False, NOTHING_SENT
        lately = [one for one in sent if 0 <= (facts.today - one.on).days < days]
        due = [one for one in lately if not set(chosen(one, given["item"])) & set(given.get("not_counted", ()))]
        kept = sum(bool(set(chosen(one, given["item"])) & values) for one in due)
        since = (facts.today - sent[0].on).days + 1
        reached = kept / len(due) if due else 0.0
        of = f"of {days} days" if len(due) == days else f"of {len(due)} days that count, {len(lately)} of {days} answered"
        number = f"kept {int(100 * reached + 1e-9)} % {of}; needed {100 * share:.0f} %"
        if since < days:
            return False, f"{number}; begun {since} days ago, needed {days}"
        return bool(due) and reached >= share, number

    return for_each(given, facts, judge)


def answer_is(given: Arguments, facts: Facts) -> Result:
    values = set(given["values"])

    def judge(person: Worker) -> tuple[bool, str]:
        sent = [one for one in sendings_of(given, facts, person) if is_answered(one, given["item"])]
        good = [one for one in sent if set(chosen(one, given["item"])) & values]
        if not sent:
            return False, "not answered yet"
        if "weeks" in given:
            return _in_weeks(good, sent, given, facts)
        if "times" in given:
            return len(good) >= given["times"], f"{len(good)} of {len(sent)}; needed {given['times']}"
        newest = sent[-1]
        said = ", ".join(str(one).replace("_", " ") for one in chosen(newest, given["item"])) or "would rather not say in writing"
        return newest in good, f"newest answer: {said}"

    return for_each(given, facts, judge)


def answered_on_days(given: Arguments, facts: Facts) -> Result:
    days, weeks = given["days"], given.get("weeks", 1)

    def judge(person: Worker) -> tuple[bool, str]:
        sent = [one for one in sendings_of(given, facts, person) if is_answered(one, given["item"])]
        lately = by_week(sent, facts.today)
        counts = [len({one.on for one in lately.get(week, ())}) for week in reversed(range(weeks))]
        said = f"{' and '.join(str(count) for count in counts)} days in the last {weeks} weeks; needed {days} in each"
        return all(count >= days for count in counts), said

    return for_each(given, facts, judge)


# --- rows ---------------------------------------------------------------------------------------------------------------------


def rows_complete(given: Arguments, facts: Facts) -> Result:
    """Of the newest sheet, which is the one that stands."""
    needed = given.get("times", 1)

    def judge(person: Worker) -> tuple[bool, str]:
        sent = sendings_of(given, facts, person)
        found = rows(sent[-1], given["item"]) if sent else []
        full = [row for row in found if not any(is_empty(cell) for cell in row.values())]
        return len(full) >= needed, f"{len(full)} of {len(found)} rows complete; needed {needed}" if sent else NOTHING_SENT

    return for_each(given, facts, judge)


def rows_planned(given: Arguments, facts: Facts) -> Result:
    least = given["at_least"]

    def judge(person: Worker) -> tuple[bool, str]:
        sent = sendings_of(given, facts, person)
        found = [row for one in sent for row in rows(one, given["item"])]
        high = [row for row in found if isinstance(row.get(given["column"]), int | float) and row[given["column"]] >= least]
        planned = [row for row in high if not is_empty(row.get(given["planned_in"]))]
        number = f"{len(planned)} of {len(high)} rows at {least:g} or more have a plan" if high else f"no row at {least:g} or more"
        return bool(sent) and len(planned) == len(high), number if sent else NOTHING_SENT

    return for_each(given, facts, judge)


def rows_with(given: Arguments, facts: Facts) -> Result:
    def judge(person: Worker) -> tuple[bool, str]:
        found = [row for one in sendings_of(given, facts, person) for row in rows(one, given["item"])]
        good = [row for row in found if _cell(row, given["column"]) in given["values"]]
        return len(good) >= given["times"], f"{len(good)} of {len(found)} rows; needed {given['times']}"

    return for_each(given, facts, judge)


def _cell(row: Mapping[str, Any], column: str) -> Any:
    value = row.get(column)
    return value.get("choice") if isinstance(value, Mapping) else value


def trend(given: Arguments, facts: Facts) -> Result:
    """Up to so much more than at first is no setback; the numbers of the sheet and of the measure are one course."""
    weeks, least = given["weeks"], given["at_least"]

    def judge(person: Worker) -> tuple[bool, str]:
        contents = [one for one in (given["worksheet"], given.get("measure")) if one]
        points = [(one.on, mark) for one in facts.sent(person, *contents) for mark in _levels(one, given["item"])]
        span = (points[-1][0] - points[0][0]).days // WEEK + 1 if points else 0
        if span < 2 * weeks:
            return False, f"marks over {span} weeks; needed {2 * weeks} to compare"
        first = _mean([mark for on, mark in points if (on - points[0][0]).days < weeks * WEEK])
        last = _mean([mark for on, mark in points if (points[-1][0] - on).days < weeks * WEEK])
        return last - first < least, f"mean {first:.3g} at first, {last:.3g} now: {last - first:+.3g}; needed less than +{least:g}"

    return for_each(given, facts, judge)


def _levels(sending: Sending, item: str) -> list[float]:
    return marks(sending, [item]) or ([sending.total] if sending.total is not None else [])
