"""The credit ledger: the difference between what records yield and what is posted, and the posting of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import LiteralString

from psycopg import sql

from paceline.domain.record import Module
from paceline.facts import postings, totals
from paceline.facts.compile import yields
from paceline.facts.postings import Posting
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope

_EVERY = sql.SQL("true")
_TOUCHED = sql.SQL("r.record_id = ANY(%(records)s::bigint[])")
_TOUCHED_HELD = sql.SQL("record_id = ANY(%(held)s::bigint[])")

# What the ledger holds, negated. Index: credit's primary key (touched records) or credit_counted (whole metrics).
_HELD: LiteralString = """SELECT record_id, metric_id, person_id, day, -value FROM credit
    WHERE org_id = %(org_id)s AND {narrow} AND metric_id = ANY(%(metrics)s::integer[])"""

_DIFFERENCE: LiteralString = """
    SELECT record_id, metric_id, person_id, day, sum(value)::bigint AS value
    FROM ({both}) each (record_id, metric_id, person_id, day, value)
    GROUP BY record_id, metric_id, person_id, day HAVING sum(value) <> 0"""

_POST: LiteralString = """
    INSERT INTO credit (org_id, record_id, metric_id, person_id, day, value, posted_at)
    SELECT %(org_id)s, record_id, metric_id, person_id, day, value, %(posted_at)s FROM ({difference}) difference"""
# A batch hears whom it credited; of whole metrics that would be millions of rows.
_POST_TOUCHED: LiteralString = _POST + " RETURNING metric_id, person_id, day"


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much a record's posted credit falls short of what the record yields."""

    record_id: int
    metric_id: int
    person_id: int
    day: date
    value: int


@lru_cache(maxsize=64)
def _difference(
    module: Module, rules: Rules, metric_ids: frozenset[int], *, touched: bool
) -> tuple[sql.Composed, dict[str, object]]:
    """The one statement of the difference, of touched records or of all, with the values it needs."""
    made = yields(module, rules, metric_ids, _TOUCHED if touched else _EVERY)
    held = sql.SQL(_HELD).format(narrow=_TOUCHED_HELD if touched else _EVERY)
    both = sql.SQL(" UNION ALL ").join([held] if made is None else [made.query, held])
    values = {} if made is None else made.parameters
    return sql.SQL(_DIFFERENCE).format(both=both), {**values, "metrics": sorted(metric_ids)}


@lru_cache(maxsize=64)
def _posting(
    module: Module, rules: Rules, metric_ids: frozenset[int], *, touched: bool
) -> tuple[bytes, dict[str, object]]:
    difference, values = _difference(module, rules, metric_ids, touched=touched)
    return sql.SQL(_POST_TOUCHED if touched else _POST).format(difference=difference).as_bytes(), values


def _of_module(module: Module, rules: Rules) -> frozenset[int]:
    return frozenset(number for number, definition in rules.metrics if definition.module == module)


def post_records(
    scope: Scope, module: Module, rules: Rules, records: list[int], held: list[int], posted_at: datetime
) -> None:
    """Post the difference for these records, and add it to the totals; `held`: those that may have credit already.

    The lock is held, and the stamp is this posting's alone.
    """
    numbers = _of_module(module, rules)
    query, values = _posting(module, rules, numbers, touched=True)
    given = {"org_id": scope.org_id, "records": records, "held": held, "posted_at": posted_at}
    credited = scope.run(query, {**values, **given}, hot=True).fetchall()
    posting = postings.of_credits(posted_at, credited)
    if posting is not None:
        totals.post_records(scope, posted_at, records, rules.levels(numbers))
        postings.announce(scope, posting)


def post_metrics(scope: Scope, rules: Rules, metric_ids: Collection[int], posted_at: datetime) -> None:
    """Post the difference of whole metrics, and add it to the totals. The lock is held.

    A metric that the rules no longer know yields nothing, so what it held is reversed.
    """
    for module in Module:
        numbers = frozenset(metric_ids) & _of_module(module, rules)
        if numbers:
            _post_whole(scope, module, rules, numbers, posted_at)
    gone = frozenset(metric_ids) - {number for number, _ in rules.metrics}
    if gone:
        _post_whole(scope, Module.DEALS, rules, gone, posted_at)
    totals.post_metrics(scope, posted_at, sorted(metric_ids), rules.levels(metric_ids))
    postings.announce(scope, Posting(posted_at, frozenset(metric_ids)))


def _post_whole(scope: Scope, module: Module, rules: Rules, numbers: frozenset[int], posted_at: datetime) -> None:
    query, values = _posting(module, rules, numbers, touched=False)
    scope.run(query, {**values, "org_id": scope.org_id, "posted_at": posted_at})


_GONE: LiteralString = """SELECT record_id, metric_id, person_id, day, -sum(value)::bigint FROM credit
    WHERE org_id = %(org_id)s AND metric_id <> ALL(%(metrics)s::integer[])
    GROUP BY record_id, metric_id, person_id, day HAVING sum(value) <> 0"""


def differences(scope: Scope, rules: Rules) -> Iterator[Difference]:
    """Every difference between the records and the ledger: what `verify` names, and finds none of."""
    for module in Module:
        query, values = _difference(module, rules, _of_module(module, rules), touched=False)
        for row in scope.run(query, {**values, "org_id": scope.org_id}):
            yield Difference(*row)
    for row in scope.run(_GONE, {"org_id": scope.org_id, "metrics": [number for number, _ in rules.metrics]}):
        yield Difference(*row)
