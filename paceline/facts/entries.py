"""What one record has in the ledger: every entry with both its clocks, and what is left of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from paceline.facts.scope import Scope

# A record that changes every day has fewer in a year; more are a fault of its source.
ENTRIES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: for which metric, whose, which day it counts for, how much, and when it was posted."""

    metric_id: int
    person_id: int
    day: date
    value: int
    posted_at: datetime


# Index: the credit table's primary key.
_OF_RECORD: LiteralString = """
    SELECT metric_id, person_id, day, value, posted_at FROM credit
    WHERE org_id = %(org_id)s AND record_id = %(record_id)s ORDER BY credit_id DESC LIMIT %(limit)s"""


def of_record(scope: Scope, record_id: int) -> list[Entry]:
    """The last entries of the record, the newest first."""
    given = {"org_id": scope.org_id, "record_id": record_id, "limit": ENTRIES_MAX}
    return [Entry(*row) for row in scope.run(_OF_RECORD, given)]


def standing(entries: Iterable[Entry]) -> dict[tuple[int, int, date], int]:
    """What the entries come to, by metric, person and day; what was taken back whole is left out."""
    sums: dict[tuple[int, int, date], int] = defaultdict(int)
    for each in entries:
        sums[each.metric_id, each.person_id, each.day] += each.value
    return {key: value for key, value in sums.items() if value}
