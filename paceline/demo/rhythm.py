"""When things happen: the seasons, the weekdays and the quarter's end, as whole weights, and times of day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from paceline.domain.calendar import Window, month_of

# The year whose weights a year's work is spread by; any common one will do.
_STANDARD_YEAR = Window(date(2025, 1, 1), date(2026, 1, 1))
_QUARTER_ENDS = frozenset({3, 6, 9, 12})
_LAST_DAYS = 6
# Nobody works on them, whatever the weekday.
_QUIET = frozenset({(1, 1), (7, 4), (12, 24), (12, 25), (12, 26), (12, 31)})
# A month is never just like the same month of somebody else.
_FORMS = (78, 88, 94, 100, 106, 112, 122)
_HOURS = (8, 9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Weights in per cent: by month from January, by weekday from Monday, and for the last days of a quarter."""

    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    quarter_end: int = 100

    def weight(self, day: date) -> int:
        """How much of it falls on the day, beside other days."""
        if (day.month, day.day) in _QUIET:
            return 0
        ending = self.quarter_end if day.month in _QUARTER_ENDS else (100 + self.quarter_end) // 2
        last = ending if (month_of(day).end - day).days <= _LAST_DAYS else 100
        return self.months[day.month - 1] * self.weekdays[day.weekday()] * last

    def of_year(self, per_year: int, window: Window | None) -> int:
        """How many of a year's fall in the window, in hundredths."""
        return 0 if window is None else 100 * per_year * _total(self, window) // _total(self, _STANDARD_YEAR)

    def days(self, chance: Random, per_year: int, window: Window) -> Iterator[date]:
        """A day for each of those that fall in the window."""
        # What a month leaves over goes to the next: so few things a month would else be mere luck.
        left = chance.randrange(10_000)
        for month in _months(window):
            count, left = divmod(left + self.of_year(per_year, month) * chance.choice(_FORMS), 10_000)
            weights = _weights(self, month)
            if count and any(weights):
                yield from chance.choices(list(month), weights, k=count)


DEALS = Rhythm((90, 95, 108, 92, 97, 109, 90, 88, 108, 97, 103, 122), (70, 100, 110, 120, 105, 3, 1), 160)
LEADS = Rhythm((96, 104, 112, 104, 102, 96, 80, 78, 112, 116, 108, 72), (110, 115, 110, 105, 90, 14, 12))
TASKS = Rhythm((100, 102, 106, 102, 102, 100, 84, 82, 106, 106, 102, 78), (100, 115, 112, 106, 74, 0, 0))


@cache
def _weights(rhythm: Rhythm, window: Window) -> list[int]:
    return [rhythm.weight(day) for day in window]


@cache
def _total(rhythm: Rhythm, window: Window) -> int:
    return sum(_weights(rhythm, window))


def _months(window: Window) -> Iterator[Window]:
    day = window.start
    while day < window.end:
        month = month_of(day)
        yield Window(day, min(month.end, window.end))
        day = month.end


def working_time(chance: Random, day: date, zone: ZoneInfo) -> datetime:
    """A time of the working day."""
    return datetime.combine(day, time(chance.choice(_HOURS), chance.randrange(60), chance.randrange(60)), zone)
