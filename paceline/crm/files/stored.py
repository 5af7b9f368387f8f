"""Rows packed for the database, and read again as a file's rows are, in the layout that was chosen."""

import csv
import io
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from paceline.crm.files.reading import Line, Stored
from paceline.crm.layout import Layout
from paceline.crm.reading import CONTENT_CHARACTERS_MAX
from paceline.crm.times import Dates
from paceline.crm.values import storable
from paceline.domain.rejection import Rejected

Kept = Line | Rejected


def pack(rows: Iterable[Kept]) -> bytes:
    """The rows as bytes."""
    made = [
        [each.line, each.column, each.reason, each.content] if isinstance(each, Rejected) else [each.number, each.cells]
        for each in rows
    ]
    # Half of a character, which stands for a byte that could not be decoded, is kept by its escape.
    return zlib.compress(json.dumps(made, ensure_ascii=True).encode())


def unpack(content: bytes) -> list[Kept]:
    """The rows again."""
    made = json.loads(zlib.decompress(content))
    return [
        Line(each[0], [cell if isinstance(cell, str) else (cell[0], cell[1]) for cell in each[1]])
        if isinstance(each[1], list)
        else Rejected(*each)
        for each in made
    ]


class StoredRows:
    """Stored rows as the rows of a CSV file: (line, cells) in the layout's own way of writing, or refused ones.

    A cell that has no value refuses its row where its column is one of `used`.
    """

    def __init__(self, header: Sequence[str], rows: Sequence[Kept], layout: Layout, used: Collection[str]) -> None:
        self.header = tuple(header)
        self.bytes_read = 0
        self._rows, self._layout = rows, layout
        self._used = {place for place, name in enumerate(header) if name in used}
        self._cells: list[str] = []

    @property
    def content(self) -> str:
        """The text of the row that was given last, as it can be stored, and cut if it is long."""
        return storable(joined(self._cells), CONTENT_CHARACTERS_MAX)

    def __iter__(self) -> Iterator[tuple[int, list[str]] | Rejected]:
        for each in self._rows:
            if isinstance(each, Rejected):
                yield each
                continue
            self._cells = [text(cell, self._layout) for cell in each.cells]
            bad = next((place for place in sorted(self._used) if _is_bad(each.cells[place])), None)
            if bad is None:
                yield each.number, self._cells
            else:
                yield Rejected(each.number, self.header[bad], each.cells[bad][1], self.content)


def text(cell: Stored, layout: Layout) -> str:
    """A cell as a file of that layout writes it."""
    if isinstance(cell, str):
        return cell
    kind, value = cell
    if kind == "day":
        return _written(value, layout.dates)
    return "" if kind == "bad" else value.replace(".", layout.decimal)


def joined(cells: Sequence[str], delimiter: str = ",") -> str:
    """The cells as a line of CSV."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(cells)
    return line.getvalue()


def _is_bad(cell: Stored) -> bool:
    return not isinstance(cell, str) and cell[0] == "bad"


_PATTERNS = {Dates.DAY_FIRST: "%d/%m/%Y", Dates.MONTH_FIRST: "%m/%d/%Y"}


def _written(value: str, dates: Dates) -> str:
    if dates == Dates.ISO:
        return value
    is_day = "T" not in value
    moment = (
        datetime.combine(date.fromisoformat(value), datetime.min.time()) if is_day else datetime.fromisoformat(value)
    )
    made = moment.strftime(_PATTERNS[dates]).rjust(10, "0")
    return made if is_day else f"{made} {moment:%H:%M:%S}"
