"""The breakdown twins of the sums: the records behind a figure, and the figure day by day."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import LiteralString

from psycopg import sql

from paceline.domain.calendar import DAY_ALWAYS, Window
from paceline.domain.kinds import Kind
from paceline.domain.record import Module
from paceline.facts.rollup import unit_number
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.facts.tables import TABLES

# A page of records; the next page starts after the last record id of this one.
PAGE_ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Counted:
    """One record's part in a figure, in the metric's unit; `day` is the last day it counts for."""

    record_id: int
    source: str
    external_id: str
    name: str | None
    person_id: int
    day: date
    value: int


# The credits of a metric that count for an assignee: for a flow those of the window's days, each person's while in
# the unit; for a level all up to the window's end, of the people in the unit then. Index: credit_counted.
_ENTRIES: LiteralString = """
    credit c WHERE c.org_id = %(org_id)s AND c.metric_id = %(metric)s
    AND c.day >= %(start)s AND c.day < %(end)s AND c.posted_at <= %(known_at)s AND {belongs}"""

_BELONGS: dict[str, LiteralString] = {
    "organization": "true",
    "person": "c.person_id = %(assignee)s",
    "flow": """EXISTS (SELECT FROM rollup r WHERE r.org_id = c.org_id AND r.person_id = c.person_id
        AND r.units @> %(unit)s::bigint[] AND r.from_day <= c.day AND r.to_day > c.day
        AND r.known_from <= %(known_at)s AND r.known_to > %(known_at)s)""",
    "level": """EXISTS (SELECT FROM rollup r WHERE r.org_id = c.org_id AND r.person_id = c.person_id
        AND r.units @> %(unit)s::bigint[] AND r.from_day < %(end)s AND r.to_day >= %(end)s
        AND r.known_from <= %(known_at)s AND r.known_to > %(known_at)s)""",
}

# Whoever was in the unit on any day: whose balances a level's series needs.
_EVER: LiteralString = """EXISTS (SELECT FROM rollup r WHERE r.org_id = c.org_id AND r.person_id = c.person_id
    AND r.units @> %(unit)s::bigint[]
    AND r.known_from <= %(known_at)s AND r.known_to > %(known_at)s)"""

_BALANCES: LiteralString = """
    SELECT c.person_id, CASE WHEN c.day >= %(first)s THEN c.day END, sum(c.value)::bigint FROM {entries}
    GROUP BY 1, 2"""

_RECORDS: LiteralString = """
    SELECT b.record_id, r.source, r.external_id, r.name, b.person_id, b.day, b.value FROM (
        SELECT e.record_id, e.person_id, max(e.day) AS day, sum(e.value)::bigint AS value FROM (
            SELECT c.record_id, c.person_id, c.day, sum(c.value) AS value FROM {entries}
            AND (c.record_id, c.person_id) > (%(after_record)s, %(after_person)s)
            GROUP BY c.record_id, c.person_id, c.day HAVING sum(c.value) <> 0) e
        GROUP BY e.record_id, e.person_id HAVING sum(e.value) <> 0
        ORDER BY e.record_id, e.person_id LIMIT %(limit)s) b
    JOIN {table} r ON r.org_id = %(org_id)s AND r.record_id = b.record_id
    ORDER BY b.record_id, b.person_id"""

_DAYS: LiteralString = "SELECT c.day, sum(c.value)::bigint FROM {entries} GROUP BY c.day ORDER BY c.day"


@dataclass(frozen=True, slots=True)
class Figure:
    """Which figure: a metric, an assignee, a window already cut at `as_of`, and the stamp it is known at."""

    metric_id: int
    module: Module
    kind: Kind
    assignee: Assignee
    window: Window
    known_at: datetime

    def belongs(self) -> LiteralString:
        """How a credit belongs to the assignee."""
        return _BELONGS.get(self.assignee.kind) or _BELONGS[self.kind.value]

    def values(self, scope: Scope, start: date) -> dict[str, object]:
        """What the statements need, reading from `start`."""
        return {
            "org_id": scope.org_id,
            "metric": self.metric_id,
            "assignee": self.assignee.id,
            "unit": [unit_number(*self.assignee)],
            "start": start,
            "end": self.window.end,
            "known_at": self.known_at,
        }


@lru_cache(maxsize=64)
def _query(template: LiteralString, belongs: LiteralString, module: Module) -> bytes:
    entries = sql.SQL(_ENTRIES).format(belongs=sql.SQL(belongs))
    return sql.SQL(template).format(entries=entries, table=TABLES[module].identifier).as_bytes()


def records(scope: Scope, figure: Figure, after: tuple[int, int] = (0, 0), limit: int = PAGE_ROWS_MAX) -> list[Counted]:
    """A page of the records behind the figure, after that record and person; over all pages they add up to it."""
    start = DAY_ALWAYS if figure.kind == Kind.LEVEL else figure.window.start
    query = _query(_RECORDS, figure.belongs(), figure.module)
    values = {
        **figure.values(scope, start),
        "after_record": after[0],
        "after_person": after[1],
        "limit": min(limit, PAGE_ROWS_MAX),
    }
    return [Counted(*row) for row in scope.run(query, values)]


def days(scope: Scope, figure: Figure) -> dict[date, int]:
    """What a flow gained on each day of the window; days without are left out."""
    query = _query(_DAYS, figure.belongs(), figure.module)
    return dict(iter(scope.run(query, figure.values(scope, figure.window.start))))


# Index: daily_total's primary key alone.
_DAYS_OF_EVERYBODY: LiteralString = """
    SELECT day, sum(value)::bigint FROM daily_total
    WHERE org_id = %(org_id)s AND metric_id = %(metric)s AND day >= %(start)s AND day < %(end)s GROUP BY day"""


def days_of_everybody(scope: Scope, metric_id: int, window: Window) -> dict[date, int]:
    """What a flow gained on each day of the window in the whole organization, as all stands now."""
    values = {"org_id": scope.org_id, "metric": metric_id, "start": window.start, "end": window.end}
    return dict(iter(scope.run(_DAYS_OF_EVERYBODY, values)))


# Index: daily_total's primary key, once for each metric and day.
_DAYS_OF_PERSON: LiteralString = """
    SELECT m.id, t.day, t.value FROM unnest(%(metrics)s::integer[]) m (id)
    CROSS JOIN generate_series(0, %(end)s::date - %(start)s::date - 1) d (number)
    CROSS JOIN LATERAL (SELECT t.day, t.value FROM daily_total t WHERE t.org_id = %(org_id)s AND t.metric_id = m.id
        AND t.day = %(start)s::date + d.number AND t.person_id = %(person)s OFFSET 0) t"""
# Index: level_total's primary key, and daily_total's for what came after the day.
_STANDING_OF_PERSON: LiteralString = """
    SELECT metric_id, sum(value)::bigint FROM (
        SELECT metric_id, value FROM level_total
        WHERE org_id = %(org_id)s AND metric_id = ANY(%(metrics)s::integer[]) AND person_id = %(person)s
        UNION ALL SELECT metric_id, -value FROM daily_total
        WHERE org_id = %(org_id)s AND metric_id = ANY(%(metrics)s::integer[]) AND day > %(day)s
        AND person_id = %(person)s) each
    GROUP BY metric_id"""


def days_of_person(
    scope: Scope, metric_ids: Collection[int], person_id: int, window: Window
) -> dict[int, dict[date, int]]:
    """What one person gained of each of these flows on each day of the window, as all stands now, in one query."""
    values = {"org_id": scope.org_id, "metrics": list(metric_ids), "person": person_id}
    found: dict[int, dict[date, int]] = {each: {} for each in metric_ids}
    for metric_id, day, value in scope.run(_DAYS_OF_PERSON, {**values, "start": window.start, "end": window.end}):
        found[metric_id][day] = value
    return found


def standing_of_person(scope: Scope, metric_ids: Collection[int], person_id: int, day: date) -> dict[int, int]:
    """What stands of these levels with one person at the end of a day, in one query."""
    values = {"org_id": scope.org_id, "metrics": list(metric_ids), "person": person_id, "day": day}
    return dict(iter(scope.run(_STANDING_OF_PERSON, values)))


@dataclass(frozen=True, slots=True)
class Newest:
    """What one record came to on a day for one person, and when that was posted last."""

    record_id: int
    external_id: str
    name: str | None
    person_id: int
    value: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class OfDay:
    """The newest records of a day; `count` and `total` are of all."""

    records: list[Newest]
    count: int
    total: int


# Index: credit_counted.
_OF_DAY: LiteralString = """
    SELECT b.record_id, r.external_id, r.name, b.person_id, b.value, b.posted_at, b.count, b.total FROM (
        SELECT c.record_id, c.person_id, sum(c.value)::bigint AS value, max(c.posted_at) AS posted_at,
            count(*) OVER () AS count, (sum(sum(c.value)) OVER ())::bigint AS total
        FROM credit c WHERE c.org_id = %(org_id)s AND c.metric_id = %(metric)s AND c.day = %(day)s
        AND c.person_id = ANY(%(people)s::bigint[])
        GROUP BY c.record_id, c.person_id HAVING sum(c.value) <> 0
        ORDER BY max(c.posted_at) DESC, c.record_id DESC, c.person_id LIMIT %(limit)s) b
    JOIN {table} r ON r.org_id = %(org_id)s AND r.record_id = b.record_id
    ORDER BY b.posted_at DESC, b.record_id DESC, b.person_id"""


def newest(scope: Scope, metric_id: int, module: Module, people: Collection[int], day: date, limit: int) -> OfDay:
    """The records that count for some people on one day, as all stands now, the last posted first."""
    query = sql.SQL(_OF_DAY).format(table=TABLES[module].identifier)
    values = {"org_id": scope.org_id, "metric": metric_id, "day": day, "people": list(people), "limit": limit}
    rows = scope.run(query, values).fetchall()
    count, total = rows[0][6:] if rows else (0, 0)
    return OfDay([Newest(*row[:6]) for row in rows], count, total)


Changes = dict[date, list[tuple[int, int]]]


def balances(scope: Scope, figure: Figure) -> tuple[dict[int, int], Changes]:
    """What of a level stood with each person before the window, and each day's changes as (person, value)."""
    belongs = _BELONGS.get(figure.assignee.kind, _EVER)
    query = _query(_BALANCES, belongs, figure.module)
    values = {**figure.values(scope, DAY_ALWAYS), "first": figure.window.start}
    opening: dict[int, int] = {}
    changes: Changes = defaultdict(list)
    for person_id, day, value in scope.run(query, values):
        if day is None:
            opening[person_id] = value
        else:
            changes[day].append((person_id, value))
    return opening, changes
