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
    WHERE org_id = %(org_id)s AND record_id = ANY(%(records)s::bigint[])
    AND metric_id = ANY(%(levels)s::integer[]) AND posted_at = %(posted_at)s
    GROUP BY org_id, metric_id, person_id HAVING sum(value) <> 0
    ON CONFLICT (org_id, metric_id, person_id) DO UPDATE SET value = level_total.value + excluded.value"""

# A whole metric may have been a flow until now, or no metric: its level totals are made anew. Index: credit_counted.
_FORGET_LEVELS: LiteralString = (
    "DELETE FROM level_total WHERE org_id = %(org_id)s AND metric_id = ANY(%(metrics)s::integer[])"
)
_SUM_LEVELS: LiteralString = """
    INSERT INTO level_total (org_id, metric_id, person_id, value)
    SELECT org_id, metric_id, person_id, sum(value) FROM credit
    WHERE org_id = %(org_id)s AND metric_id = ANY(%(levels)s::integer[])
    GROUP BY org_id, metric_id, person_id HAVING sum(value) <> 0"""

_POST_RECORDS = sql.SQL(_POST).format(posted=sql.SQL("record_id = ANY(%(records)s::bigint[])")).as_bytes()
_POST_METRICS = sql.SQL(_POST).format(posted=sql.SQL("metric_id = ANY(%(metrics)s::integer[])")).as_bytes()

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
    values = {"org_id": scope.org_id, "records": records, "posted_at": posted_at}
    scope.run(_POST_RECORDS, values, hot=True)
    if levels:
        scope.run(_POST_LEVELS, {**values, "levels": levels}, hot=True)


def post_metrics(scope: Scope, posted_at: datetime, metric_ids: list[int], levels: list[int]) -> None:
    """Add what this transaction posted for these whole metrics to the totals. Once a stamp."""
    values = {"org_id": scope.org_id, "metrics": metric_ids, "levels": levels}
    scope.run(_POST_METRICS, {**values, "posted_at": posted_at})
    scope.run(_FORGET_LEVELS, values)
    if levels:
        scope.run(_SUM_LEVELS, values)


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
