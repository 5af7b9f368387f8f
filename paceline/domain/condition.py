"""A condition on a record's fields, as data: what a metric counts and what a target's filter lets through."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from paceline.domain.record import KEY_CHARACTERS_MAX, Field, FieldType, Module, field

Scalar = str | int | bool
Json = Mapping[str, object]

# A condition is typed by a person into a form: beyond this it is a mistake or an attack.
LEAVES_MAX = 50
DEPTH_MAX = 8
VALUES_MAX = 200


class Operator(StrEnum):
    """How a field is compared. A missing value satisfies only `not_equals`, `not_in` and `is_not_set`."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    CONTAINS = "contains"
    EQUALS = "equals"
    GREATER = "greater"
    IN = "in"
    IS_NOT_SET = "is_not_set"
    IS_SET = "is_set"
    LESS = "less"
    NOT_EQUALS = "not_equals"
    NOT_IN = "not_in"
    STARTS_WITH = "starts_with"


_ORDER = {Operator.AT_LEAST, Operator.AT_MOST, Operator.GREATER, Operator.LESS}
_WITHIN = {Operator.IN, Operator.NOT_IN}
_TEXT = {Operator.CONTAINS, Operator.STARTS_WITH}
_BARE = {Operator.IS_SET, Operator.IS_NOT_SET}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field against one value (a tuple of values for `in`, none for `is_set`)."""

    field: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = None

    def words(self) -> str:
        """The comparison as a person would say it."""
        verb = self.operator.value.replace("_", " ")
        if self.operator in _BARE:
            return f"{self.field} {verb}"
        if isinstance(self.value, tuple):
            return f"{self.field} {verb} {', '.join(map(str, self.value))}"
        return f"{self.field} {verb} {self.value}"


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all, or any, must hold. An empty `all` always holds."""

    all_of: bool
    parts: tuple["Condition", ...]

    def words(self) -> str:
        """The group as a person would say it."""
        if not self.parts:
            return "always"
        return "(" + (" and " if self.all_of else " or ").join(part.words() for part in self.parts) + ")"


Condition = Comparison | Group
ALWAYS = Group(all_of=True, parts=())


class BadCondition(ValueError):
    """The condition cannot be read; the message says where and how to mend it."""


def both(first: Condition, second: Condition) -> Condition:
    """The condition that holds where both hold."""
    parts = [part for each in (first, second) for part in rules(each)]
    return parts[0] if len(parts) == 1 else Group(all_of=True, parts=tuple(parts))


def rules(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must each hold, so that an explanation can name the first that fails."""
    return condition.parts if isinstance(condition, Group) and condition.all_of else (condition,)


def leaves(condition: Condition) -> Iterator[Comparison]:
    """Every comparison in the condition."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from leaves(part)


def read(module: Module, given: object, where: str = "condition") -> Condition:
    """The condition written as JSON: `{"field", "op", "value"}`, `{"all": [..]}`, `{"any": [..]}` or nothing.

    Raises BadCondition with the place and the mend.
    """
    condition = _read(module, given, where, DEPTH_MAX)
    if sum(1 for _ in leaves(condition)) > LEAVES_MAX:
        raise BadCondition(f"{where}: at most {LEAVES_MAX} comparisons")
    return condition


def write(condition: Condition) -> dict[str, object]:
    """The condition as JSON that `read` takes."""
    if isinstance(condition, Group):
        return {"all" if condition.all_of else "any": [write(part) for part in condition.parts]}
    written: dict[str, object] = {"field": condition.field, "op": condition.operator.value}
    if condition.operator not in _BARE:
        value = condition.value
        written["value"] = list(value) if isinstance(value, tuple) else value
    return written


def _read(module: Module, given: object, where: str, depth: int) -> Condition:
    if given is None or given == {}:
        return ALWAYS
    if not isinstance(given, Mapping):
        raise BadCondition(f"{where}: write an object such as {{'field': 'region', 'op': 'equals', 'value': 'East'}}")
    stated: Json = given  # pyright: ignore[reportUnknownVariableType]
    for word in ("all", "any"):
        if word in stated:
            return _read_group(module, stated, word, where, depth)
    return _read_comparison(module, stated, where)


def _read_group(module: Module, given: Json, word: str, where: str, depth: int) -> Condition:
    parts = given[word]
    if set(given) != {word} or not isinstance(parts, (list, tuple)) or (word == "any" and not parts):
        raise BadCondition(f"{where}: '{word}' stands alone and holds a list of conditions")
    if depth == 0:
        raise BadCondition(f"{where}: at most {DEPTH_MAX} levels of all and any")
    listed: list[object] = list(parts)  # pyright: ignore[reportUnknownArgumentType]
    read_parts = [_read(module, part, f"{where}.{word}[{place}]", depth - 1) for place, part in enumerate(listed)]
    return Group(all_of=word == "all", parts=tuple(read_parts))


def _read_comparison(module: Module, given: Json, where: str) -> Comparison:
    unknown = set(given) - {"field", "op", "value"}
    if unknown or "field" not in given or "op" not in given:
        raise BadCondition(f"{where}: a comparison has 'field', 'op' and 'value'")
    try:
        operator = Operator(str(given["op"]))
    except ValueError:
        raise BadCondition(f"{where}.op: '{given['op']}' is none of {', '.join(Operator)}") from None
    name = str(given["field"])
    standard = check_field(module, name, f"{where}.field")
    return Comparison(name, operator, _read_value(standard, operator, given.get("value"), f"{where}.value"))


def check_field(module: Module, name: str, where: str) -> Field | None:
    """The standard field of that name, None for a custom one; raises BadCondition if there is no such field."""
    if name.startswith("custom."):
        if not 0 < len(name) - len("custom.") <= KEY_CHARACTERS_MAX or "\x00" in name:
            raise BadCondition(f"{where}: write custom. and the field's name, up to {KEY_CHARACTERS_MAX} characters")
        return None
    standard = field(module, name)
    if standard is None or standard.type in {FieldType.CUSTOM, FieldType.INSTANT, FieldType.FLAG}:
        raise BadCondition(f"{where}: {module} have no field '{name}' to compare")
    return standard


def _read_value(
    standard: Field | None, operator: Operator, given: object, where: str
) -> Scalar | tuple[Scalar, ...] | None:
    if operator in _BARE:
        if given is not None:
            raise BadCondition(f"{where}: {operator.value} takes no value")
        return None
    if operator in _WITHIN:
        if not isinstance(given, (list, tuple)) or not 0 < len(given) <= VALUES_MAX:  # pyright: ignore[reportUnknownArgumentType]
            raise BadCondition(f"{where}: {operator.value} takes a list of 1 to {VALUES_MAX} values")
        listed: list[object] = list(given)  # pyright: ignore[reportUnknownArgumentType]
        values = tuple(_scalar(standard, operator, each, where) for each in listed)
        if len({type(each) for each in values}) > 1:
            raise BadCondition(f"{where}: the values of {operator.value} are all of one kind")
        return values
    return _scalar(standard, operator, given, where)


def _scalar(standard: Field | None, operator: Operator, given: object, where: str) -> Scalar:
    if standard is None:
        return _custom_scalar(operator, given, where)
    if standard.type == FieldType.MONEY:
        if isinstance(given, bool) or not isinstance(given, int) or abs(given) >= 2**62 or operator in _TEXT:
            raise BadCondition(
                f"{where}: {standard.name} compares with a whole number of minor units, such as 150000 for 1,500.00"
            )
        return given
    if not isinstance(given, str) or "\x00" in given:
        raise BadCondition(f"{where}: {standard.name} compares with text")
    if standard.type in {FieldType.DAY, FieldType.MOMENT}:
        return _day(standard, operator, given, where)
    if operator in _ORDER:
        raise BadCondition(f"{where}: {standard.name} is text, which has no {operator.value}")
    if standard.name == "type":
        # Types of tasks are stored in small letters, whatever the source writes.
        return given.lower()
    if standard.choices and operator not in _TEXT and given not in standard.choices:
        raise BadCondition(f"{where}: {standard.name} is one of {', '.join(standard.choices)}")
    return given


def _day(standard: Field, operator: Operator, given: str, where: str) -> str:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise BadCondition(f"{where}: {standard.name} compares with a day such as 2026-01-31") from None
    if operator in _TEXT:
        raise BadCondition(f"{where}: {standard.name} is a day, which has no {operator.value}")
    return day.isoformat()


def _custom_scalar(operator: Operator, given: object, where: str) -> Scalar:
    if isinstance(given, str) and "\x00" not in given:
        return given
    ordered_flag = isinstance(given, bool) and operator in _ORDER
    if operator in _TEXT or not isinstance(given, int) or ordered_flag or abs(given) >= 2**62:
        raise BadCondition(f"{where}: write text, a whole number or true/false that fits {operator.value}")
    return given
