"""Pace: how much of the time is over, what would be expected by now, and what follows from the difference.

Shares and ratios are fractions; only what is shown is rounded.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from paceline.domain.calendar import Window, WorkCalendar
from paceline.domain.kinds import Direction, Kind

PERCENT = 100
_ONE_DAY = timedelta(days=1)


class Basis(StrEnum):
    """By what the elapsed share of a window is measured."""

    CALENDAR_DAYS = "calendar_days"
    PAST_SHAPE = "past_shape"
    WORKING_DAYS = "working_days"


class Status(StrEnum):
    """How an assignment stands; for a metric where less is better the words turn round (see `status`)."""

    ACHIEVED = "achieved"
    AHEAD = "ahead"
    BEHIND = "behind"
    MISSED = "missed"
    ON_PACE = "on_pace"
    UPCOMING = "upcoming"


@dataclass(frozen=True, slots=True)
class Past:
    """What the same windows of earlier years came to, in the metric's unit: by the same day, in all."""

    so_far: int
    total: int


@dataclass(frozen=True, slots=True)
class Elapsed:
    """How much of a window is over: whole days, and as a share by the basis that could be used."""

    days_over: int
    days_left: int
    working_days_left: int
    share: Fraction
    basis: Basis
    is_over: bool

    @property
    def days_total(self) -> int:
        """How many days the window has."""
        return self.days_over + self.days_left


def over_until(as_of: date | None, today: date) -> date:
    """The first day that is not over: a past `as_of` counts to its end, today only to yesterday's.

    Raises ValueError for a day after today.
    """
    if as_of is not None and as_of > today:
        raise ValueError(f"{as_of} is after today, {today}")
    return today if as_of is None or as_of == today else as_of + _ONE_DAY


def elapsed(
    window: Window,
    until: date,
    work: WorkCalendar,
    basis: Basis = Basis.CALENDAR_DAYS,
    past: Past | None = None,
) -> Elapsed:
    """What is over of the window on the day `until`, which is not over itself.

    By working days, a window without any falls back to calendar days; so does the shape of the past where the
    past came to nothing or cannot be a share.
    """
    over = _part(window, window.start, until)
    left = _part(window, until, window.end)
    days_over = over.days if over else 0
    share, used = _share(window, over, work, basis, past)
    return Elapsed(
        days_over,
        window.days - days_over,
        work.working_days(left),
        share,
        used,
        is_over=left is None,
    )


def _share(
    window: Window, over: Window | None, work: WorkCalendar, basis: Basis, past: Past | None
) -> tuple[Fraction, Basis]:
    """The share that is over, by the basis that could be used: none before the window began, all after it."""
    if basis == Basis.WORKING_DAYS and (working_days := work.working_days(window)):
        return Fraction(work.working_days(over), working_days), basis
    days_over = over.days if over else 0
    if basis == Basis.PAST_SHAPE and past is not None and past.total > 0 and 0 <= past.so_far <= past.total:
        runs = 0 < days_over < window.days
        return Fraction(past.so_far, past.total) if runs else Fraction(days_over // window.days), basis
    return Fraction(days_over, window.days), Basis.CALENDAR_DAYS


def _part(window: Window, start: date, end: date) -> Window | None:
    first, after = max(window.start, start), min(window.end, end)
    return Window(first, after) if first < after else None


def reached(current: int, target: int, direction: Direction) -> bool:
    """Whether the target is reached: the one place that decides it."""
    return current <= target if direction == Direction.LOWER else current >= target


def attainment(current: int, target: int) -> Fraction | None:
    """What part of the target the current value is; undefined for a target of zero."""
    return Fraction(current, target) if target else None


def percent_text(share: Fraction | None, places: int = 0) -> str:
    """A share in per cent, rounded down, so that 99.99 % never reads 100 %; a dash where it is undefined."""
    return "\u2013" if share is None else percent_of(share.numerator, share.denominator, places)


def percent_of(over: int, under: int, places: int = 0) -> str:
    """As percent_text, of over / under; `under` is above zero."""
    scaled = over * 100 * 10**places // under
    sign, number = ("-" if scaled < 0 else ""), abs(scaled)
    whole, rest = divmod(number, 10**places)
    return f"{sign}{whole}.{rest:0{places}d} %" if places else f"{sign}{whole} %"


def rounded(value: Fraction) -> int:
    """To the nearest whole unit, half away from zero."""
    return _rounded(value.numerator, value.denominator)


def _rounded(over: int, under: int) -> int:
    """As rounded, of over / under. A tree has many thousands of rows: their fractions are kept apart in integers."""
    whole = (2 * abs(over) + under) // (2 * under)
    return -whole if over < 0 else whole


class Progress(NamedTuple):
    """How far an assignment is, in the metric's unit; `pace` is current less expected.

    `projected` is None before the first day is over. `required_per_day` is what each remaining working day,
    today included, has to bring (where less is better: to take away) to reach the target. It is 0 once that
    is reached, and None where no working day is left or where a flow has passed the most that it may come
    to.
    """

    current: int
    target: int
    attainment: Fraction | None
    gap: int
    elapsed: Elapsed
    expected: int
    pace: int
    pace_ratio: Fraction | None
    status: Status
    projected: int | None
    required_per_day: int | None


def status(
    current: int,
    target: int,
    elapsed: Elapsed,
    *,
    kind: Kind,
    direction: Direction,
    on_pace_percent: int,
    upcoming: bool,
) -> Status:
    """The status of `progress` alone, for many thousands of rows of which nothing else is shown."""
    if upcoming:
        return Status.UPCOMING
    share = 1 if kind == Kind.LEVEL else elapsed.share
    over, under = target * share.numerator, share.denominator
    return _status(
        current,
        target,
        over - current * under,
        over * on_pace_percent,
        is_over=elapsed.is_over,
        kind=kind,
        direction=direction,
    )


def progress(
    current: int,
    target: int,
    elapsed: Elapsed,
    *,
    kind: Kind,
    direction: Direction,
    on_pace_percent: int,
    upcoming: bool,
) -> Progress:
    """Progress and pace.

    `upcoming` says that the window has not begun, `on_pace_percent` how far off the expected is on pace.
    """
    # A level is expected to stand at its target all along.
    share = 1 if kind == Kind.LEVEL else elapsed.share
    over, under = target * share.numerator, share.denominator
    expected = _rounded(over, under)
    return Progress(
        current=current,
        target=target,
        attainment=attainment(current, target),
        gap=target - current,
        elapsed=elapsed,
        expected=expected,
        pace=current - expected,
        pace_ratio=Fraction(current * under, over) if over else None,
        status=status(
            current,
            target,
            elapsed,
            kind=kind,
            direction=direction,
            on_pace_percent=on_pace_percent,
            upcoming=upcoming,
        ),
        projected=_projected(current, elapsed, kind),
        required_per_day=_required(current, target, elapsed, kind, direction),
    )


def _status(
    current: int, target: int, short: int, allowed: int, *, is_over: bool, kind: Kind, direction: Direction
) -> Status:
    """The status once the window has begun; `short` of the expected, and `allowed` a hundredth of it, in one unit.

    Where more is better, reaching the target is `achieved` even while the window runs, and only its end
    makes `missed`. Where less is better it is the other way round: a flow beyond the target is `missed` at
    once, and only the end makes `achieved`. A level can fall again, so it is never missed before the end.
    """
    done = reached(current, target, direction)
    lower = direction == Direction.LOWER
    if is_over:
        return Status.ACHIEVED if done else Status.MISSED
    if done and not lower:
        return Status.ACHIEVED
    if not done and lower and kind == Kind.FLOW:
        return Status.MISSED
    off = -short if lower else short
    if off <= 0:
        return Status.AHEAD
    return Status.ON_PACE if off * PERCENT <= allowed else Status.BEHIND


def _projected(current: int, elapsed: Elapsed, kind: Kind) -> int | None:
    if elapsed.days_over == 0:
        return None
    if kind == Kind.LEVEL or elapsed.is_over:
        return current
    share = elapsed.share
    return _rounded(current * share.denominator, share.numerator) if share else None


def _required(current: int, target: int, elapsed: Elapsed, kind: Kind, direction: Direction) -> int | None:
    if elapsed.working_days_left == 0:
        return None
    if reached(current, target, direction):
        return 0
    if kind == Kind.FLOW and direction == Direction.LOWER:
        return None
    # Rounded up: a unit too few each day would miss the target.
    return -(-abs(target - current) // elapsed.working_days_left)
