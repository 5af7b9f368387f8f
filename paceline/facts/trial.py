"""What a metric would count if it were one: how many of the stored records, for how much, and the last of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from psycopg import sql

from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.facts.compile import parts, person
from paceline.facts.predicate import Parameters
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES

EXAMPLES_MAX = 3
# Custom fields are looked up in so many of the records that came last.
LOOKED_AT_MAX = 2_000
NAMES_MAX = 200


@dataclass(frozen=True, slots=True)
class Example:
    """One record that would count: its day, and its value in the metric's unit."""

    record_id: int
    external_id: str
    name: str | None
    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Trial:
    """How many records are asked for, how many of them count, and their sum: for a level, of those that stand still."""

    asked: int
    counted: int
    value: int
    examples: list[Example]


# It reads the module's records of the organization once.
_COUNT: LiteralString = """
    SELECT count(*), count(*) FILTER (WHERE counts), coalesce(sum(value) FILTER (WHERE counts), 0)::bigint
    FROM (SELECT {person} IS NOT NULL AND {day} IS NOT NULL AND {value} IS NOT NULL AS counts, {value} AS value
        FROM {table} r WHERE r.org_id = %(org_id)s AND NOT r.deleted AND {condition} AND NOT {leaves}) each"""
# Index: the table's primary key, read backwards until there are enough.
_EXAMPLES: LiteralString = """
    SELECT r.record_id, r.external_id, r.name, {day}, {value} FROM {table} r
    WHERE r.org_id = %(org_id)s AND NOT r.deleted AND {condition} AND NOT {leaves}
    AND {person} IS NOT NULL AND {day} IS NOT NULL AND {value} IS NOT NULL
    ORDER BY r.record_id DESC LIMIT %(limit)s"""
# Index: credit_counted.
_CREDITED: LiteralString = """
    SELECT count(*) FROM (SELECT record_id FROM credit WHERE org_id = %(org_id)s AND metric_id = %(metric)s
        GROUP BY record_id, person_id, day HAVING sum(value) <> 0) each"""
_CUSTOM: LiteralString = """
    SELECT key, mode() WITHIN GROUP (ORDER BY jsonb_typeof(value)) FROM (
        SELECT custom FROM {table} WHERE org_id = %(org_id)s ORDER BY record_id DESC LIMIT %(looked)s) last
    CROSS JOIN LATERAL jsonb_each(last.custom) GROUP BY key ORDER BY key LIMIT %(limit)s"""


def trial(scope: Scope, definition: Definition, rules: Rules) -> Trial:
    """What the metric would count of the records as they are stored."""
    asked, counted, value = _run(scope, _COUNT, definition, rules)[0]
    return Trial(asked, counted, value, [Example(*row) for row in _run(scope, _EXAMPLES, definition, rules)])


def credited(scope: Scope, metric_id: int) -> int:
    """How many credits of records the metric has in the ledger."""
    row = scope.run(_CREDITED, {"org_id": scope.org_id, "metric": metric_id}).fetchone()
    return int(row[0]) if row else 0


def custom_names(scope: Scope, module: Module) -> dict[str, str]:
    """The custom fields of the records that came last, each with the kind of JSON that it mostly holds."""
    query = sql.SQL(_CUSTOM).format(table=TABLES[module].identifier)
    return dict(iter(scope.run(query, {"org_id": scope.org_id, "looked": LOOKED_AT_MAX, "limit": NAMES_MAX})))


def _run(scope: Scope, template: LiteralString, definition: Definition, rules: Rules) -> list[Any]:
    parameters = Parameters()
    made = parts(definition, rules, parameters)
    query = sql.SQL(template).format(
        person=person(rules),
        day=made.day,
        value=made.value,
        table=TABLES[definition.module].identifier,
        condition=made.condition,
        leaves=made.leaves,
    )
    return scope.run(query, {**parameters.values, "org_id": scope.org_id, "limit": EXAMPLES_MAX}).fetchall()
