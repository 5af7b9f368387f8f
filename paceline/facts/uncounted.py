"""The records that a metric would count but cannot, each with the reason: nothing is dropped in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.facts.compile import Parts, parts, person
from paceline.facts.predicate import Parameters
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES

PAGE_ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A record that is held out, and why: no_owner, no_day, no_value or no_rate."""

    record_id: int
    source: str
    external_id: str
    name: str | None
    owner: str | None
    reason: str


# It reads the module's records of the organization once; a page of it stops early.
_LIST: LiteralString = """
    SELECT r.record_id, r.source, r.external_id, r.name, r.owner, {reason} FROM {table} r
    WHERE r.org_id = %(org_id)s AND r.record_id > %(after)s AND NOT r.deleted AND {condition} AND {reason} IS NOT NULL
    ORDER BY r.record_id LIMIT %(limit)s"""
_COUNT: LiteralString = """
    SELECT reason, count(*) FROM (SELECT {reason} AS reason FROM {table} r
    WHERE r.org_id = %(org_id)s AND NOT r.deleted AND {condition}) each WHERE reason IS NOT NULL GROUP BY reason"""


def listed(
    scope: Scope, definition: Definition, rules: Rules, after: int = 0, limit: int = PAGE_ROWS_MAX
) -> Sequence[Uncounted]:
    """A page of the records that the metric holds out, by record id."""
    query, values = _compose(_LIST, definition, rules)
    given = {"org_id": scope.org_id, "after": after, "limit": min(limit, PAGE_ROWS_MAX)}
    return [Uncounted(*row) for row in scope.run(query, {**values, **given})]


def counted(scope: Scope, definition: Definition, rules: Rules) -> dict[str, int]:
    """How many records the metric holds out, by reason."""
    query, values = _compose(_COUNT, definition, rules)
    return dict(iter(scope.run(query, {**values, "org_id": scope.org_id})))


def _compose(template: LiteralString, definition: Definition, rules: Rules) -> tuple[sql.Composed, dict[str, object]]:
    parameters = Parameters()
    made = parts(definition, rules, parameters)
    query = sql.SQL(template).format(
        reason=_reason(definition, made, person(rules)),
        table=TABLES[definition.module].identifier,
        condition=made.condition,
    )
    return query, parameters.values


def _reason(definition: Definition, made: Parts, credited: sql.Composable) -> sql.Composed:
    no_day = sql.SQL("{} IS NULL").format(made.day)
    if definition.kind == Kind.LEVEL:
        no_day = sql.SQL("({} OR ({} AND {} IS NULL))").format(no_day, made.leaves, made.leaves_day)
    no_rate = sql.SQL("{} IS NULL").format(made.value) if definition.unit == Unit.MONEY else sql.SQL("false")
    return sql.SQL(
        """(CASE WHEN {credited} IS NULL THEN 'no_owner' WHEN {no_day} THEN 'no_day'
        WHEN {raw} IS NULL THEN 'no_value' WHEN {no_rate} THEN 'no_rate' END)"""
    ).format(credited=credited, no_day=no_day, raw=made.raw_value, no_rate=no_rate)
