"""From metrics as data to SQL: the one place that knows how a record yields credit.

What is compiled here is read four ways: to post credit, to verify it, to list the records that a metric would count
but cannot, and to say why one record counts or not. The record is `r` throughout.
"""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from paceline.domain import condition as conditions
from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import AMOUNT_MINOR_MAX, Module
from paceline.facts.predicate import Parameters, day, predicate, whole_number
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.tables import TABLES


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry that a metric makes of a record: on `day` where `counts` holds, for `value`."""

    metric_id: int
    counts: sql.Composable
    day: sql.Composable
    value: sql.Composable


@dataclass(frozen=True, slots=True)
class Parts:
    """A metric's parts as SQL: what an explanation shows one by one, and the legs join."""

    rules: tuple[tuple[str, sql.Composable], ...]
    condition: sql.Composable
    day: sql.Composable
    leaves: sql.Composable
    leaves_day: sql.Composable
    raw_value: sql.Composable
    value: sql.Composable


def person(rules: Rules) -> sql.Composable:
    """The person whom a record credits."""
    if rules.credit_owner == CreditOwner.AT_CLOSE:
        return sql.SQL("coalesce(r.close_owner_id, r.owner_id)")
    return sql.SQL("r.owner_id")


def parts(definition: Definition, rules: Rules, parameters: Parameters) -> Parts:
    """The metric taken apart."""
    module = definition.module
    raw = _raw_value(definition, parameters)
    amount = _converted(sql.SQL("r.amount"), rules, parameters) if module == Module.DEALS else sql.SQL("NULL")
    never: sql.Composable = sql.SQL("NULL::date")
    leaves: sql.Composable = sql.SQL("false")
    if definition.leaves_by is not None:
        leaves = predicate(module, definition.leaves_when, parameters, amount)
        never = day(module, definition.leaves_by, parameters)
    return Parts(
        tuple(
            (each.words(), predicate(module, each, parameters, amount))
            for each in conditions.rules(definition.condition)
        ),
        predicate(module, definition.condition, parameters, amount),
        day(module, definition.dated_by, parameters),
        leaves,
        never,
        raw,
        _converted(raw, rules, parameters) if definition.unit == Unit.MONEY else raw,
    )


def legs(metric_id: int, definition: Definition, rules: Rules, parameters: Parameters) -> list[Leg]:
    """The entries of one metric. A level comes in, and goes out if it does so on a later day than it came."""
    made = parts(definition, rules, parameters)
    if definition.kind == Kind.FLOW:
        return [Leg(metric_id, made.condition, made.day, made.value)]
    stood = sql.SQL("({leaves} AND coalesce({out} > {day}, false))").format(
        leaves=made.leaves, out=made.leaves_day, day=made.day
    )
    enters = sql.SQL("({} AND (NOT {} OR {}))").format(made.condition, made.leaves, stood)
    exits = sql.SQL("({} AND {})").format(made.condition, stood)
    return [
        Leg(metric_id, enters, made.day, made.value),
        Leg(metric_id, exits, made.leaves_day, sql.SQL("-{}").format(made.value)),
    ]


def _raw_value(definition: Definition, parameters: Parameters) -> sql.Composable:
    if definition.value_by is None:
        return sql.SQL("1::bigint")
    if definition.value_by.startswith("custom."):
        return whole_number(definition.value_by, parameters)
    return sql.SQL("r.{}").format(sql.Identifier(definition.value_by))


# An amount in another currency converts at the rate in force on the closed day, or the created day while open,
# rounded half away from zero. Index: currency_rate's primary key, read backwards.
_CONVERTED: LiteralString = """(CASE WHEN r.currency = {currency} THEN {raw} ELSE (
    SELECT CASE WHEN abs(c.converted) <= {limit} THEN c.converted::bigint END
    FROM (SELECT round({raw} * k.minor_rate) AS converted FROM currency_rate k
          WHERE k.org_id = r.org_id AND k.currency = r.currency
          AND k.from_day <= CASE WHEN r.status = 'open' THEN r.created_day ELSE r.closed_day END
          ORDER BY k.from_day DESC LIMIT 1) c) END)"""


def _converted(raw: sql.Composable, rules: Rules, parameters: Parameters) -> sql.Composed:
    return sql.SQL(_CONVERTED).format(
        currency=parameters.add(rules.currency), raw=raw, limit=sql.Literal(AMOUNT_MINOR_MAX)
    )


@dataclass(frozen=True, slots=True)
class Yields:
    """A SELECT of (record_id, metric_id, person_id, day, value) for one module, with the values it needs."""

    query: sql.Composed
    parameters: dict[str, object]


_YIELDS: LiteralString = """
    SELECT r.record_id, y.metric_id, {person} AS person_id, y.day, y.value
    FROM {table} r CROSS JOIN LATERAL (VALUES {legs}) y (metric_id, day, value)
    WHERE r.org_id = %(org_id)s AND NOT r.deleted AND {person} IS NOT NULL
      AND y.day IS NOT NULL AND y.value <> 0 AND {narrow}"""


def yields(module: Module, rules: Rules, metric_ids: frozenset[int], narrow: sql.SQL) -> Yields | None:
    """What the module's records yield for these metrics, for the records that `narrow` lets through.

    None where none of the metrics is of this module.
    """
    parameters = Parameters()
    made = [
        leg
        for number, definition in rules.metrics
        if definition.module == module and number in metric_ids
        for leg in legs(number, definition, rules, parameters)
    ]
    if not made:
        return None
    rows = [
        sql.SQL("({}::integer, CASE WHEN {} THEN {} END, {})").format(
            parameters.add(leg.metric_id), leg.counts, leg.day, leg.value
        )
        for leg in made
    ]
    query = sql.SQL(_YIELDS).format(
        person=person(rules), table=TABLES[module].identifier, legs=sql.SQL(", ").join(rows), narrow=narrow
    )
    return Yields(query, parameters.values)
