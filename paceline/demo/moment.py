"""The moment the sample is made for, and the days that its records reach back and ahead."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from paceline.demo import rhythm
from paceline.demo.company import TIME_ZONE
from paceline.domain.calendar import Window, add_months, local_day

MONTHS_BACK = 15
# What is open today is what will close by then.
_DAYS_AHEAD = 240
_PARTS = 1_000
ZONE = ZoneInfo(TIME_ZONE)


def today_at(now: datetime) -> date:
    """The day that it is where the organization is."""
    return local_day(now, ZONE)


@dataclass(frozen=True, slots=True)
class Moment:
    """Today in the organization's time zone, and the time it is: what comes later has not happened yet."""

    today: date
    now: datetime

    @property
    def window(self) -> Window:
        """The days that are told of, with those to come of what is already begun."""
        return self.until(_DAYS_AHEAD)

    def until(self, days_ahead: int) -> Window:
        """The days that are told of, with so many to come."""
        first = add_months(self.today.replace(day=1), -MONTHS_BACK)
        return Window(first, self.today + timedelta(days=days_ahead))

    def time(self, chance: Random, day: date) -> datetime:
        """A working time of the day."""
        return rhythm.working_time(chance, day, ZONE)

    def happened(self, time: datetime) -> bool:
        """Whether it is over at the moment."""
        return time <= self.now

    def between(self, chance: Random, first: datetime, last: datetime) -> datetime:
        """Somewhere between two times, and not after the moment."""
        # Drawn before it is looked at: what comes after must not depend on the time of day.
        share = chance.randrange(_PARTS)
        return first + max(timedelta(), min(last, self.now) - first) * share // _PARTS
