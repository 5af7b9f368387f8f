"""An uploaded file as rows of cells, whether CSV or a workbook, and how a CSV file seems to be written."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from paceline import workbooks
from paceline.crm.layout import Layout
from paceline.crm.reading import CsvRows
from paceline.crm.values import storable
from paceline.domain.record import TEXT_CHARACTERS_MAX
from paceline.domain.rejection import Rejected
from paceline.errors import InvalidInput
from paceline.workbooks import Cell

# A hundred thousand deals of a CRM export come to about half of it; the command takes any size.
FILE_BYTES_MAX = 20_000_000
# A workbook is read whole: this many cells take some seconds, and a hundred megabytes.
WORKBOOK_LINES_MAX = 50_000
WORKBOOK_CELLS_MAX = 500_000
COLUMNS_MAX = 200

DELIMITERS = (",", ";", "\t", "|")
# What files that are no UTF-8 are written in; the first is tried, and shown to be looked at.
ENCODINGS = ("utf-8", "cp1252", "utf-16", "latin-1", "cp1250", "mac-roman", "shift_jis", "gb18030")
_MARKED = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Floating point keeps so many digits of a number.
_DIGITS_MAX = 15
_SAMPLE_BYTES = 65_536

# A number, a day or a time of a workbook, and a cell that has no value and why: a text is a text alone.
Typed = tuple[str, str]
Stored = str | Typed


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and rows; `delimiter` and `encoding` are blank for a workbook."""

    header: tuple[str, ...]
    rows: Iterator["Line | Rejected"]
    delimiter: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: where it begins, counted from 1, and as many cells as the header has."""

    number: int
    cells: list[Stored]


def read(content: bytes, delimiter: str = "", encoding: str = "") -> Table:
    """The file as a table; how a CSV file is written is found out where it is not given. Raises InvalidInput."""
    if len(content) > FILE_BYTES_MAX:
        raise InvalidInput.at("file", f"is larger than {FILE_BYTES_MAX:,} bytes: use `paceline import`")
    if workbooks.is_workbook(content):
        return _of_workbook(content)
    encoding = encoding or _encoding(content)
    delimiter = delimiter or _delimiter(content, encoding)
    rows = CsvRows(BytesIO(content), Layout(encoding, delimiter))
    if len(rows.header) > COLUMNS_MAX:
        raise InvalidInput.at("file", f"has {len(rows.header):,} columns, where at most {COLUMNS_MAX} can be")
    lines = (each if isinstance(each, Rejected) else Line(each[0], list(each[1])) for each in rows)
    return Table(rows.header, lines, delimiter, encoding)


def _encoding(content: bytes) -> str:
    for mark, encoding in _MARKED.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(content: bytes, encoding: str) -> str:
    """The sign that splits the first lines into the most columns of which all have as many."""
    text = content[:_SAMPLE_BYTES].decode(encoding, "replace").lstrip("\ufeff")
    lines = text.splitlines()[:5]

    def columns(sign: str) -> tuple[int, int]:
        counts = [len(each) for each in csv.reader(StringIO("\n".join(lines)), delimiter=sign)] or [1]
        return (counts[0] if len(set(counts)) == 1 else 1), counts[0]

    return max(DELIMITERS, key=columns)


def _of_workbook(content: bytes) -> Table:
    raw = enumerate(workbooks.rows(content, WORKBOOK_LINES_MAX, COLUMNS_MAX), start=1)
    for number, cells in raw:
        names = [_plain(cell) for cell in cells]
        while names and not names[-1]:
            names.pop()
        if names:
            if len(names) > COLUMNS_MAX:
                raise InvalidInput.at(f"row {number}", f"has more than {COLUMNS_MAX} columns")
            return Table(tuple(names), _lines(raw, len(names)))
    raise InvalidInput.at("file", "is empty")


def _plain(cell: Cell) -> str:
    stored = _stored(cell)
    text = stored if isinstance(stored, str) else stored[1]
    return storable(text.strip(), TEXT_CHARACTERS_MAX)


def _lines(raw: Iterator[tuple[int, list[Cell]]], width: int) -> Iterator[Line | Rejected]:
    count = 0
    for number, row in raw:
        cells = [_stored(cell) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        count += len(cells)
        if number > WORKBOOK_LINES_MAX or count > WORKBOOK_CELLS_MAX:
            most = f"{WORKBOOK_LINES_MAX:,} rows or {WORKBOOK_CELLS_MAX:,} cells"
            raise InvalidInput.at("file", f"has more than {most}: save it as CSV, of which more is taken")
        if len(cells) > width:
            yield Rejected(number, None, f"{len(cells)} cells, where the header has {width}", "")
        elif cells:
            yield Line(number, cells + [""] * (width - len(cells)))


def _stored(cell: Cell) -> Stored:
    """A cell as it is kept: exactly what the workbook has."""
    value: Any = cell.value
    if value is None:
        return ("bad", "holds a formula that was never computed: save the file again") if cell.is_uncomputed else ""
    if isinstance(value, str):
        return ("bad", f"holds the error {value}") if cell.is_error else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    return ("day", _dated(value)) if isinstance(value, date) else str(value)


def _dated(value: date) -> str:
    """A day, or a time to the second: what a workbook keeps is a fraction of a day, and no finer exactly."""
    if not isinstance(value, datetime):
        return value.isoformat()
    near = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return near.date().isoformat() if near.time() == datetime.min.time() else near.isoformat()


def _number(value: float) -> Stored:
    """The shortest digits that are this number: those that were typed, if they were few enough to keep."""
    text = f"{Decimal(str(value)).normalize():f}"
    is_long = len(text.strip("-").replace(".", "").strip("0")) > _DIGITS_MAX
    if is_long:
        return ("bad", f"{text} has more digits than a workbook keeps: write it as text, or round it")
    return ("number", text)
