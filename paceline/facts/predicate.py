"""From a condition to the SQL predicate that decides it. Every predicate is two-valued: a missing field is false."""

from collections.abc import Callable
from typing import LiteralString

from psycopg import sql
from psycopg.types.json import Jsonb

from paceline.domain.condition import Comparison, Condition, Group, Operator
from paceline.domain.record import FieldType, Module, field


class Parameters:
    """Values on their way into one statement, each under a name of its own."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add(self, value: object) -> sql.Placeholder:
        """A placeholder for the value."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return sql.Placeholder(name)


_COMPARE: dict[Operator, LiteralString] = {
    Operator.EQUALS: "coalesce({field} = {value}, false)",
    Operator.NOT_EQUALS: "({field} IS DISTINCT FROM {value})",
    Operator.GREATER: "coalesce({field} > {value}, false)",
    Operator.AT_LEAST: "coalesce({field} >= {value}, false)",
    Operator.LESS: "coalesce({field} < {value}, false)",
    Operator.AT_MOST: "coalesce({field} <= {value}, false)",
    Operator.IN: "coalesce({field} = ANY({value}), false)",
    Operator.NOT_IN: "coalesce({field} <> ALL({value}), true)",
    Operator.CONTAINS: "coalesce(strpos(lower({field}), lower({value})) > 0, false)",
    Operator.STARTS_WITH: "coalesce(starts_with({field}, {value}), false)",
    Operator.IS_SET: "({field} IS NOT NULL)",
    Operator.IS_NOT_SET: "({field} IS NULL)",
}
_EQUALITY = {Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.NOT_IN}
_BARE = {Operator.IS_SET, Operator.IS_NOT_SET}


def predicate(module: Module, condition: Condition, parameters: Parameters, amount: sql.Composable) -> sql.Composable:
    """A boolean expression over the record `r`, never NULL; `amount` is the amount in the reporting currency."""
    if isinstance(condition, Group):
        if not condition.parts:
            return sql.SQL("true")
        word = sql.SQL(" AND ") if condition.all_of else sql.SQL(" OR ")
        return sql.SQL("({})").format(
            word.join(predicate(module, part, parameters, amount) for part in condition.parts)
        )
    if condition.field.startswith("custom."):
        return _custom(condition, parameters)
    return _standard(module, condition, parameters, amount)


def _standard(module: Module, comparison: Comparison, parameters: Parameters, amount: sql.Composable) -> sql.Composed:
    standard = field(module, comparison.field)
    if standard is None:
        raise AssertionError(f"{module} have no field {comparison.field}: the condition was not read")
    cast = sql.SQL("{}::text")
    if standard.type in {FieldType.DAY, FieldType.MOMENT}:
        cast = sql.SQL("{}::date")
    elif standard.type == FieldType.MONEY:
        cast = sql.SQL("{}::bigint")
    compares_amount = standard.type == FieldType.MONEY and comparison.operator not in _BARE
    expression = amount if compares_amount else column(module, comparison.field)
    return _compare(comparison, expression, cast, parameters, lambda value: value)


def _custom(comparison: Comparison, parameters: Parameters) -> sql.Composed:
    name = parameters.add(comparison.field.removeprefix("custom."))
    sample = comparison.value[0] if isinstance(comparison.value, tuple) else comparison.value
    stored = sql.SQL("nullif(r.custom -> {}::text, 'null')").format(name)
    if comparison.operator in _BARE:
        return _compare(comparison, stored, sql.SQL("{}"), parameters, lambda value: value)
    if comparison.operator in _EQUALITY:
        # JSON equality: the text "5" and the number 5 are two values.
        return _compare(comparison, stored, sql.SQL("{}::jsonb"), parameters, Jsonb)
    if isinstance(sample, str):
        text = sql.SQL(
            """(CASE WHEN jsonb_typeof(r.custom -> {name}::text) = 'string' THEN r.custom ->> {name}::text END
            COLLATE "C")"""
        ).format(name=name)
        return _compare(comparison, text, sql.SQL("{}::text"), parameters, lambda value: value)
    number = sql.SQL(
        "CASE WHEN jsonb_typeof(r.custom -> {name}::text) = 'number' THEN (r.custom ->> {name}::text)::numeric END"
    ).format(name=name)
    return _compare(comparison, number, sql.SQL("{}::numeric"), parameters, lambda value: value)


def _compare(
    comparison: Comparison,
    expression: sql.Composable,
    cast: sql.SQL,
    parameters: Parameters,
    wrap: Callable[[object], object],
) -> sql.Composed:
    template = sql.SQL(_COMPARE[comparison.operator])
    if comparison.operator in _BARE:
        return template.format(field=expression)
    if isinstance(comparison.value, tuple):
        listed = sql.SQL(", ").join(cast.format(parameters.add(wrap(value))) for value in comparison.value)
        return template.format(field=expression, value=sql.SQL("ARRAY[{}]").format(listed))
    return template.format(field=expression, value=cast.format(parameters.add(wrap(comparison.value))))


# A real day of the calendar written as text: checked before the cast, so that no record can fail a statement.
_DAY_PATTERN = (
    r"^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$"
)


def column(module: Module, name: str) -> sql.Composable:
    """The expression that holds a standard field's value for comparing; for a moment, its day."""
    standard = field(module, name)
    if standard is not None and standard.type == FieldType.MOMENT:
        name = f"{name}_day"
    return sql.SQL("r.{}").format(sql.Identifier(name))


def day(module: Module, name: str, parameters: Parameters) -> sql.Composable:
    """The expression of type date that a field gives, NULL where it gives none."""
    if not name.startswith("custom."):
        return column(module, name)
    return sql.SQL(
        """CASE WHEN jsonb_typeof(r.custom -> {name}::text) = 'string' AND r.custom ->> {name}::text ~ {pattern}
        AND left(r.custom ->> {name}::text, 4) BETWEEN '1900' AND '2199' THEN (r.custom ->> {name}::text)::date END"""
    ).format(name=parameters.add(name.removeprefix("custom.")), pattern=parameters.add(_DAY_PATTERN))


def whole_number(name: str, parameters: Parameters) -> sql.Composable:
    """The expression of type bigint that a custom field gives, NULL where it gives no whole number."""
    return sql.SQL(
        r"""CASE WHEN jsonb_typeof(r.custom -> {name}::text) = 'number'
        AND r.custom ->> {name}::text ~ '^-?[0-9]{{1,15}}(\.0+)?$'
        THEN (r.custom ->> {name}::text)::numeric::bigint END"""
    ).format(name=parameters.add(name.removeprefix("custom.")))
