"""Importing records from a file: read in one thread, written in another, one batch and one transaction at a time."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event
from typing import IO

from paceline.crm.parsing import RecordRows, Row
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from paceline.facts.ingest import BATCH_ROWS_MAX, Batch, Result

# One batch is written while the next is read; more would only be memory.
BATCHES_WAITING_MAX = 2
# How often an import that is given up looks whether its reader has noticed.
READER_SECONDS_MAX = 0.05
# Words nobody is known by, told with their counts: beyond this the file has the wrong owner column.
UNKNOWN_OWNERS_MAX = 10_000


@dataclass(slots=True)
class Summary:
    """What became of a file's rows; `unknown_owners` counts the rows by the owner nobody is known by."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    unknown_owners: Counter[str] = field(default_factory=Counter[str])
    open_without_amount: int = 0

    @property
    def read(self) -> int:
        """How many rows there were."""
        return self.outcomes.total()

    def add(self, batch: Batch, result: Result) -> None:
        """Count a batch that was written."""
        self.outcomes += result.count()
        self.outcomes["rejected"] += len(batch.rejected)
        for word, count in result.unknown_owners.items():
            if word in self.unknown_owners or len(self.unknown_owners) < UNKNOWN_OWNERS_MAX:
                self.unknown_owners[word] += count
        if batch.module == Module.DEALS:
            self.open_without_amount += _open_without_amount(batch)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of the file taken in, and the summary so far."""

    bytes_read: int
    summary: Summary


def import_records(
    rows: RecordRows,
    module: Module,
    source: str,
    write: Callable[[Batch], Result],
    *,
    file: str | None = None,
    watch: Callable[[Progress], None] = lambda _progress: None,
    rejects: Callable[[Sequence[Rejected]], None] = lambda _rejected: None,
) -> Summary:
    """Write all rows; `write` does one batch in a transaction of its own. What is refused is also given to `rejects`.

    Killed or failing in the middle it leaves whole batches, and importing the file again finishes it.
    """
    summary = Summary()
    for bytes_read, batch in _read_ahead(_batches(rows, module, source, file)):
        summary.add(batch, write(batch))
        rejects(batch.rejected)
        watch(Progress(bytes_read, summary))
    return summary


def _batches(rows: RecordRows, module: Module, source: str, file: str | None) -> Iterator[tuple[int, Batch]]:
    good: list[Row] = []
    bad: list[Rejected] = []
    for row in rows:
        if isinstance(row, Rejected):
            bad.append(row)
        else:
            good.append(row)
        if len(good) + len(bad) == BATCH_ROWS_MAX:
            yield rows.bytes_read, Batch(module, source, rows.fields, good, file, bad)
            good, bad = [], []
    if good or bad:
        yield rows.bytes_read, Batch(module, source, rows.fields, good, file, bad)


def _read_ahead(batches: Iterable[tuple[int, Batch]]) -> Iterator[tuple[int, Batch]]:
    """The batches in order, read in a thread of its own: the database works while the next batch is parsed."""
    waiting: Queue[tuple[int, Batch] | None] = Queue(BATCHES_WAITING_MAX)
    stopped = Event()

    def read() -> None:
        try:
            for each in batches:
                waiting.put(each)
                if stopped.is_set():
                    return
        finally:
            waiting.put(None)

    with ThreadPoolExecutor(1, thread_name_prefix="reader") as pool:
        reader = pool.submit(read)
        try:
            while (each := waiting.get()) is not None:
                yield each
            reader.result()
        finally:
            stopped.set()
            while not reader.done():
                with suppress(Empty):
                    waiting.get(timeout=READER_SECONDS_MAX)


def _open_without_amount(batch: Batch) -> int:
    if "amount" not in batch.fields or "status" not in batch.fields:
        return 0
    amount, status = batch.fields.index("amount"), batch.fields.index("status")
    return sum(row[amount] is None and row[status] in {None, "open"} for row in batch.rows)


class RejectFile:
    """The refused rows as a CSV file with the header of the import, so that they can be mended and imported again."""

    def __init__(self, file: IO[str], header: Sequence[str], delimiter: str) -> None:
        self._writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        self._width, self._delimiter = len(header), delimiter
        self._writer.writerow([*header, "rejected_line", "rejected_column", "rejected_reason"])

    def write(self, rejected: Sequence[Rejected]) -> None:
        """Add refused rows. One that cannot be taken apart stands whole in the first column."""
        for each in rejected:
            cells = self._cells(each.content)
            self._writer.writerow([*cells, each.line, each.column or "", each.reason])

    def _cells(self, content: str) -> list[str]:
        try:
            found = list(csv.reader(io.StringIO(content), delimiter=self._delimiter, strict=True))
        except csv.Error:
            found = []
        if len(found) == 1 and len(found[0]) == self._width:
            return found[0]
        return [content, *[""] * (self._width - 1)]
