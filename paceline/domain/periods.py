"""Cutting a window into months, quarters or weeks by the fiscal calendar, and dividing a value over them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import chain, count, pairwise

from paceline.domain.allocation import allocate
from paceline.domain.calendar import Window, add_months, fiscal_quarter_of, fiscal_year_of, month_of, week_of
from paceline.domain.clash import Clash, ClashKind, refuse
from paceline.domain.reason import Ground, Number
from paceline.domain.shares import Allocation, Child, Method

_WEEK = timedelta(days=7)
_QUARTERS = 4
_QUARTER_MONTHS = 3


class Cut(StrEnum):
    """What a window is cut into. The last three are months of whole weeks, so many in a quarter's three months."""

    MONTHS = "months"
    QUARTERS = "quarters"
    WEEKS = "weeks"
    WEEKS_445 = "4-4-5"
    WEEKS_454 = "4-5-4"
    WEEKS_544 = "5-4-4"


_WEEKS_IN_MONTHS = {Cut.WEEKS_445: (4, 4, 5), Cut.WEEKS_454: (4, 5, 4), Cut.WEEKS_544: (5, 4, 4)}


def cut(
    window: Window, by: Cut, *, fiscal_year_first_month: int = 1, week_first_day: int = 0, from_start: bool = False
) -> list[Window]:
    """The window's periods in their order; they tile it exactly.

    They are those of the fiscal calendar, so the first and the last may be parts of one. With `from_start` they count
    from the window's first day instead (a year from 15 March has 12 months, not 13), which weeks in months cannot.
    `week_first_day` counts from Monday, 0.
    """
    if from_start:
        starts = _counted(window.start, by)
    elif by in _WEEKS_IN_MONTHS:
        starts = _week_months(window.start, by, fiscal_year_first_month, week_first_day)
    else:
        starts = _fiscal(window.start, by, fiscal_year_first_month, week_first_day)
    return list(_tiles(window, starts))


def weeks_year_of(day: date, first_month: int, first_weekday: int) -> Window:
    """The year of whole weeks that has the day: 52 or 53 weeks.

    It begins with the week that has the 4th of the fiscal year's first month, that is the one nearest to the 1st: the
    rule of ISO 8601, and that of the National Retail Federation's 4-5-4 calendar (nearest Sunday to 1 February).
    """
    year = fiscal_year_of(day, first_month).start
    starts = [_weeks_year_start(add_months(year, months), first_weekday) for months in (-12, 0, 12, 24)]
    return next(Window(one, two) for one, two in pairwise(starts) if one <= day < two)


def split(
    value: int,
    windows: Iterable[Window],
    *,
    kept: Mapping[Window, int] | None = None,
    rounding: int = 1,
) -> Allocation[Window]:
    """The same for each period, however many days it has; kept periods keep their value and leave the pool.

    Exact as `allocate`; of equals the earlier period gets the odd unit. Raises Infeasible.
    """
    return allocate(value, _children(windows, {}, kept), rounding=rounding)


def split_by_season(
    value: int,
    history: Mapping[Window, int | None],
    *,
    kept: Mapping[Window, int] | None = None,
    rounding: int = 1,
) -> Allocation[Window]:
    """In proportion to what the metric came to in the same periods of earlier years; None where that is not known.

    One not known gets the mean. Where no period that is not kept has anything, all get the same, and the reasons say
    so. Exact as `allocate`. Raises Infeasible.
    """
    fixed = kept or {}
    has_any = any(past for window, past in history.items() if window not in fixed)
    weights: Mapping[Window, int | None] = history if has_any else {}
    return allocate(value, _children(history, weights, kept), Method.WEIGHTED, rounding=rounding)


def split_by_shares(
    value: int,
    shares: Mapping[Window, Number],
    *,
    kept: Mapping[Window, int] | None = None,
    rounding: int = 1,
) -> Allocation[Window]:
    """By given shares, which add up to 1 over all periods; those not kept divide in proportion what the kept leave.

    Raises Infeasible, with by how many per cent the shares do not add up.
    """
    total = sum(shares.values(), start=Fraction(0))
    refuse([Clash(ClashKind.SHARES_OFF, amount=total * 100, limit=100)] if total != 1 else [])
    children = _children(shares, shares, kept)
    return allocate(value, children, Method.WEIGHTED, rounding=rounding, ground=Ground.WEIGHT)


def split_by_amounts(
    value: int, amounts: Mapping[Window, int], *, kept: Mapping[Window, int] | None = None
) -> Allocation[Window]:
    """By given amounts, which add up to the value together with the kept periods, whose own amounts do not count.

    Raises Infeasible, with by how much they do not.
    """
    children = [each._replace(given=amounts[each.key]) for each in _children(amounts, {}, kept)]
    total = sum((kept or {}).get(window, amount) for window, amount in amounts.items())
    refuse([Clash(ClashKind.AMOUNTS_OFF, amount=total, limit=value)] if total != value else [])
    return allocate(value, children, Method.MANUAL)


def _children(
    windows: Iterable[Window], weights: Mapping[Window, Number | None], kept: Mapping[Window, int] | None
) -> list[Child[Window]]:
    """The periods; their names are in the order of time. Raises ValueError for a kept one that is not among them."""
    fixed, given = kept or {}, list(windows)
    strange = sorted(set(fixed) - set(given))
    if strange:
        raise ValueError(f"{strange[0].start} to {strange[0].last} is kept, but is none of the periods")
    return [Child(window, window.start.isoformat(), weights.get(window), locked=fixed.get(window)) for window in given]


def _tiles(window: Window, starts: Iterator[date]) -> Iterator[Window]:
    """The window between the starts of periods, of which the first is not after its own."""
    next(starts)
    first = window.start
    for start in starts:
        if start >= window.end:
            break
        yield Window(first, start)
        first = start
    yield Window(first, window.end)


def _fiscal(day: date, by: Cut, first_month: int, first_weekday: int) -> Iterator[date]:
    if by == Cut.MONTHS:
        return _counted(month_of(day).start, by)
    if by == Cut.QUARTERS:
        return _counted(fiscal_quarter_of(day, first_month).start, by)
    return _counted(week_of(day, first_weekday).start, by)


def _counted(start: date, by: Cut) -> Iterator[date]:
    """The starts of periods counted from a day. Raises ValueError for months of weeks."""
    if by in _WEEKS_IN_MONTHS:
        raise ValueError(f"{by} counts from the fiscal year's first week")
    months = {Cut.MONTHS: 1, Cut.QUARTERS: _QUARTER_MONTHS}.get(by)
    for number in count():
        yield start + number * _WEEK if months is None else add_months(start, number * months)


def _week_months(day: date, by: Cut, first_month: int, first_weekday: int) -> Iterator[date]:
    """The starts of months of whole weeks, from the one that has the day. A 53rd week goes to the year's last month."""
    year = weeks_year_of(day, first_month, first_weekday).start
    starts = chain.from_iterable(_month_starts(each, by) for each in _weeks_years(year, first_month, first_weekday))
    last = next(starts)
    for start in starts:
        if start > day:
            yield last
        last = start


def _weeks_years(start: date, first_month: int, first_weekday: int) -> Iterator[date]:
    while True:
        yield start
        start = weeks_year_of(start, first_month, first_weekday).end


def _month_starts(year: date, by: Cut) -> Iterator[date]:
    start = year
    for weeks in _WEEKS_IN_MONTHS[by] * _QUARTERS:
        yield start
        start += weeks * _WEEK


def _weeks_year_start(first_of_month: date, first_weekday: int) -> date:
    return week_of(first_of_month + timedelta(days=3), first_weekday).start
