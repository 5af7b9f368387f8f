"""Days and times as files write them: the format is told, never guessed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from paceline.crm.values import BadValue, quoted
from paceline.domain.calendar import DAY_MAX, DAY_MIN


class Dates(StrEnum):
    """In which order a file writes its days."""

    ISO = "iso"
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_EXAMPLES = {
    Dates.ISO: "2026-01-31 or 2026-01-31T14:05:00+01:00",
    Dates.DAY_FIRST: "31/01/2026 or 31.01.2026 14:05",
    Dates.MONTH_FIRST: "01/31/2026 or 1/31/2026 2:05 PM",
}
_ISO_LIKE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?", re.DOTALL)
_DASH, _NEXT_DASH, _DAY_CHARACTERS = 4, 7, 10
_NUMBERED = re.compile(
    r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})"
    r"(?:,? +([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_NOON = 12


def reader(dates: Dates) -> Callable[[str], date | datetime]:
    """Reads a day, or a time with or without zone, written in that order. It raises BadValue."""
    return read_iso if dates == Dates.ISO else partial(_read_numbered, dates)


def read_iso(text: str) -> date | datetime:
    """An ISO 8601 day such as 2026-01-31, or time such as 2026-01-31T14:05:00Z. Raises BadValue."""
    try:
        # The library takes more than we do: days without dashes, weeks, any letter before the time.
        if text[_DASH] == text[_NEXT_DASH] == "-":
            if len(text) == _DAY_CHARACTERS:
                return date.fromisoformat(text)
            if text[_DAY_CHARACTERS] in "T ":
                return datetime.fromisoformat(text)
    except (IndexError, ValueError):
        pass
    return _read_odd_iso(text.strip(), text)


def _read_odd_iso(stripped: str, text: str) -> date | datetime:
    """The reading of what is blank outside or ends in the word UTC; anything else is refused."""
    if stripped.endswith(" UTC"):
        stripped = f"{stripped[:-4]}Z"
    if stripped != text:
        return read_iso(stripped)
    raise _impossible(text) if _ISO_LIKE.fullmatch(text) else _unreadable(text, Dates.ISO)


def _read_numbered(dates: Dates, text: str) -> date | datetime:
    found = _NUMBERED.fullmatch(text.strip())
    if found is None:
        raise _unreadable(text, dates)
    first, _, second, year, hour, minute, seconds, half = found.groups()
    day, month = (first, second) if dates == Dates.DAY_FIRST else (second, first)
    try:
        made = date(int(year), int(month), int(day))
        if hour is None:
            return made
        return datetime.combine(made, time(_hour(int(hour), half), int(minute), int(seconds or 0)))
    except ValueError:
        raise _impossible(text, f" read {dates.value}") from None


def _hour(hour: int, half: str | None) -> int:
    """The hour of the day, from one of a clock of 24 hours or, with a letter A or P, of 12."""
    if half is None:
        return hour
    if not 1 <= hour <= _NOON:
        raise ValueError
    return hour % _NOON + (_NOON if half in "Pp" else 0)


def _unreadable(text: str, dates: Dates) -> BadValue:
    return BadValue(f"{quoted(text)} is not a day or time written {dates.value}, such as {_EXAMPLES[dates]}")


def _impossible(text: str, how: str = "") -> BadValue:
    return BadValue(f"there is no such day or time as {quoted(text)}{how}")


@dataclass(frozen=True, slots=True)
class Clock:
    """Makes a record's days and times from what was read.

    `zone` is that of times written without one: an hour that came twice is its first coming, one that was
    skipped is as much later as the clocks went forward. `home` is the zone of the organization, which tells
    its days.
    """

    zone: ZoneInfo
    home: ZoneInfo
    _first: datetime = field(init=False)
    _end: datetime = field(init=False)

    def __post_init__(self) -> None:
        first = datetime.combine(DAY_MIN, time(), self.home)
        end = datetime.combine(DAY_MAX + timedelta(days=1), time(), self.home)
        object.__setattr__(self, "_first", first.astimezone(UTC))
        object.__setattr__(self, "_end", end.astimezone(UTC))

    def day(self, value: date | datetime) -> date:
        """A calendar day. Midnight stands for its day, as many sources write it; another time does not."""
        if isinstance(value, datetime):
            if value.time() != time():
                raise BadValue(f"{value.time()} is a time, where only a day can stand")
            value = value.date()
        return check_day(value)

    def moment(self, value: date | datetime) -> date | datetime:
        """A time in UTC, or a day where no time was given."""
        return self._utc(value) if isinstance(value, datetime) else check_day(value)

    def instant(self, value: date | datetime) -> datetime:
        """A time in UTC; a day is its first moment."""
        return self._utc(value if isinstance(value, datetime) else datetime.combine(value, time()))

    def _utc(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            value = value.replace(tzinfo=self.zone)
        try:
            made = value if value.tzinfo is UTC else value.astimezone(UTC)
            if self._first <= made < self._end:
                return made
            local = made.astimezone(self.home)
        except OverflowError:
            local = value
        raise _beyond(local.date())


def check_day(value: date) -> date:
    """A day that a record may have."""
    if DAY_MIN <= value <= DAY_MAX:
        return value
    raise _beyond(value)


def _beyond(day: date) -> BadValue:
    if day < DAY_MIN:
        return BadValue(f"the year {day.year:04} is before {DAY_MIN.year}")
    return BadValue(f"the year {day.year} is after {DAY_MAX.year}")
