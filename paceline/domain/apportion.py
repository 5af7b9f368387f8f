"""Dividing a whole number in proportion to weights, under bounds, to a rounding unit: integers only."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from paceline.domain.reason import Bound


class Mover(NamedTuple):
    """One that shares in the amount; `low` and `high` (None is no bound) are `start` plus whole rounding units."""

    weight: int
    low: int
    high: int | None
    start: int = 0


class Portion(NamedTuple):
    """What one gets: the value, the exact one before rounding, and the bound that holds it."""

    value: int
    exact: Fraction
    bound: Bound | None


def bounded(weight: int, minimum: int | None, maximum: int | None, unit: int, start: int = 0) -> Mover:
    """The mover whose bounds are rounded inwards to `start` plus whole units.

    Without weight one gets no more than has to be. `high` may come out below `low`: then no such number exists.
    """
    low = start - (start - (minimum or 0)) // unit * unit
    high = None if maximum is None else start + (maximum - start) // unit * unit
    return Mover(weight, low, (low if high is None else min(low, high)) if weight == 0 else high, start)


def whole(movers: Sequence[Mover], amount: int, unit: int) -> int:
    """What of the amount the rounding unit can express, given where the movers start."""
    starts = sum(each.start for each in movers)
    return starts + (amount - starts) // unit * unit


def apportion(movers: Sequence[Mover], amount: int, unit: int) -> list[Portion]:
    """Divide `whole(amount)` in proportion to the weights, by largest remainder; ties go to the earlier mover.

    Water-filling: the exact portions are `min(max(scale * weight, low), high)` with the one scale at which they add
    up to the amount (bounded proportional apportionment). Then each is rounded down, and the units left go to the
    largest remainders (Hamilton). As the bounds are whole units, rounding keeps within them.

    Needs sum(low) <= whole(amount) <= sum(high). For weights a > b under the same bounds, a never gets less.
    """
    highs = [each.high for each in movers if each.high is not None]
    top = sum(highs) if len(highs) == len(movers) else amount
    over, under = scale(movers, min(amount, top))
    portions: list[Portion] = []
    remainders: list[tuple[int, int]] = []
    left = whole(movers, amount, unit)
    for place, each in enumerate(movers):
        portion, remainder = _rounded_down(each, over, under, unit)
        portions.append(portion)
        left -= portion.value
        if remainder:
            remainders.append((-remainder, place))
    remainders.sort()
    for _, place in remainders[: left // unit]:
        portions[place] = portions[place]._replace(value=portions[place].value + unit)
    return portions


def _rounded_down(mover: Mover, over: int, under: int, unit: int) -> tuple[Portion, int]:
    """The portion at the scale over / under, and the remainder: in 1 / under, so that all compare as integers."""
    weight, low, high, start = mover
    scaled = over * weight
    if scaled <= low * under:
        return Portion(low, Fraction(low), Bound.MINIMUM if scaled < low * under else None), 0
    if high is not None and scaled >= high * under:
        return Portion(high, Fraction(high), Bound.MAXIMUM if scaled > high * under else None), 0
    units, remainder = divmod(scaled - start * under, unit * under)
    return Portion(start + unit * units, Fraction(scaled, under), None), remainder


def scale(movers: Sequence[Mover], amount: int) -> tuple[int, int]:
    """The scale, as a fraction over / under, at which the bounded portions add up to the amount.

    The sum of min(max(scale * weight, low), high) grows with the scale along straight pieces: it bends where a mover
    leaves its low or meets its high. Needs sum(low) <= amount <= sum(high).
    """
    settled, slope = 0, 0
    bends: list[tuple[int, int, int, int]] = []
    # Two different fractions of such weights differ by more than 2 ** -places, so their places sort them exactly.
    places = 2 * max((each.weight for each in movers), default=0).bit_length()
    for weight, low, high, _ in movers:
        if weight == 0 or low > 0:
            settled += low
        else:
            slope += weight
        if weight and low > 0:
            bends.append(((low << places) // weight, weight, weight, low))
        if weight and high is not None:
            bends.append(((high << places) // weight, -weight, weight, high))
    passed = (0, 1)
    for _, turn, weight, bound in sorted(bends):
        if settled * weight + slope * bound >= amount * weight:
            break
        settled += bound if turn < 0 else -bound
        slope += turn
        passed = bound, weight
    return (amount - settled, slope) if slope else passed
