"""Daily totals: the ledger summed by metric, day and person, kept in the transaction that posts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from psycopg import sql

from paceline.facts.scope import Scope

# Index: credit's primary key for records, credit_counted for whole metrics.
_POST: LiteralString = """
    INSERT INTO daily_total (org_id, metric_id, day, person_id, value)
    SELECT org_id, metric_id, day, person_id, sum(value) FROM credit
    WHERE org_id = %(org_id)s AND {posted} AND posted_at = %(posted_at)s
    GROUP BY org_id, metric_id, day, person_id
    ON CONFLICT (org_id, metric_id, day, person_id) DO UPDATE SET value = daily_total.value + excluded.value"""

_POST_LEVELS: LiteralString = """
    INSERT INTO level_total (org_id, metric_id, person_id, value)
    SELECT org_id, metric_id, person_id, sum(value) FROM credit
    WHERE org_id = %(org_id)s AND {posted} AND metric_id = ANY(%(levels)s::integer[]) AND posted_at = %(posted_at)s
    GROUP BY org_id, metric_id, person_id HAVING sum(value) <> 0
    ON CONFLICT (org_id, metric_id, person_id) DO UPDATE SET value = level_total.value + excluded.value"""

_OF_RECORDS = sql.SQL("record_id = ANY(%(records)s::bigint[])")
_OF_METRICS = sql.SQL("metric_id = ANY(%(metrics)s::integer[])")
_STATEMENTS: dict[str, tuple[bytes, bytes]] = {
    name: (
        sql.SQL(_POST).format(posted=posted).as_bytes(),
        sql.SQL(_POST_LEVELS).format(posted=posted).as_bytes(),
    )
    for name, posted in (("records", _OF_RECORDS), ("metrics", _OF_METRICS))
}

# Both tables are read whole, and so is the ledger.
_DIFFERENCES: LiteralString = """
    SELECT 'daily_total', metric_id, person_id, day, sum(credited)::bigint, sum(totalled)::bigint
    FROM (SELECT metric_id, day, person_id, value AS credited, 0 AS totalled FROM credit WHERE org_id = %(org_id)s
          UNION ALL
          SELECT metric_id, day, person_id, 0, value FROM daily_total WHERE org_id = %(org_id)s) each
    GROUP BY metric_id, day, person_id HAVING sum(credited) <> sum(totalled)
    UNION ALL
    SELECT 'level_total', metric_id, person_id, NULL, sum(credited)::bigint, sum(totalled)::bigint
    FROM (SELECT metric_id, person_id, value AS credited, 0 AS totalled FROM credit
          WHERE org_id = %(org_id)s AND metric_id = ANY(%(levels)s::integer[])
          UNION ALL
          SELECT metric_id, person_id, 0, value FROM level_total
          WHERE org_id = %(org_id)s AND metric_id = ANY(%(levels)s::integer[])) each
    GROUP BY metric_id, person_id HAVING sum(credited) <> sum(totalled)"""

_CORRECT_DAILY: LiteralString = """
    INSERT INTO daily_total (org_id, metric_id, day, person_id, value)
    VALUES (%(org_id)s, %(metric_id)s, %(day)s, %(person_id)s, %(value)s)
    ON CONFLICT (org_id, metric_id, day, person_id) DO UPDATE SET value = excluded.value"""
_CORRECT_LEVEL: LiteralString = """
    INSERT INTO level_total (org_id, metric_id, person_id, value)
    VALUES (%(org_id)s, %(metric_id)s, %(person_id)s, %(value)s)
    ON CONFLICT (org_id, metric_id, person_id) DO UPDATE SET value = excluded.value"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of daily_total (or of level_total, which has no day) that is not the sum of its credits."""

    table: str
    metric_id: int
    person_id: int
    day: date | None
    credited: int
    totalled: int


def post_records(scope: Scope, posted_at: datetime, records: list[int], levels: list[int]) -> None:
    """Add what this transaction posted for these records to the totals, once a stamp; `levels`: the level metrics."""
    _post(scope, "records", {"records": records, "levels": levels, "posted_at": posted_at})


def post_metrics(scope: Scope, posted_at: datetime, metric_ids: list[int], levels: list[int]) -> None:
    """Add what this transaction posted for these whole metrics to the totals. Once a stamp."""
    _post(scope, "metrics", {"metrics": metric_ids, "levels": levels, "posted_at": posted_at})


def _post(scope: Scope, name: str, values: dict[str, object]) -> None:
    daily, level = _STATEMENTS[name]
    scope.run(daily, {"org_id": scope.org_id, **values}, hot=True)
    if values["levels"]:
        scope.run(level, {"org_id": scope.org_id, **values}, hot=True)


def differences(scope: Scope, levels: list[int]) -> list[Difference]:
    """Every total that is not the sum of its credits; `levels` are the level metrics."""
    return [Difference(*row) for row in scope.run(_DIFFERENCES, {"org_id": scope.org_id, "levels": levels})]


def correct(scope: Scope, levels: list[int]) -> None:
    """Set every total to the sum of its credits. The lock is held."""
    for each in differences(scope, levels):
        values = {
            "metric_id": each.metric_id,
            "person_id": each.person_id,
            "value": each.credited,
            "day": each.day,
        }
        query = _CORRECT_LEVEL if each.day is None else _CORRECT_DAILY
        scope.run(query, {"org_id": scope.org_id, **values})
