"""What stands behind assignees in windows: one query for a whole tree, over the totals and the dated stays.

A flow is summed over the window, in the unit a person was in on the credit's day. A level is what stands at the end of
the window, with the people who are in the unit on that day: open deals move with their owner. With `known_at` the same
figures come from the ledger and the stays as they were posted then.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import LiteralString, NamedTuple

from psycopg import sql

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope

# Up to here each person's days are looked up one by one, which beats reading everybody's.
PEOPLE_LOOKED_UP_MAX = 20


class Assignee(NamedTuple):
    """Whose value is asked for: kind organization (id 0), department, team or person."""

    kind: str
    id: int


Sums = dict[tuple[int, Assignee], int]

_NOW: LiteralString = "{table} t WHERE t.org_id = %(org_id)s AND t.metric_id = %(metric)s"
_THEN: LiteralString = (
    "credit t WHERE t.org_id = %(org_id)s AND t.metric_id = %(metric)s AND t.posted_at <= %(known_at)s"
)
_KNOWN_NOW = sql.SQL("r.known_to = 'infinity'")
_KNOWN_THEN = sql.SQL("r.known_from <= %(known_at)s AND r.known_to > %(known_at)s")

_SPANS: LiteralString = (
    """unnest(%(starts)s::date[], %(ends)s::date[]) WITH ORDINALITY AS s (from_day, to_day, place)"""
)
_ASKED: LiteralString = """((r.unit_kind = 'department' AND r.unit_id = ANY(%(departments)s::bigint[]))
        OR (r.unit_kind = 'team' AND r.unit_id = ANY(%(teams)s::bigint[])))"""

# Index: daily_total's primary key alone (credit_counted with known_at), each window read once; rollup's primary key.
# Whoever was in a unit for part of a window ({movers}) has their days laid against the stays one by one.
_FLOW: LiteralString = """
    WITH s AS (SELECT * FROM {spans}),
    person_sum AS MATERIALIZED (
        SELECT s.place, t.person_id, sum(t.value) AS value FROM s
        CROSS JOIN LATERAL (SELECT t.person_id, t.value FROM {entries} AND t.day >= s.from_day AND t.day < s.to_day) t
        GROUP BY s.place, t.person_id),
    mover_day AS (
        SELECT s.place, t.person_id, t.day, t.value FROM s
        CROSS JOIN LATERAL (SELECT t.person_id, t.day, t.value FROM {entries}
            AND t.day >= s.from_day AND t.day < s.to_day AND t.person_id = ANY(%(movers)s::bigint[]) OFFSET 0) t
        WHERE cardinality(%(movers)s::bigint[]) > 0),
    unit_sum AS (
        SELECT p.place, r.unit_kind, r.unit_id, p.value
        FROM person_sum p JOIN s ON s.place = p.place JOIN rollup r ON r.person_id = p.person_id
        WHERE r.org_id = %(org_id)s AND {known} AND {asked} AND r.from_day <= s.from_day AND r.to_day >= s.to_day
        UNION ALL
        SELECT m.place, r.unit_kind, r.unit_id, m.value
        FROM mover_day m JOIN s ON s.place = m.place JOIN rollup r ON r.person_id = m.person_id
        WHERE r.org_id = %(org_id)s AND {known} AND {asked} AND m.day >= r.from_day AND m.day < r.to_day
          AND NOT (r.from_day <= s.from_day AND r.to_day >= s.to_day))
    SELECT place::integer, 'person', person_id, value::bigint FROM person_sum WHERE {wanted}
    UNION ALL SELECT place::integer, unit_kind, unit_id, sum(value)::bigint FROM unit_sum GROUP BY 1, 2, 3
    UNION ALL SELECT place::integer, 'organization', 0, sum(value)::bigint FROM person_sum GROUP BY 1"""

# Index: level_total's primary key, and daily_total's for what came after the day.
_LEVEL: LiteralString = """
    WITH s AS (SELECT * FROM {spans}),
    person_sum AS MATERIALIZED (
        SELECT place, person_id, sum(value) AS value FROM ({standing}) each GROUP BY place, person_id)
    SELECT place::integer, 'person', person_id, value::bigint FROM person_sum WHERE {wanted}
    UNION ALL
    SELECT p.place::integer, r.unit_kind, r.unit_id, sum(p.value)::bigint
    FROM person_sum p JOIN s ON s.place = p.place JOIN rollup r ON r.person_id = p.person_id
    WHERE r.org_id = %(org_id)s AND {known} AND {asked} AND r.from_day < s.to_day AND r.to_day >= s.to_day
    GROUP BY 1, 2, 3
    UNION ALL SELECT place::integer, 'organization', 0, sum(value)::bigint FROM person_sum GROUP BY 1"""

_STANDING_NOW: LiteralString = """
    SELECT s.place, t.person_id, t.value FROM s CROSS JOIN LATERAL (SELECT t.person_id, t.value FROM {all}) t
    UNION ALL
    SELECT s.place, t.person_id, -t.value FROM s
    CROSS JOIN LATERAL (SELECT t.person_id, t.value FROM {entries} AND t.day >= s.to_day) t"""
_STANDING_THEN: LiteralString = """
    SELECT s.place, t.person_id, t.value FROM s
    CROSS JOIN LATERAL (SELECT t.person_id, t.value FROM {entries} AND t.day < s.to_day) t"""

# Index: daily_total's primary key, once for each day and person.
_FLOW_OF_FEW: LiteralString = """
    SELECT s.place::integer, 'person', p.person_id, sum(t.value)::bigint
    FROM {spans} CROSS JOIN LATERAL generate_series(s.from_day, s.to_day - 1, interval '1 day') d (day)
    CROSS JOIN unnest(%(people)s::bigint[]) p (person_id)
    CROSS JOIN LATERAL (SELECT t.value FROM {entries} AND t.day = d.day::date AND t.person_id = p.person_id OFFSET 0) t
    GROUP BY 1, 3"""

# Index: rollup_from and rollup_to.
_MOVERS: LiteralString = """
    SELECT DISTINCT r.person_id FROM {spans} JOIN rollup r
    ON r.org_id = %(org_id)s AND r.from_day > s.from_day AND r.from_day < s.to_day
    UNION SELECT DISTINCT r.person_id FROM {spans} JOIN rollup r
    ON r.org_id = %(org_id)s AND r.to_day > s.from_day AND r.to_day < s.to_day"""


@lru_cache(maxsize=32)
def _query(template: LiteralString, *, then: bool, some: bool) -> bytes:
    entries = sql.SQL(_THEN) if then else sql.SQL(_NOW).format(table=sql.Identifier("daily_total"))
    every = sql.SQL(_NOW).format(table=sql.Identifier("level_total"))
    return (
        sql.SQL(template)
        .format(
            spans=sql.SQL(_SPANS),
            entries=entries,
            standing=sql.SQL(_STANDING_THEN if then else _STANDING_NOW).format(entries=entries, all=every),
            known=_KNOWN_THEN if then else _KNOWN_NOW,
            asked=sql.SQL(_ASKED),
            wanted=sql.SQL("person_id = ANY(%(people)s::bigint[])" if some else "true"),
        )
        .as_bytes()
    )


def flow(
    scope: Scope,
    metric_id: int,
    windows: Sequence[Window],
    assignees: Sequence[Assignee],
    known_at: datetime | None = None,
) -> Sums:
    """The sum of a flow metric over each window for each assignee; one that has nothing is left out."""
    if not windows or not assignees:
        return {}
    people = [each.id for each in assignees if each.kind == "person"]
    values = _values(scope, metric_id, windows, assignees, known_at)
    if len(people) == len(assignees) <= PEOPLE_LOOKED_UP_MAX:
        query = _query(_FLOW_OF_FEW, then=known_at is not None, some=True)
        return _read(scope, query, values)
    movers = scope.run(_query(_MOVERS, then=False, some=False), values)
    values["movers"] = [person_id for (person_id,) in movers]
    return _read(scope, _query(_FLOW, then=known_at is not None, some=True), values)


def level(
    scope: Scope,
    metric_id: int,
    windows: Sequence[Window],
    assignees: Sequence[Assignee],
    known_at: datetime | None = None,
) -> Sums:
    """What stands of a level metric at the end of each window for each assignee; nothing is left out."""
    if not windows or not assignees:
        return {}
    values = _values(scope, metric_id, windows, assignees, known_at)
    return _read(scope, _query(_LEVEL, then=known_at is not None, some=True), values)


def _values(
    scope: Scope,
    metric_id: int,
    windows: Sequence[Window],
    assignees: Sequence[Assignee],
    known_at: datetime | None,
) -> dict[str, object]:
    return {
        "org_id": scope.org_id,
        "metric": metric_id,
        "known_at": known_at,
        "starts": [window.start for window in windows],
        "ends": [window.end for window in windows],
        "people": [each.id for each in assignees if each.kind == "person"],
        "departments": [each.id for each in assignees if each.kind == "department"],
        "teams": [each.id for each in assignees if each.kind == "team"],
    }


def _read(scope: Scope, query: bytes, values: dict[str, object]) -> Sums:
    rows = scope.run(query, values)
    return {(place - 1, Assignee(kind, number)): value for place, kind, number, value in rows}
