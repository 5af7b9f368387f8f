"""Days, windows, periods and fiscal calendars. A window is half-open: its end is the first day after it."""

import calendar as months
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

# The first and the last day that a record may have: anything else is a mistyped year.
DAY_MIN = date(1900, 1, 1)
DAY_MAX = date(2199, 12, 31)
# The open ends of half-open intervals of days.
DAY_ALWAYS = date(1, 1, 1)
DAY_NEVER = date(9999, 12, 31)

_ONE = timedelta(days=1)
_WEEK = 7
_WEEKDAYS = frozenset(range(_WEEK))
_YEAR = 12
_QUARTER = 3


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The days from `start` up to and without `end`. Raises ValueError if there is none."""

    start: date
    end: date
    # A plan of everybody's months looks windows up a million times.
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"{self.end} is not after {self.start}; the end is exclusive")
        object.__setattr__(self, "_hash", hash((self.start, self.end)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - _ONE

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=number) for number in range(self.days))

    def clip(self, other: "Window") -> "Window | None":
        """The days that both have."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else None

    def until(self, day: date) -> "Window | None":
        """The days up to and with that one."""
        end = min(self.end, day + _ONE)
        return Window(self.start, end) if self.start < end else None


class Period(StrEnum):
    """How long a target's window is."""

    ANNUAL = "annual"
    CUSTOM = "custom"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    WEEKLY = "weekly"


_MONTHS = {Period.MONTHLY: 1, Period.QUARTERLY: _QUARTER, Period.ANNUAL: _YEAR}


def check_day(day: date) -> date:
    """The day, if a record may have it. Raises ValueError in words."""
    if not DAY_MIN <= day <= DAY_MAX:
        raise ValueError(f"{day} is not a day between {DAY_MIN} and {DAY_MAX}")
    return day


def add_months(day: date, count: int) -> date:
    """The same day of the month `count` months on; where that month lacks it, the first day after the month.

    So a month from 31 January ends with February, and no day is lost between one window and the next.
    """
    number = day.year * _YEAR + day.month - 1 + count
    year, month = divmod(number, _YEAR)
    if day.day <= months.monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    year, month = divmod(number + 1, _YEAR)
    return date(year, month + 1, 1)


def window_of(period: Period, start: date, end: date | None = None) -> Window:
    """The window that a period makes from its first day; `end` (exclusive) is needed by a custom one only.

    Raises ValueError in words, also where the window has a day that no record may have.
    """
    check_day(start)
    if period == Period.CUSTOM:
        if end is None:
            raise ValueError("a custom period needs an end date, the first day after it")
        window = Window(start, end)
        check_day(window.last)
        return window
    made = start + timedelta(days=_WEEK) if period == Period.WEEKLY else add_months(start, _MONTHS[period])
    if end is not None and end != made:
        raise ValueError(f"a {period} period from {start} ends before {made}; leave the end out or make it custom")
    check_day(made - _ONE)
    return Window(start, made)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of a time, in a zone. Raises ValueError for a time without a zone of its own."""
    if moment.utcoffset() is None:
        raise ValueError("a time needs its zone to have a day")
    return moment.astimezone(zone).date()


def month_of(day: date) -> Window:
    """The calendar month that has the day."""
    start = day.replace(day=1)
    return Window(start, add_months(start, 1))


def fiscal_year_of(day: date, first_month: int) -> Window:
    """The fiscal year that has the day, beginning with the first of `first_month` (1 to 12).

    Raises ValueError for a month that is none.
    """
    start = date(day.year if day.month >= first_month else day.year - 1, first_month, 1)
    return Window(start, add_months(start, _YEAR))


def fiscal_quarter_of(day: date, first_month: int) -> Window:
    """The quarter of its fiscal year that has the day. Raises ValueError for a month that is none."""
    months_over = (day.month - first_month) % _YEAR
    start = add_months(fiscal_year_of(day, first_month).start, months_over // _QUARTER * _QUARTER)
    return Window(start, add_months(start, _QUARTER))


def week_of(day: date, first_weekday: int) -> Window:
    """The week that has the day, beginning with `first_weekday` (0 is Monday)."""
    start = day - timedelta(days=(day.weekday() - first_weekday) % _WEEK)
    return Window(start, start + timedelta(days=_WEEK))


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: the weekdays (0 is Monday) that are not holidays.

    Raises ValueError for a weekday that is none.
    """

    working_weekdays: frozenset[int]
    holidays: frozenset[date] = field(default_factory=frozenset[date])

    def __post_init__(self) -> None:
        if not self.working_weekdays <= _WEEKDAYS:
            raise ValueError(f"{sorted(self.working_weekdays)} are not weekdays from 0, Monday, to 6")

    @cached_property
    def _kept(self) -> list[date]:
        return sorted(day for day in self.holidays if day.weekday() in self.working_weekdays)

    def is_working(self, day: date) -> bool:
        """Whether the day is worked."""
        return day.weekday() in self.working_weekdays and day not in self.holidays

    def working_days(self, window: Window | None) -> int:
        """How many days of the window are worked; none of no window."""
        if window is None:
            return 0
        weeks, rest = divmod(window.days, _WEEK)
        odd = sum((window.start.weekday() + number) % _WEEK in self.working_weekdays for number in range(rest))
        kept = bisect_left(self._kept, window.end) - bisect_left(self._kept, window.start)
        return weeks * len(self.working_weekdays) + odd - kept
