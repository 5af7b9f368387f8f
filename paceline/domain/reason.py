"""Why a share is what it is: kept as parts, said in words."""

from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from paceline.domain.pace import percent_of, rounded

Number = int | Fraction
# A value in the metric's unit, as a person reads it: `format_money`, or plain digits for a count.
Show = Callable[[int], str]


class Ground(StrEnum):
    """What a share rests on.

    `mean` is for one without history among others who have one; `no_history` where there is none at all; `newcomer` and
    `present` are of a rebalance.
    """

    BLEND = "blend"
    EQUAL = "equal"
    HISTORY = "history"
    LOCKED = "locked"
    MANUAL = "manual"
    MEAN = "mean"
    NEWCOMER = "newcomer"
    NO_HISTORY = "no_history"
    PRESENT = "present"
    WEIGHT = "weight"


class Bound(StrEnum):
    """The bound that holds a share."""

    MAXIMUM = "maximum"
    MINIMUM = "minimum"


class Rounding(StrEnum):
    """Which way a share was rounded."""

    DOWN = "down"
    UP = "up"


# Said alone: nothing was divided.
_WHOLE = {Ground.LOCKED: "locked", Ground.MANUAL: "given by hand"}
_FIRST = {
    Ground.BLEND: "blend of metrics",
    Ground.EQUAL: "equal share",
    Ground.HISTORY: "history",
    Ground.MEAN: "no history, so the mean of the others,",
    Ground.NEWCOMER: "new, with a fair share of",
    Ground.NO_HISTORY: "no history at all, so an equal share",
    Ground.PRESENT: "present value",
    Ground.WEIGHT: "weight",
}
# Their parts are in the metric's unit; those of the others are bare numbers.
_IN_UNITS = frozenset({Ground.HISTORY, Ground.NEWCOMER, Ground.PRESENT})


class Reason(NamedTuple):
    """The parts of a reason: `part` x `ramp` of `total`, then held by a bound at `limit`, then rounded.

    `part` and `total` are weights: in the metric's unit where the ground is history or a present value.
    `in_units` says so for a mean.
    """

    ground: Ground
    part: Number = 0
    total: Number = 0
    ramp: Number = 1
    in_units: bool = False
    bound: Bound | None = None
    limit: int | None = None
    rounding: Rounding | None = None

    @property
    def proportion(self) -> Fraction:
        """What part of the whole the ground alone gives; none of nothing."""
        return Fraction(*self._ratio)

    @property
    def _ratio(self) -> tuple[int, int]:
        """The proportion in integers: a tree has many thousands of them."""
        weight, total = self.part * self.ramp, self.total
        if not total:
            return 0, 1
        return weight.numerator * total.denominator, weight.denominator * total.numerator

    def words(self, show: Show = str, point: str = ".") -> str:
        """The reason in English, such as `history 1.2M of 4.8M = 25 %, raised to its minimum 1.5M`.

        The decimals of a per cent stand behind the `point`.
        """
        said = [_WHOLE.get(self.ground) or self._share_words(show, point)]
        if self.bound is not None and self.limit is not None:
            verb = "raised" if self.bound == Bound.MINIMUM else "cut"
            said.append(f"{verb} to its {self.bound} {show(self.limit)}")
        if self.rounding is not None:
            said.append(f"rounded {self.rounding}")
        return ", ".join(said)

    def _share_words(self, show: Show, point: str) -> str:
        if self.ground == Ground.BLEND and self.total == self.ramp == 1:
            # The parts of a blend are shares themselves.
            return f"{_FIRST[self.ground]} {_short(*self._ratio, point)}"
        said = f"{_FIRST[self.ground]} {self._weight_words(self.part, show)}"
        if self.ramp != 1:
            to = short_percent(Fraction(self.ramp), point)
            said += f", ramped to {to}: {self._weight_words(self.part * self.ramp, show)}"
        return f"{said} of {self._weight_words(self.total, show)} = {_short(*self._ratio, point)}"

    def _weight_words(self, weight: Number, show: Show) -> str:
        if self.in_units or self.ground in _IN_UNITS:
            return show(weight if isinstance(weight, int) else rounded(weight))
        return plain_number(weight)


def short_percent(share: Fraction, point: str = ".") -> str:
    """A share in per cent to one place, rounded down; no place where it is zero."""
    return _short(share.numerator, share.denominator, point)


def _short(over: int, under: int, point: str) -> str:
    return percent_of(over, under, 1).replace(".0 %", " %").replace(".", point)


def plain_number(number: Number) -> str:
    """A bare number to at most two places, half away from zero."""
    scaled = rounded(Fraction(number) * 100)
    whole, rest = divmod(abs(scaled), 100)
    decimals = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if scaled < 0 else ''}{whole:,}{decimals}"
