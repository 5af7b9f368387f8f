"""Whether a condition holds for a record: the rules of conditions told once more, in plain Python."""

from collections.abc import Callable
from datetime import date

from paceline.domain.condition import Condition, Group, Operator

ValueOf = Callable[[str], object]


def holds(condition: Condition, value_of: ValueOf, converted: int | None) -> bool:
    """Whether the record whose fields `value_of` gives satisfies the condition.

    An amount is compared as it is in the reporting currency, `converted`.
    """
    if isinstance(condition, Group):
        held = [holds(part, value_of, converted) for part in condition.parts]
        return all(held) if condition.all_of else any(held)
    stored = value_of(condition.field)
    if condition.operator == Operator.IS_SET:
        return stored is not None
    if condition.operator == Operator.IS_NOT_SET:
        return stored is None
    if condition.field == "amount":
        stored = converted
    asked = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return _compare(condition.operator, stored, [_like(stored, each) for each in asked])


def _like(stored: object, asked: object) -> object:
    """A day is asked for as text."""
    return date.fromisoformat(str(asked)) if isinstance(stored, date) else asked


def _compare(operator: Operator, stored: object, asked: list[object]) -> bool:
    match operator:
        case Operator.EQUALS | Operator.IN:
            return any(same(stored, each) for each in asked)
        case Operator.NOT_EQUALS | Operator.NOT_IN:
            return not any(same(stored, each) for each in asked)
        case Operator.CONTAINS:
            return isinstance(stored, str) and str(asked[0]).lower() in stored.lower()
        case Operator.STARTS_WITH:
            return isinstance(stored, str) and stored.startswith(str(asked[0]))
    return _sort(stored) == _sort(asked[0]) != "nothing" and _ordered(operator, stored, asked[0])


def same(one: object, other: object) -> bool:
    """Whether two values are one: the text 5, the number 5 and true are three."""
    return _sort(one) == _sort(other) and one == other


def _sort(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else "flag"
    if isinstance(value, int | float):
        return "number"
    return "day" if isinstance(value, date) else "text"


def _ordered(operator: Operator, stored: object, asked: object) -> bool:
    one, other = stored, asked
    if isinstance(one, str):
        one, other = one.encode(), str(other).encode()
    match operator:
        case Operator.GREATER:
            return one > other  # pyright: ignore[reportOperatorIssue]
        case Operator.AT_LEAST:
            return one >= other  # pyright: ignore[reportOperatorIssue]
        case Operator.LESS:
            return one < other  # pyright: ignore[reportOperatorIssue]
    return one <= other  # pyright: ignore[reportOperatorIssue]
