"""What stands behind assignees in a window: one query for a whole tree, over the totals and the dated stays.

A flow is summed over the window, in the unit a person was in on the credit's day. A level is what stands at the end of
the window, with the people who are in the unit on that day: open deals move with their owner. With `known_at` the same
figures come from the ledger and the stays as they were posted then.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import LiteralString, NamedTuple

from psycopg import sql

from paceline.domain.calendar import Window
from paceline.facts.rollup import unit_number, unit_of
from paceline.facts.scope import Scope

# Up to here each person's days are looked up one by one, which beats reading everybody's.
PEOPLE_LOOKED_UP_MAX = 20
# Beyond this it is cheaper to answer for everybody than to ask for some.
ASKED_MAX = 200


class Assignee(NamedTuple):
    """Whose value is asked for: kind organization (id 0), department, team or person."""

    kind: str
    id: int


Sums = dict[tuple[int, Assignee], int]

_NOW: LiteralString = "daily_total t WHERE t.org_id = %(org_id)s AND t.metric_id = %(metric)s"
_THEN: LiteralString = (
    "credit t WHERE t.org_id = %(org_id)s AND t.metric_id = %(metric)s AND t.posted_at <= %(known_at)s"
)
_KNOWN_NOW: LiteralString = "r.org_id = %(org_id)s AND r.known_to = 'infinity'"
_KNOWN_THEN: LiteralString = "r.org_id = %(org_id)s AND r.known_from <= %(known_at)s AND r.known_to > %(known_at)s"
_ASKED_UNITS: LiteralString = "r.units && %(units)s::bigint[]"
_ASKED_PEOPLE: LiteralString = "person_id = ANY(%(people)s::bigint[])"

# Sums by place, and the places' by unit: few places hold many people, so each person is added once.
_UNITS: LiteralString = """
    SELECT 'unit', u.number, sum(s.value)::bigint FROM ({places}) s CROSS JOIN LATERAL unnest(s.units) u (number)
    GROUP BY u.number"""

# Index: daily_total's primary key alone (credit_counted with known_at), the window read once; the organization's stays
# from rollup_standing, or by rollup's primary key with known_at. Whoever was in a unit for a part of the window
# ({movers}) has their days laid against the stays one by one.
_FLOW: LiteralString = """
    WITH person_sum AS MATERIALIZED (
        SELECT t.person_id, sum(t.value)::bigint AS value FROM {entries} AND t.day >= %(start)s AND t.day < %(end)s
        GROUP BY t.person_id),
    mover_day AS MATERIALIZED (
        SELECT t.person_id, t.day, t.value FROM {entries} AND t.day >= %(start)s AND t.day < %(end)s
        AND t.person_id = ANY(%(movers)s::bigint[]) AND cardinality(%(movers)s::bigint[]) > 0)
    SELECT 'person', person_id, value FROM person_sum WHERE {people}
    UNION ALL {units}
    UNION ALL SELECT 'organization', 0, sum(value)::bigint FROM person_sum HAVING count(*) > 0"""

_FLOW_PLACES: LiteralString = """
    SELECT r.units, sum(p.value) AS value FROM person_sum p JOIN rollup r ON r.person_id = p.person_id
    WHERE {known} AND {among} AND r.from_day <= %(start)s AND r.to_day >= %(end)s
    GROUP BY r.units
    UNION ALL
    SELECT r.units, sum(m.value) AS value FROM mover_day m JOIN rollup r ON r.person_id = m.person_id
    WHERE {known} AND {among} AND m.day >= r.from_day AND m.day < r.to_day
      AND NOT (r.from_day <= %(start)s AND r.to_day >= %(end)s)
    GROUP BY r.units"""

# Index: level_total's primary key, and daily_total's for what came after the day.
_LEVEL: LiteralString = """
    WITH person_sum AS MATERIALIZED (
        SELECT person_id, sum(value)::bigint AS value FROM ({standing}) each GROUP BY person_id)
    SELECT 'person', person_id, value FROM person_sum WHERE {people}
    UNION ALL {units}
    UNION ALL SELECT 'organization', 0, sum(value)::bigint FROM person_sum HAVING count(*) > 0"""

_LEVEL_PLACES: LiteralString = """
    SELECT r.units, sum(p.value) AS value FROM person_sum p JOIN rollup r ON r.person_id = p.person_id
    WHERE {known} AND {among} AND r.from_day < %(end)s AND r.to_day >= %(end)s
    GROUP BY r.units"""

_STANDING_NOW: LiteralString = """
    SELECT t.person_id, t.value FROM level_total t WHERE t.org_id = %(org_id)s AND t.metric_id = %(metric)s
    UNION ALL SELECT t.person_id, -t.value FROM {entries} AND t.day >= %(end)s"""
_STANDING_THEN: LiteralString = "SELECT t.person_id, t.value FROM {entries} AND t.day < %(end)s"

# Index: daily_total's primary key, once for each day and person.
_FLOW_OF_FEW: LiteralString = """
    SELECT 'person', p.person_id, sum(t.value)::bigint
    FROM generate_series(0, %(end)s::date - %(start)s::date - 1) d (number)
    CROSS JOIN unnest(%(people)s::bigint[]) p (person_id)
    CROSS JOIN LATERAL (SELECT t.value FROM {entries} AND t.day = %(start)s::date + d.number
        AND t.person_id = p.person_id OFFSET 0) t
    GROUP BY p.person_id"""

# Index: rollup_from and rollup_to.
_MOVERS: LiteralString = """
    SELECT r.person_id FROM rollup r WHERE r.org_id = %(org_id)s AND r.from_day > %(start)s AND r.from_day < %(end)s
    UNION
    SELECT r.person_id FROM rollup r WHERE r.org_id = %(org_id)s AND r.to_day > %(start)s AND r.to_day < %(end)s"""


@lru_cache(maxsize=32)
def _query(template: LiteralString, places: LiteralString, *, then: bool, few_units: bool, few_people: bool) -> bytes:
    entries = sql.SQL(_THEN if then else _NOW)
    known, among = sql.SQL(_KNOWN_THEN if then else _KNOWN_NOW), sql.SQL(_ASKED_UNITS if few_units else "true")
    return (
        sql.SQL(template)
        .format(
            entries=entries,
            standing=sql.SQL(_STANDING_THEN if then else _STANDING_NOW).format(entries=entries),
            units=sql.SQL(_UNITS).format(places=sql.SQL(places).format(known=known, among=among)),
            people=sql.SQL(_ASKED_PEOPLE if few_people else "true"),
        )
        .as_bytes()
    )


class Asked:
    """Assignees by kind, and whether they are few."""

    def __init__(self, assignees: Collection[Assignee]) -> None:
        self.people = [each.id for each in assignees if each.kind == "person"]
        self.units = [unit_number(each.kind, each.id) for each in assignees if each.kind in {"department", "team"}]
        self.is_few_people_only = len(self.people) == len(assignees) <= PEOPLE_LOOKED_UP_MAX
        self.is_nobody = not assignees

    def query(self, template: LiteralString, places: LiteralString, *, then: bool) -> bytes:
        """The query for as many as are asked for."""
        few_units, few_people = len(self.units) <= ASKED_MAX, len(self.people) <= ASKED_MAX
        return _query(template, places, then=then, few_units=few_units, few_people=few_people)

    def values(self, scope: Scope, metric_id: int, window: Window, known_at: datetime | None) -> dict[str, object]:
        """What the query needs."""
        return {
            "org_id": scope.org_id,
            "metric": metric_id,
            "known_at": known_at,
            "start": window.start,
            "end": window.end,
            "people": self.people,
            "units": self.units,
        }


def flow(
    scope: Scope,
    metric_id: int,
    windows: Sequence[Window],
    asked: Asked,
    known_at: datetime | None = None,
) -> Sums:
    """The sum of a flow metric over each window (by its place) for each asked for, and maybe for others.

    Whoever has nothing is left out.
    """
    found: Sums = {}
    template = _FLOW_OF_FEW if asked.is_few_people_only else _FLOW
    query = asked.query(template, _FLOW_PLACES, then=known_at is not None)
    for place, window in enumerate(() if asked.is_nobody else windows):
        values = asked.values(scope, metric_id, window, known_at)
        if template is _FLOW:
            values["movers"] = [person_id for (person_id,) in scope.run(_MOVERS, values)]
        _read(scope, query, values, place, found)
    return found


def level(
    scope: Scope,
    metric_id: int,
    windows: Sequence[Window],
    asked: Asked,
    known_at: datetime | None = None,
) -> Sums:
    """What stands of a level metric at the end of each window (by its place) for each asked for, maybe for others."""
    found: Sums = {}
    query = asked.query(_LEVEL, _LEVEL_PLACES, then=known_at is not None)
    for place, window in enumerate(() if asked.is_nobody else windows):
        _read(scope, query, asked.values(scope, metric_id, window, known_at), place, found)
    return found


def _read(scope: Scope, query: bytes, values: dict[str, object], place: int, found: Sums) -> None:
    for kind, number, value in scope.run(query, values).fetchall():
        assignee = Assignee(*unit_of(number)) if kind == "unit" else Assignee(kind, number)
        found[place, assignee] = value
