"""When things happened in a life that was made up: moments counted from the first session, so that the demo always ends "today".

A moment reads `"3+2 21:10"`: week 3, two days after that week's session day, at 21:10 where the practice is. Weeks count from 0.
What has to be fresh reads `"yesterday 20:30"`: the last session may lie before a weekend.
Decides: on which day a life's last session was. Must never know: what happened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOMENT = re.compile(r"(-?\d+)\+(\d) (\d\d):(\d\d)")
YESTERDAY = "yesterday "
AGO = timedelta(days=2)  # the last session of a life that goes on


@dataclass(frozen=True)
class Calendar:
    first: date
    last: date
    today: date
    zone: ZoneInfo

    @classmethod
    def ending(cls, now: datetime, zone: ZoneInfo, *, weeks: int, days_ago: int = 0) -> Calendar:
        """So that week ``weeks`` begins two days ago (and ``days_ago`` before that), or on the Friday before."""
        today = now.astimezone(zone).date()
        last = today - AGO - timedelta(days=days_ago)
        while last.weekday() > 4:
            last -= timedelta(days=1)
        return cls(last - timedelta(weeks=weeks), last, today, zone)

    def at(self, moment: str) -> datetime:
        if moment.startswith(YESTERDAY):
            return datetime.combine(self.today - timedelta(days=1), time.fromisoformat(moment.removeprefix(YESTERDAY)), self.zone)
        found = MOMENT.fullmatch(moment)
        if found is None:
            raise ValueError(f'a moment reads "3+2 21:10", not {moment!r}')
        week, day, hour, minute = map(int, found.groups())
        return datetime.combine(self.first + timedelta(weeks=week, days=day), time(hour, minute), self.zone)

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()
