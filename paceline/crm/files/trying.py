"""Some rows of an uploaded file, tried or written by the same machinery as the command's."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from paceline.crm.files import choosing, stored
from paceline.crm.files.reading import Line
from paceline.crm.files.stored import Kept, StoredRows, joined, pack, unpack
from paceline.crm.importing import Summary
from paceline.crm.mapping import RecordMapping
from paceline.crm.models import Import, ImportPart
from paceline.crm.parsing import RecordRows, Row
from paceline.crm.values import Defaults
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from paceline.facts import clock, ingest
from paceline.facts.ingest import Batch, Result
from paceline.facts.scope import Scope

# One transaction each: short enough for a bar that moves, and for others who wait for the organization's lock.
PART_ROWS_MAX = 2_000


def bound(scope: Scope, made: Import, rows: Sequence[Kept]) -> RecordRows:
    """Stored rows as records, by what was chosen. Raises InvalidInput with every fault of the choices."""
    mapping = choosing.mapping(Module(made.module), made.choices)
    rules = clock.rules(scope)
    kept = StoredRows(made.header, rows, mapping.layout, _used(mapping))
    return RecordRows(kept, mapping, Defaults(rules.currency, ZoneInfo(rules.time_zone)))


def try_part(
    scope: Scope, made: Import, part: ImportPart, *, is_trial: bool
) -> tuple[int, dict[str, int], dict[str, Any]]:
    """Write a part's rows, or only see what would become of them: how many, the outcomes, and what is wrong."""
    rows = unpack(bytes(part.content))
    records = bound(scope, made, rows)
    good: list[Row] = []
    bad: list[Rejected] = []
    for each in records:
        if isinstance(each, Rejected):
            bad.append(each)
        else:
            good.append(each)
    batch = Batch(Module(made.module), made.source, records.fields, good, made.file, bad)
    summary = Summary()
    summary.add(batch, _write(scope, batch, is_trial=is_trial))
    part.refused = b"" if is_trial or not bad else pack(_whole(made, rows, bad))
    found = {
        "unknown": dict(summary.unknown_owners),
        "faults": [[each.line, each.column, each.reason] for each in bad],
        "columns": Counter(each.column or "" for each in bad),
        "no_amount": summary.open_without_amount,
    }
    return len(rows), dict(summary.outcomes), found


def _write(scope: Scope, batch: Batch, *, is_trial: bool) -> Result:
    with transaction.atomic():
        result = ingest.write(scope, batch)
        if is_trial:
            transaction.set_rollback(True)
    return result


def _whole(made: Import, rows: Sequence[Kept], bad: Sequence[Rejected]) -> list[Rejected]:
    """The refused rows with all their text, as they can be mended and brought again."""
    layout = choosing.mapping(Module(made.module), made.choices).layout
    cells = {each.number: [stored.text(cell, layout) for cell in each.cells] for each in rows if isinstance(each, Line)}
    sign = made.delimiter or ","
    return [
        Rejected(
            each.line, each.column, each.reason, joined(cells[each.line], sign) if each.line in cells else each.content
        )
        for each in bad
    ]


def _used(mapping: RecordMapping) -> set[str]:
    columns = [*mapping.columns.values(), *(each.column for each in mapping.custom.values())]
    return {each.name for each in columns} | {each.when.column for each in columns if each.when}
