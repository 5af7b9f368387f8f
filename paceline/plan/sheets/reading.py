"""The lines of a CSV file or a workbook as text, bounded before anything is unpacked."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import StringIO
from typing import Any

from paceline import workbooks
from paceline.errors import InvalidInput
from paceline.plan.sheets.texts import original
from paceline.plan.sheets.writing import DIGITS_MAX, SHEET

# Ten thousand people with a year of weeks come to a fifth of it.
FILE_BYTES_MAX = 20_000_000
LINES_MAX = 50_000
COLUMNS_MAX = 200
CELLS_MAX = 1_000_000

_MARKED = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = ",;\t"
_UNCOMPUTED = (
    "holds a formula that was never computed: open and save the file in a spreadsheet program, or write the value"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the spreadsheet numbers it, from 1; `bad` has what is wrong with a cell, by its place."""

    number: int
    cells: list[str]
    bad: dict[int, str] = field(default_factory=dict[int, str])


def read(content: bytes) -> list[Line]:
    """The lines of the file that have anything, the header first. Raises InvalidInput."""
    if len(content) > FILE_BYTES_MAX:
        raise InvalidInput.at("file", f"is larger than {FILE_BYTES_MAX:,} bytes")
    lines = _of_workbook(content) if workbooks.is_workbook(content) else _of_csv(content)
    found: list[Line] = []
    cells = 0
    for line in lines:
        cells += len(line.cells)
        if line.number > LINES_MAX:
            raise InvalidInput.at("file", f"has more than {LINES_MAX:,} lines")
        if cells > CELLS_MAX:
            raise InvalidInput.at("file", f"has more than {CELLS_MAX:,} cells")
        if len(line.cells) > COLUMNS_MAX:
            raise InvalidInput.at(f"row {line.number}", f"has more than {COLUMNS_MAX} columns")
        if line.bad or any(line.cells):
            found.append(line)
    if not found:
        raise InvalidInput.at("file", "is empty")
    return found


def _of_csv(content: bytes) -> Iterator[Line]:
    codec = next((codec for mark, codec in _MARKED.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        at = content[: error.start].count(b"\n") + 1
        raise InvalidInput.at("file", f"line {at} is not UTF-8 text: save it as CSV UTF-8, or as XLSX") from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield Line(number, _trimmed([original(cell) for cell in cells]))
    except csv.Error as error:
        raise InvalidInput.at(f"row {number + 1}", f"cannot be read: {error}") from None


def _trimmed(cells: list[str]) -> list[str]:
    """The cells without the blank ones at the end."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _of_workbook(content: bytes) -> Iterator[Line]:
    for number, row in enumerate(workbooks.rows(content, LINES_MAX, COLUMNS_MAX, SHEET), start=1):
        cells: list[str] = []
        bad: dict[int, str] = {}
        for place, cell in enumerate(row):
            text, fault = ("", _UNCOMPUTED if cell.is_uncomputed else None) if cell.value is None else _text(cell)
            cells.append(text)
            if fault:
                bad[place] = fault
        yield Line(number, _trimmed(cells), bad)


def _text(cell: workbooks.Cell) -> tuple[str, str | None]:
    """A cell as text, and what is wrong with it."""
    value: Any = cell.value
    if isinstance(value, str):
        return (value, f"holds the error {value}") if cell.is_error else (value, None)
    if isinstance(value, bool):
        return ("yes" if value else "no"), None
    if isinstance(value, int | float):
        # The shortest digits that are this number: those that were typed, if they were few enough to keep.
        text = f"{Decimal(str(value)).normalize():f}"
        is_long = len(text.strip("-").replace(".", "").strip("0")) > DIGITS_MAX
        return text, f"{text} has more digits than a workbook keeps: write it as text, or round it" if is_long else None
    if isinstance(value, datetime | date | time):
        return str(value), f"holds a date, {value}: write what is meant as text"
    return str(value), f"holds {type(value).__name__}, not text or a number"
