"""How a date is written on paper. One filter, the same on every machine: no locale is asked."""

from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(when: date | None, style: str = "long") -> str:
    """long: January 6, 2025 · short: Jan 6, 2025 · bare: Jan 6 · year: Jan 2025. None gives nothing."""
    if when is None:
        return ""
    month = MONTHS[when.month - 1]
    return {
        "long": f"{month} {when.day}, {when.year}",
        "short": f"{month[:3]} {when.day}, {when.year}",
        "bare": f"{month[:3]} {when.day}",
        "year": f"{month[:3]} {when.year}",
    }[style]
