"""Those who take part in a division, and what each one gets."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from paceline.domain.reason import Number, Reason


class Key(Hashable, Protocol):
    """An id: hashable and, among those of one call, in an order."""

    def __lt__(self, other: Any, /) -> bool: ...


K = TypeVar("K", bound=Key)


class Method(StrEnum):
    """How a value is divided."""

    EQUAL = "equal"
    MANUAL = "manual"
    WEIGHTED = "weighted"


class Child(NamedTuple, Generic[K]):
    """One that takes part. Values are integers in the metric's unit.

    `weight` is None for one without history, `ramp` multiplies the weight. A `locked` value is kept, whatever the
    bounds. `given` is for the manual method. `present` is what a rebalance starts from, None for a newcomer.
    """

    key: K
    name: str
    weight: Number | None = None
    locked: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    ramp: Number = 1
    given: int | None = None
    present: int | None = None


class Share(NamedTuple, Generic[K]):
    """What one child gets: the value, the exact one before rounding, and why."""

    key: K
    name: str
    value: int
    exact: Fraction
    reason: Reason


@dataclass(frozen=True, slots=True)
class Allocation(Generic[K]):
    """The shares by name then key; `pool` is what was to be divided, the hedge included."""

    pool: int
    shares: tuple[Share[K], ...]

    @property
    def values(self) -> dict[K, int]:
        """The value of each child."""
        return {each.key: each.value for each in self.shares}

    @property
    def unallocated(self) -> int:
        """What of the pool nobody got; below zero where more was given (only by the manual method)."""
        return self.pool - sum(each.value for each in self.shares)


def in_order(children: Iterable[Child[K]]) -> list[Child[K]]:
    """The children by name then key."""
    return sorted(children, key=lambda each: (each.name, each.key))


def part_locked(children: Sequence[Child[K]]) -> tuple[list[Child[K]], list[Child[K]]]:
    """The locked children, and the others."""
    return [each for each in children if each.locked is not None], [each for each in children if each.locked is None]
