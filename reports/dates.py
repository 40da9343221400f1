"""How a date is written on paper. One filter, the same on every machine: no locale is asked."""

from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(when: date | None, style: str = "long") -> str:
    """long: 6 January 2025 · short: 6 Jan 2025 · bare: 6 Jan · year: Jan 2025. None gives nothing."""
    if when is None:
        return ""
    month = MONTHS[when.month - 1]
    return {
        "long": f"{when.day} {month} {when.year}",
        "short": f"{when.day} {month[:3]} {when.year}",
        "bare": f"{when.day} {month[:3]}",
        "year": f"{month[:3]} {when.year}",
    }[style]
