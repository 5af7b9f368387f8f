"""What stands behind many assignees at once, each of a metric and a window of its own: one statement for all of them.

The same figures as `sums`, as all stands now: a flow day by day, a level at the end of a day.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from typing import LiteralString, NamedTuple

from psycopg import sql

from paceline.domain.calendar import Window
from paceline.facts.rollup import unit_number
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee


class Days(NamedTuple):
    """The days of a flow metric that are asked for, of one assignee."""

    metric_id: int
    assignee: Assignee
    window: Window


class Standing(NamedTuple):
    """A level metric that is asked for, of one assignee, at the end of the day before `end`."""

    metric_id: int
    assignee: Assignee
    end: date


class Gained:
    """What was gained on each day that was asked for."""

    def __init__(self) -> None:
        self._days: dict[tuple[int, Assignee], list[tuple[date, int]]] = defaultdict(list)

    def add(self, asked: Days, day: date, value: int) -> None:
        """Add a day, later than those before it of the same metric and assignee."""
        self._days[asked.metric_id, asked.assignee].append((day, value))

    def days(self, asked: Days) -> dict[date, int]:
        """The days of a window that was asked for, or of a part of one; days without are left out."""
        found = self._days.get((asked.metric_id, asked.assignee), [])
        first, after = (bisect_left(found, (day,)) for day in (asked.window.start, asked.window.end))
        return dict(found[first:after])


_ASKED: LiteralString = """
    WITH asked AS (
        SELECT * FROM unnest(%(places)s::integer[], %(metrics)s::integer[], %(starts)s::date[], %(ends)s::date[],
            %(kinds)s::text[], %(numbers)s::bigint[]) a (place, metric_id, first_day, after_day, kind, number))"""

# Index: daily_total's primary key: once for each day of a person, and the window read once for everybody and for a
# unit, whose stays are from rollup_standing.
_DAYS: LiteralString = """
    {asked}
    SELECT a.place, t.day, t.value FROM asked a
    CROSS JOIN LATERAL generate_series(0, a.after_day - a.first_day - 1) d (number)
    CROSS JOIN LATERAL (SELECT t.day, t.value FROM daily_total t WHERE t.org_id = %(org_id)s
        AND t.metric_id = a.metric_id AND t.day = a.first_day + d.number AND t.person_id = a.number OFFSET 0) t
    WHERE a.kind = 'person'
    UNION ALL
    SELECT a.place, t.day, t.value FROM asked a
    CROSS JOIN LATERAL (SELECT t.day, sum(t.value)::bigint AS value FROM daily_total t WHERE t.org_id = %(org_id)s
        AND t.metric_id = a.metric_id AND t.day >= a.first_day AND t.day < a.after_day GROUP BY t.day) t
    WHERE a.kind = 'organization'
    UNION ALL
    SELECT a.place, t.day, t.value FROM asked a
    CROSS JOIN LATERAL (SELECT t.day, sum(t.value)::bigint AS value FROM rollup r
        JOIN daily_total t ON t.person_id = r.person_id AND t.day >= r.from_day AND t.day < r.to_day
        WHERE r.org_id = %(org_id)s AND r.known_to = 'infinity' AND r.units @> ARRAY[a.number]
        AND t.org_id = %(org_id)s AND t.metric_id = a.metric_id AND t.day >= a.first_day AND t.day < a.after_day
        GROUP BY t.day) t
    WHERE a.kind = 'unit'
    ORDER BY 1, 2"""

# Index: level_total's primary key, daily_total's for what came after the day, and rollup_standing.
_STANDING: LiteralString = """
    {asked}
    SELECT a.place, sum(s.value)::bigint FROM asked a
    CROSS JOIN LATERAL (
        SELECT t.person_id, t.value FROM level_total t WHERE t.org_id = %(org_id)s AND t.metric_id = a.metric_id
        AND (a.kind <> 'person' OR t.person_id = a.number)
        UNION ALL
        SELECT t.person_id, -t.value FROM daily_total t WHERE t.org_id = %(org_id)s AND t.metric_id = a.metric_id
        AND t.day >= a.after_day AND (a.kind <> 'person' OR t.person_id = a.number)) s
    WHERE a.kind <> 'unit' OR EXISTS (SELECT FROM rollup r WHERE r.org_id = %(org_id)s AND r.known_to = 'infinity'
        AND r.person_id = s.person_id AND r.units @> ARRAY[a.number]
        AND r.from_day < a.after_day AND r.to_day >= a.after_day)
    GROUP BY a.place"""


@cache
def _query(template: LiteralString) -> bytes:
    return sql.SQL(template).format(asked=sql.SQL(_ASKED)).as_bytes()


def gained(scope: Scope, asked: Iterable[Days]) -> Gained:
    """Each day of what is asked for, in one query; what overlaps is read once."""
    spans = _merged(asked)
    found = Gained()
    if spans:
        for place, day, value in scope.run(_query(_DAYS), _values(scope, spans)):
            found.add(spans[int(place)], day, value)
    return found


def standing(scope: Scope, asked: Collection[Standing]) -> dict[Standing, int]:
    """What stands of each, in one query; whoever has nothing is left out."""
    given = list(dict.fromkeys(asked))
    if not given:
        return {}
    # A level has no first day: the statement does not look at it.
    spans = [Days(each.metric_id, each.assignee, Window(date.min, each.end)) for each in given]
    return {given[place]: value for place, value in scope.run(_query(_STANDING), _values(scope, spans)).fetchall()}


def _merged(asked: Iterable[Days]) -> list[Days]:
    """The same days, each of a metric and an assignee once, the earlier before the later."""
    made: list[Days] = []
    for each in sorted(asked, key=lambda each: (each.metric_id, each.assignee, each.window.start, each.window.end)):
        last = made[-1] if made else None
        if last is None or last[:2] != each[:2] or last.window.end < each.window.start:
            made.append(each)
        elif last.window.end < each.window.end:
            made[-1] = last._replace(window=Window(last.window.start, each.window.end))
    return made


def _values(scope: Scope, spans: list[Days]) -> dict[str, object]:
    numbered = [_numbered(each.assignee) for each in spans]
    return {
        "org_id": scope.org_id,
        "places": list(range(len(spans))),
        "metrics": [each.metric_id for each in spans],
        "starts": [each.window.start for each in spans],
        "ends": [each.window.end for each in spans],
        "kinds": [kind for kind, _ in numbered],
        "numbers": [number for _, number in numbered],
    }


def _numbered(assignee: Assignee) -> tuple[str, int]:
    if assignee.kind in {"department", "team"}:
        return "unit", unit_number(*assignee)
    return assignee
