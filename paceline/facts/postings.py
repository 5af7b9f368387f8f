"""What was moved when: noted in the posting's own transaction, and announced to every process that listens."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

import psycopg

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.facts.scope import Scope

# What processes listen to. The payload is the organization's id.
CHANNEL = "paceline_posted"
# Beyond this many people a posting moves everybody's figures, as far as watchers are told.
PEOPLE_MAX = 500
# A watcher that was away reads so many postings at once; beyond it, it is told to read everything anew.
POSTINGS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Posting:
    """What one posting moved: the credit of these metrics and people (None for all) on days of a span.

    Or with `targets` the assignments of these targets.
    """

    posted_at: datetime
    metrics: frozenset[int] | None = None
    people: frozenset[int] | None = None
    first_day: date = DAY_ALWAYS
    last_day: date = DAY_NEVER
    targets: frozenset[int] | None = None


Credited = tuple[int, int, date]

_NOTE: LiteralString = """
    INSERT INTO posting (org_id, posted_at, metrics, people, first_day, last_day, targets)
    VALUES (%(org_id)s, %(posted_at)s, %(metrics)s, %(people)s, %(first_day)s, %(last_day)s, %(targets)s)"""
# A statement of its own: inside another one it would be lost on a distributed PostgreSQL.
_NOTIFY: LiteralString = "SELECT pg_notify(%(channel)s, %(payload)s)"
# Index: posting's primary key.
_SINCE: LiteralString = """
    SELECT posted_at, metrics, people, first_day, last_day, targets FROM posting
    WHERE org_id = %(org_id)s AND posted_at > %(after)s ORDER BY posted_at, posting_id LIMIT %(limit)s"""
_OLDEST: LiteralString = (
    "SELECT posted_at FROM posting WHERE org_id = %(org_id)s ORDER BY posted_at, posting_id LIMIT 1"
)
_FORGET: LiteralString = "DELETE FROM posting WHERE posted_at < %(before)s"


def announce(scope: Scope, posting: Posting) -> None:
    """Note what the transaction posts, and tell the listeners once it commits."""
    values = {
        "org_id": scope.org_id,
        "posted_at": posting.posted_at,
        "metrics": _array(posting.metrics),
        "people": _array(posting.people),
        "first_day": posting.first_day,
        "last_day": posting.last_day,
        "targets": _array(posting.targets),
    }
    scope.run(_NOTE, values, hot=True)
    scope.run(_NOTIFY, {"channel": CHANNEL, "payload": str(scope.org_id)}, hot=True)


def of_credits(posted_at: datetime, credited: Iterable[Credited]) -> Posting | None:
    """The posting of these credits, each as (metric, person, day); None if there are none."""
    metrics, people, days = set[int](), set[int](), set[date]()
    for metric_id, person_id, day in credited:
        metrics.add(metric_id)
        people.add(person_id)
        days.add(day)
    if not days:
        return None
    named = frozenset(people) if len(people) <= PEOPLE_MAX else None
    return Posting(posted_at, frozenset(metrics), named, min(days), max(days))


def since(scope: Scope, after: datetime) -> list[Posting] | None:
    """The postings after that one, in order; None if too many, or if some may be forgotten already."""
    rows = scope.run(_SINCE, {"org_id": scope.org_id, "after": after, "limit": POSTINGS_MAX + 1}).fetchall()
    return None if len(rows) > POSTINGS_MAX else [_read(*row) for row in rows]


def oldest(scope: Scope) -> datetime | None:
    """The stamp of the oldest posting that is still noted."""
    row = scope.run(_OLDEST, {"org_id": scope.org_id}).fetchone()
    return None if row is None else row[0]


def forget(connection: psycopg.Connection[object], before: datetime) -> int:
    """Forget the postings of every organization before that time: how many there were."""
    return connection.execute(_FORGET, {"before": before}).rowcount


def _array(found: Collection[int] | None) -> list[int] | None:
    return None if found is None else sorted(found)


def _read(
    posted_at: datetime,
    metrics: list[int] | None,
    people: list[int] | None,
    first_day: date,
    last_day: date,
    targets: list[int] | None,
) -> Posting:
    return Posting(posted_at, _set(metrics), _set(people), first_day, last_day, _set(targets))


def _set(found: list[int] | None) -> frozenset[int] | None:
    return None if found is None else frozenset(found)
