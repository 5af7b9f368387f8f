"""What a leaderboard ranks by: each person's value and when it was reached, and who is in a unit on a day."""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import LiteralString, NamedTuple

from psycopg import sql

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind
from paceline.facts import sums
from paceline.facts.rollup import unit_number, unit_of
from paceline.facts.scope import Scope
from paceline.facts.sums import ASKED_MAX, Asked, Assignee


class Reached(NamedTuple):
    """A value, and the last day of the window on which it came to be that; None where it stood before the window."""

    value: int
    day: date | None


_METRIC: LiteralString = "t.org_id = %(org_id)s AND t.metric_id = %(metric)s"
_KNOWN_NOW: LiteralString = "r.org_id = %(org_id)s AND r.known_to = 'infinity'"
_KNOWN_THEN: LiteralString = "r.org_id = %(org_id)s AND r.known_from <= %(known_at)s AND r.known_to > %(known_at)s"

# Each person's total of each day: as it is kept, or added up from the credits that were posted by then.
_DAYS_NOW: LiteralString = "SELECT t.person_id, t.day, t.value FROM daily_total t WHERE {metric}"
_DAYS_THEN: LiteralString = """
    SELECT t.person_id, t.day, sum(t.value) AS value FROM credit t WHERE {metric}
    AND t.posted_at <= %(known_at)s AND t.day < %(end)s AND t.day >= %(start)s GROUP BY t.person_id, t.day"""

# Index: daily_total's primary key alone, the window read once; credit_counted with known_at.
_FLOW: LiteralString = """
    SELECT d.person_id, sum(d.value)::bigint, max(d.day) FILTER (WHERE d.value <> 0) FROM ({days}) d
    WHERE d.day >= %(start)s AND d.day < %(end)s GROUP BY d.person_id"""

# What stands is all there is less what came after. Index: level_total's primary key, and daily_total's alone.
_LEVEL_NOW: LiteralString = """
    SELECT s.person_id, sum(s.value)::bigint, max(s.day) FROM (
        SELECT t.person_id, t.value, NULL::date AS day FROM level_total t WHERE {metric}
        UNION ALL
        SELECT d.person_id, CASE WHEN d.day >= %(end)s THEN -d.value ELSE 0 END,
            CASE WHEN d.day < %(end)s AND d.value <> 0 THEN d.day END
        FROM ({days}) d WHERE d.day >= %(start)s) s
    GROUP BY s.person_id"""
# Index: credit_counted.
_LEVEL_THEN: LiteralString = """
    SELECT d.person_id, sum(d.value)::bigint, max(d.day) FILTER (WHERE d.value <> 0 AND d.day >= %(first)s)
    FROM ({days}) d GROUP BY d.person_id"""

# Index: daily_total's primary key alone, and rollup_standing; with known_at credit_counted, and rollup's primary key.
# The stays are taken apart before their days are laid against them: there are fewer stays than days.
_TEAM_DAYS: LiteralString = """
    WITH stay AS MATERIALIZED (
        SELECT r.person_id, r.from_day, r.to_day, u.number FROM rollup r CROSS JOIN LATERAL unnest(r.units) u (number)
        WHERE {known} AND {among} AND u.number < 0)
    SELECT s.number, sum(s.value)::bigint, max(s.day) FILTER (WHERE s.value <> 0) FROM (
        SELECT r.number, d.day, sum(d.value) AS value FROM ({days}) d
        JOIN stay r ON r.person_id = d.person_id AND {within}
        WHERE d.day >= %(start)s AND d.day < %(end)s
        GROUP BY r.number, d.day) s
    GROUP BY s.number"""
_ASKED: LiteralString = "r.units && %(units)s::bigint[]"
# Where a flow's days count, and a level's: with whoever was there on the day, with whoever is there at the end.
_WITHIN: dict[Kind, LiteralString] = {
    Kind.FLOW: "r.from_day <= d.day AND r.to_day > d.day",
    Kind.LEVEL: "r.from_day < %(end)s AND r.to_day >= %(end)s",
}

# Index: rollup_standing; rollup's primary key with known_at.
_PEOPLE_OF_UNIT: LiteralString = """
    SELECT r.person_id FROM rollup r
    WHERE {known} AND r.from_day <= %(day)s AND r.to_day > %(day)s AND r.units @> %(units)s::bigint[]"""
_UNITS_WITH_PEOPLE: LiteralString = """
    SELECT DISTINCT r.units FROM rollup r WHERE {known} AND r.from_day <= %(day)s AND r.to_day > %(day)s"""


@lru_cache(maxsize=32)
def _query(template: LiteralString, kind: Kind, *, then: bool, few_units: bool = False) -> bytes:
    metric = sql.SQL(_METRIC)
    return (
        sql.SQL(template)
        .format(
            metric=metric,
            days=sql.SQL(_DAYS_THEN if then else _DAYS_NOW).format(metric=metric),
            within=sql.SQL(_WITHIN[kind]),
            known=sql.SQL(_KNOWN_THEN if then else _KNOWN_NOW),
            among=sql.SQL(_ASKED if few_units else "true"),
        )
        .as_bytes()
    )


def of_people(
    scope: Scope, metric_id: int, kind: Kind, window: Window, known_at: datetime | None = None
) -> dict[int, Reached]:
    """What everybody comes to in the window, or what stands with them at its end, and since when.

    Whoever has nothing is left out.
    """
    then = known_at is not None
    template = _FLOW if kind == Kind.FLOW else _LEVEL_THEN if then else _LEVEL_NOW
    values = _values(scope, metric_id, window, known_at)
    if template is _LEVEL_THEN:
        values |= {"start": date.min, "first": window.start}
    rows = scope.run(_query(template, kind, then=then), values)
    return {person_id: Reached(value, day) for person_id, value, day in rows}


def of_teams(
    scope: Scope,
    metric_id: int,
    kind: Kind,
    window: Window,
    team_ids: Collection[int],
    known_at: datetime | None = None,
) -> dict[int, Reached]:
    """What these teams come to in the window, or what stands with them at its end, and since when.

    A flow is that of whoever was in the team on the day, a level that of the people who are in it at the end. Teams
    without anything are left out.
    """
    values = _values(scope, metric_id, window, known_at)
    values["units"] = [unit_number("team", number) for number in team_ids]
    query = _query(_TEAM_DAYS, kind, then=known_at is not None, few_units=len(team_ids) <= ASKED_MAX)
    asked = set(team_ids)
    read = {unit_of(number)[1]: Reached(value, day) for number, value, day in scope.run(query, values)}
    found = {number: each for number, each in read.items() if number in asked}
    if kind == Kind.FLOW:
        return found
    # What stands there came in all the time before, too.
    teams = [Assignee("team", number) for number in asked]
    stands = sums.level(scope, metric_id, [window], Asked(teams), known_at)
    return {
        number: Reached(value, found[number].day if number in found else None)
        for number in asked
        if (value := stands.get((0, Assignee("team", number)), 0)) or number in found
    }


def people_of_unit(scope: Scope, unit_kind: str, unit_id: int, day: date, known_at: datetime | None = None) -> set[int]:
    """Who is in the department, or in one below it, or in the team on a day."""
    values = {"org_id": scope.org_id, "units": [unit_number(unit_kind, unit_id)], "day": day, "known_at": known_at}
    rows = scope.run(_query(_PEOPLE_OF_UNIT, Kind.FLOW, then=known_at is not None), values)
    return {person_id for (person_id,) in rows}


def teams_with_people(scope: Scope, day: date, known_at: datetime | None = None) -> set[int]:
    """The teams that anybody is in on a day."""
    values = {"org_id": scope.org_id, "day": day, "known_at": known_at}
    rows = scope.run(_query(_UNITS_WITH_PEOPLE, Kind.FLOW, then=known_at is not None), values)
    found = {unit_of(number) for (units,) in rows for number in units}
    return {number for kind, number in found if kind == "team"}


def _values(scope: Scope, metric_id: int, window: Window, known_at: datetime | None) -> dict[str, object]:
    return {
        "org_id": scope.org_id,
        "metric": metric_id,
        "known_at": known_at,
        "start": window.start,
        "end": window.end,
    }
