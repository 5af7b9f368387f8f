"""The one way in for CRM records: a batch is merged, its credit posted and its totals kept in one transaction."""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from paceline.facts import batches, clock, ledger, owners, staging
from paceline.facts.merge import Merge, merge
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope
from paceline.facts.staging import INLINE_ROWS_MAX, Row

# One transaction holds the organization's lock for as long as a batch takes: about a quarter of a second.
BATCH_ROWS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Upserts of one module from one source, all giving the same fields (always with external_id).

    A row holds a typed value per field. A field that is not given stays as it is stored; a given None clears it.
    `rejected` are rows refused before they got here, kept with the batch.
    """

    module: Module
    source: str
    fields: tuple[str, ...]
    rows: Sequence[Row]
    file: str | None = None
    rejected: Sequence[Rejected] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """For each row of the batch in order: created, changed, unchanged or stale; and the owners nobody is known by."""

    outcomes: list[str]
    unknown_owners: Counter[str] = field(default_factory=Counter[str])

    def count(self) -> Counter[str]:
        """How many rows had each outcome."""
        return Counter(self.outcomes)


@dataclass(slots=True)
class _Touched:
    """The records a batch changed; `held` are those that were there before."""

    records: set[int] = field(default_factory=set[int])
    held: set[int] = field(default_factory=set[int])


def write(scope: Scope, batch: Batch, rules: Rules | None = None) -> Result:
    """Merge the batch: the newest source time wins, the same batch twice changes nothing.

    Rows that name the same record count one after the other. The caller's transaction commits all or nothing.
    `rules` are given by who has read them under the organization's lock.
    """
    if len(batch.rows) > BATCH_ROWS_MAX:
        raise ValueError(f"a batch has at most {BATCH_ROWS_MAX} rows")
    # Of a small batch, what nobody waits for is sent with what follows. COPY, which stages a larger one, goes alone.
    is_small = len(batch.rows) <= INLINE_ROWS_MAX
    with scope.connection.pipeline() if is_small else nullcontext():
        # It takes the lock as well.
        posted_at = clock.tick(scope)
        result = _merge(scope, batch, rules or clock.rules(scope), posted_at) if batch.rows else Result([])
        batches.keep(scope, batch.module.value, batch.source, batch.file, result.count(), batch.rejected, posted_at)
    return result


def _merge(scope: Scope, batch: Batch, rules: Rules, posted_at: datetime) -> Result:
    given = _owners_given(batch)
    people = owners.resolve(scope, batch.source, given)
    statements = merge(batch.module, batch.fields, inline=len(batch.rows) <= INLINE_ROWS_MAX)
    values = {
        "org_id": scope.org_id,
        "source": batch.source,
        "zone": rules.time_zone,
        "currency": rules.currency,
        **staging.stage(scope, batch.module, batch.fields, batch.rows, people),
    }
    outcomes = [""] * len(batch.rows)
    touched = _Touched()
    last_round = max(staging.rounds([row[batch.fields.index("external_id")] for row in batch.rows]))
    for number in range(last_round + 1):
        _merge_round(scope, statements, {**values, "round": number}, outcomes, touched)
    if touched.records:
        records = sorted(touched.records)
        ledger.post_records(scope, batch.module, rules, records, sorted(touched.held), posted_at)
    unknown = Counter({word: count for word, count in given.items() if word not in people})
    return Result(outcomes, unknown)


def _merge_round(
    scope: Scope, statements: Merge, values: dict[str, object], outcomes: list[str], touched: _Touched
) -> None:
    created: list[int] = []
    changed: list[tuple[int, int]] = []
    newer: list[tuple[int, int]] = []
    for place, record_id, outcome, is_newer in scope.run(statements.classify, values, hot=True):
        outcomes[place] = outcome
        if outcome == "created":
            created.append(place)
        elif outcome == "changed":
            changed.append((place, record_id))
        elif outcome == "unchanged" and is_newer:
            newer.append((place, record_id))
    inserted: list[int] = []
    if created:
        inserted = [row[0] for row in scope.run(statements.insert, {**values, "places": created}, hot=True)]
    if changed or newer:
        places, records = zip(*changed, *newer, strict=True)
        scope.run(statements.update, {**values, "places": list(places), "records": list(records)}, hot=True)
    held = sorted(record_id for _, record_id in changed)
    for settle, settled in ((statements.settle_all, sorted(inserted + held)), (statements.settle_changed, held)):
        if settle and settled:
            scope.run(settle, {**values, "records": settled}, hot=True)
    # What an earlier round of this batch made has no credit yet.
    touched.held.update(set(held) - touched.records)
    touched.records.update(inserted, held)


def _owners_given(batch: Batch) -> Counter[str]:
    if "owner" not in batch.fields:
        return Counter()
    at = batch.fields.index("owner")
    return Counter(str(row[at]) for row in batch.rows if row[at] is not None)
