"""What was brought in and when: the batches that were kept, and the rows that were refused on their way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from paceline.domain.rejection import Rejected
from paceline.facts.scope import Scope

# What of a refused row is shown is little, but a bad mapping refuses a whole file.
PAGE_ROWS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was refused: in which batch of what, by whom it was brought, and why it was not taken."""

    at: datetime
    actor: str
    module: str
    source: str
    file: str | None
    line: int
    column: str | None
    reason: str
    content: str


# Primary keys of both tables, from the last batch backwards; a page of it stops early.
_REFUSED: LiteralString = """
    SELECT b.posted_at, b.actor, b.module, b.source, b.file, r.line, r.column_name, r.reason, r.content
    FROM ingest_batch b JOIN rejected_row r ON r.org_id = b.org_id AND r.batch_id = b.batch_id
    WHERE b.org_id = %(org_id)s AND b.rejected > 0 AND (%(module)s::text IS NULL OR b.module = %(module)s)
    ORDER BY b.batch_id DESC, r.place LIMIT %(limit)s"""
_COUNT: LiteralString = """
    SELECT coalesce(sum(rejected), 0) FROM ingest_batch
    WHERE org_id = %(org_id)s AND (%(module)s::text IS NULL OR module = %(module)s)"""
# Primary key, from the last batch backwards: whatever brings anything regularly is among them.
_LAST: LiteralString = """
    SELECT source, module, max(posted_at) FROM (
        SELECT source, module, posted_at FROM ingest_batch WHERE org_id = %(org_id)s
        ORDER BY batch_id DESC LIMIT 1000) b
    GROUP BY source, module ORDER BY max(posted_at) DESC, source, module"""
_BATCH: LiteralString = """
    INSERT INTO ingest_batch (org_id, module, source, file, actor, posted_at,
        created, changed, unchanged, stale, rejected)
    VALUES (%(org_id)s, %(module)s, %(source)s, %(file)s, %(actor)s, %(posted_at)s,
        %(created)s, %(changed)s, %(unchanged)s, %(stale)s, %(rejected)s) RETURNING batch_id"""
_REJECT: LiteralString = """
    INSERT INTO rejected_row (org_id, batch_id, place, line, column_name, reason, content)
    SELECT %(org_id)s, %(batch_id)s, place, line, column_name, reason, content
    FROM unnest(%(lines)s::integer[], %(columns)s::text[], %(reasons)s::text[], %(contents)s::text[])
        WITH ORDINALITY AS given (line, column_name, reason, content, place)"""


def last_brought(scope: Scope) -> list[tuple[str, str, datetime]]:
    """When each source last brought something of a module, the newest first: among the last thousand batches."""
    return [(source, module, at) for source, module, at in scope.run(_LAST, {"org_id": scope.org_id})]


def refused(scope: Scope, module: str | None = None, limit: int = PAGE_ROWS_MAX) -> list[Refused]:
    """The refused rows of the last batches (of that module, or "people"), the newest batch first."""
    given = {"org_id": scope.org_id, "module": module, "limit": min(limit, PAGE_ROWS_MAX)}
    return [Refused(*row) for row in scope.run(_REFUSED, given)]


def count_refused(scope: Scope, module: str | None = None) -> int:
    """How many rows were refused in all."""
    row = scope.run(_COUNT, {"org_id": scope.org_id, "module": module}).fetchone()
    return int(row[0]) if row else 0


def keep(
    scope: Scope,
    module: str,
    source: str,
    file: str | None,
    counts: Mapping[str, int],
    rejected: Sequence[Rejected],
    posted_at: datetime,
) -> None:
    """Note a batch: how many rows had which outcome, and those that were refused. The lock is held."""
    values = {
        "org_id": scope.org_id,
        "module": module,
        "source": source,
        "file": file,
        "actor": scope.actor,
        "posted_at": posted_at,
        "rejected": len(rejected),
        **{outcome: counts.get(outcome, 0) for outcome in ("created", "changed", "unchanged", "stale")},
    }
    kept = scope.run(_BATCH, values, hot=True)
    row = kept.fetchone() if rejected else None
    if row is not None:
        lines = {
            "lines": [each.line for each in rejected],
            "columns": [each.column for each in rejected],
            "reasons": [each.reason for each in rejected],
            "contents": [each.content for each in rejected],
        }
        scope.run(_REJECT, {"org_id": scope.org_id, "batch_id": row[0], **lines})
