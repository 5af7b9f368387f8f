"""The words that sort metrics: unit, kind, direction, indicator."""

from enum import StrEnum


class Unit(StrEnum):
    """What a value counts: minor units of the reporting currency, or things."""

    COUNT = "count"
    MONEY = "money"


class Kind(StrEnum):
    """A flow is summed over a window; a level is what stands at the end of it."""

    FLOW = "flow"
    LEVEL = "level"


class Direction(StrEnum):
    """Whether more is better, or less."""

    HIGHER = "higher"
    LOWER = "lower"


class Indicator(StrEnum):
    """Whether the metric foretells results or reports them."""

    LAGGING = "lagging"
    LEADING = "leading"
