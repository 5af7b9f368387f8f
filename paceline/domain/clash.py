"""Constraints that cannot all hold: which ones, and by how much."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from paceline.domain.reason import Number, Show, plain_number

# A sentence names so many; the clash itself carries all.
_NAMES_SAID_MAX = 5


class ClashKind(StrEnum):
    """What does not go together."""

    ALL_LOCKED = "all_locked"
    AMOUNTS_OFF = "amounts_off"
    COLUMNS_TOO_SMALL = "columns_too_small"
    COLUMN_FIXED = "column_fixed"
    GIVEN_ABOVE_MAXIMUM = "given_above_maximum"
    GIVEN_BELOW_MINIMUM = "given_below_minimum"
    LOCKS_ABOVE_POOL = "locks_above_pool"
    MAXIMUMS_BELOW_POOL = "maximums_below_pool"
    MINIMUMS_ABOVE_POOL = "minimums_above_pool"
    MINIMUM_ABOVE_MAXIMUM = "minimum_above_maximum"
    NEGATIVE = "negative"
    NEGATIVE_FACTOR = "negative_factor"
    NOBODY = "nobody"
    NOT_GIVEN = "not_given"
    NO_MULTIPLE = "no_multiple"
    ROW_FIXED = "row_fixed"
    SHARES_OFF = "shares_off"
    TWICE = "twice"
    UNIT = "unit"
    WEIGHTS_ALL_ZERO = "weights_all_zero"


_SENTENCES = {
    ClashKind.ALL_LOCKED: "all are locked, at {amount} together, {off} below the pool of {limit}: {names}",
    ClashKind.AMOUNTS_OFF: "the amounts add up to {amount} instead of {limit}, {off} too {side}",
    ClashKind.COLUMNS_TOO_SMALL: "{names}: at least {amount} has to go there, {off} above the total of {limit}: {what}",
    ClashKind.COLUMN_FIXED: "{names}: the fixed values add up to {amount}, {off} too {side} for the total of {limit}",
    ClashKind.GIVEN_ABOVE_MAXIMUM: "{names}: {amount} is above the maximum of {limit} by {off}",
    ClashKind.GIVEN_BELOW_MINIMUM: "{names}: {amount} is below the minimum of {limit} by {off}",
    ClashKind.LOCKS_ABOVE_POOL: "the locked values add up to {amount}, {off} above the pool of {limit}: {names}",
    ClashKind.MAXIMUMS_BELOW_POOL: "at most {amount} can be given, {off} below the {limit} to allocate: {names}",
    ClashKind.MINIMUMS_ABOVE_POOL: "at least {amount} has to be given, {off} above the {limit} to allocate: {names}",
    ClashKind.MINIMUM_ABOVE_MAXIMUM: "{names}: the minimum of {amount} is above the maximum of {limit} by {off}",
    ClashKind.NEGATIVE: "{names}: the {what} is below zero by {off}",
    ClashKind.NEGATIVE_FACTOR: "{names}: the {what} is below zero by {off}",
    ClashKind.NOBODY: "nobody takes part, and {limit} is to allocate",
    ClashKind.NOT_GIVEN: "{names}: no value is given",
    ClashKind.NO_MULTIPLE: "{names}: no multiple of the rounding unit is from {amount} to {limit}",
    ClashKind.ROW_FIXED: "{names}: the fixed values add up to {amount}, {off} too {side} for the total of {limit}",
    ClashKind.SHARES_OFF: "the shares add up to {amount} % instead of {limit} %, {off} too {side}",
    ClashKind.TWICE: "{names}: given more than once",
    ClashKind.UNIT: "the rounding unit is {amount}, and has to be at least {limit}",
    ClashKind.WEIGHTS_ALL_ZERO: "all weights are zero, and {limit} is to allocate: {names}",
}
# Their amounts are bare numbers; those of the others are in the metric's unit.
_BARE = frozenset({ClashKind.NEGATIVE_FACTOR, ClashKind.SHARES_OFF})


@dataclass(frozen=True, slots=True)
class Clash:
    """One constraint that cannot hold: `amount` is what there is, `limit` what there may or has to be.

    `what` is the thing at fault where the kind leaves it open. Amounts are integers in the metric's unit, except
    those of factors and shares (in per cent).
    """

    kind: ClashKind
    names: tuple[str, ...] = ()
    amount: Number = 0
    limit: Number = 0
    what: str = ""

    @property
    def off(self) -> Number:
        """By how much it fails."""
        return abs(self.amount - self.limit)

    def words(self, show: Show = str) -> str:
        """The clash in English, with its amounts."""
        return _SENTENCES[self.kind].format(
            names=listed(self.names),
            amount=self._text(self.amount, show),
            limit=self._text(self.limit, show),
            off=self._text(self.off, show),
            side="much" if self.amount > self.limit else "little",
            what=self.what,
        )

    def _text(self, number: Number, show: Show) -> str:
        if self.kind in _BARE or isinstance(number, Fraction):
            return plain_number(number)
        return show(number)


def listed(names: tuple[str, ...]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMES_SAID_MAX
    said = ", ".join(names[:_NAMES_SAID_MAX])
    return f"{said} and {more} more" if more > 0 else said


class Infeasible(ValueError):
    """What was asked for cannot be: `clashes` says why, all that was found."""

    def __init__(self, clashes: Iterable[Clash]) -> None:
        self.clashes = tuple(clashes)
        super().__init__(self.words())

    def words(self, show: Show = str) -> str:
        """All clashes in one sentence."""
        return "; ".join(each.words(show) for each in self.clashes)


def refuse(clashes: Iterable[Clash]) -> None:
    """Raise Infeasible if there is any clash."""
    found = tuple(clashes)
    if found:
        raise Infeasible(found)
