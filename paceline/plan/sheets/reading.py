"""The lines of a CSV file or a workbook as text, bounded before anything is unpacked."""

import codecs
import csv
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from paceline.errors import InvalidInput
from paceline.plan.sheets.texts import original, unescaped
from paceline.plan.sheets.writing import DIGITS_MAX, SHEET

# Ten thousand people with a year of weeks come to a fifth of it.
FILE_BYTES_MAX = 20_000_000
# What a workbook says it unpacks to; nothing is unpacked beyond what it says. The same people come to a fifth of it.
UNPACKED_BYTES_MAX = 100_000_000
# Its table of texts is read whole, and slowly: a second of work for each of these megabytes.
TEXTS_BYTES_MAX = 10_000_000
PARTS_MAX = 1_000
LINES_MAX = 50_000
COLUMNS_MAX = 200
CELLS_MAX = 1_000_000

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKED = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SHEETS = "/worksheets/"
_TEXTS = re.compile(r"<[^>]*sharedStrings\+xml[^>]*>")
_DELIMITERS = ",;\t"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_BLOCK_BYTES = 262_144
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
    if content.startswith(_OLD_EXCEL):
        raise InvalidInput.at("file", "is an old or a locked Excel workbook: save it as .xlsx without a password")
    lines = _of_workbook(content) if content.startswith(_ZIP) else _of_csv(content)
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
    _check_parts(content)
    try:
        yield from _lines(content)
    except InvalidInput:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged workbook makes the library raise anything
        raise InvalidInput.at("file", f"cannot be read as a workbook: {str(error)[:100]}") from None


def _check_parts(content: bytes) -> None:
    """Refuse what would unpack to too much, by its own list of contents."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MAX:
                raise InvalidInput.at("file", f"is a workbook of more than {PARTS_MAX:,} parts")
            if sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
                raise InvalidInput.at("file", f"is a workbook that unpacks to more than {UNPACKED_BYTES_MAX:,} bytes")
            if any(part.file_size > TEXTS_BYTES_MAX for part in parts if _SHEETS not in part.filename):
                raise InvalidInput.at(
                    "file", f"is a workbook with more than {TEXTS_BYTES_MAX:,} bytes beside its sheets"
                )
            types = archive.read("[Content_Types].xml").decode("utf-8", "replace")
    except (BadZipFile, KeyError, OSError, RuntimeError, ValueError, zlib.error):
        raise InvalidInput.at("file", "is a damaged workbook") from None
    if any(_SHEETS in each for each in _TEXTS.findall(types)):
        # The table of texts would pass for a sheet.
        raise InvalidInput.at("file", "is a damaged workbook")


def _lines(content: bytes) -> Iterator[Line]:
    sheet = _sheet(content, data_only=True)
    formulas = _formulas(content) if _has_formula(sheet) else frozenset[tuple[int, int]]()
    for number, row in enumerate(_rows(sheet), start=1):
        cells: list[str] = []
        bad: dict[int, str] = {}
        for place, cell in enumerate(row):
            if cell.value is None:
                cells.append("")
                if (number, place) in formulas:
                    bad[place] = _UNCOMPUTED
            else:
                text, fault = _text(cell.value, cell.data_type)
                cells.append(text)
                if fault:
                    bad[place] = fault
        yield Line(number, _trimmed(cells), bad)


def _sheet(content: bytes, *, data_only: bool) -> Any:
    with warnings.catch_warnings():
        # The library warns of what it does not keep, such as drop-down lists; it is only read here.
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        raise InvalidInput.at("file", "is a workbook without a sheet")
    return sheets.get(SHEET, next(iter(sheets.values())))


def _rows(sheet: Any) -> Iterable[Any]:
    """The rows; what the file itself says of its size is often wrong."""
    sheet.reset_dimensions()
    return sheet.iter_rows(max_row=LINES_MAX + 1, max_col=COLUMNS_MAX + 1)


def _formulas(content: bytes) -> frozenset[tuple[int, int]]:
    """Where formulas are, by row and place: the workbook read again, without what they were computed to."""
    sheet = _sheet(content, data_only=False)
    return frozenset(
        (number, place)
        for number, row in enumerate(_rows(sheet), start=1)
        for place, cell in enumerate(row)
        if cell.data_type == "f"
    )


def _has_formula(sheet: Any) -> bool:
    last = b""
    with sheet._get_source() as source:  # noqa: SLF001 - the part that the sheet is read from
        while block := source.read(_BLOCK_BYTES):
            if _FORMULA.search(last + block):
                return True
            last = block[-20:]
    return False


def _text(value: Any, data_type: str) -> tuple[str, str | None]:
    """A cell as text, and what is wrong with it."""
    if isinstance(value, str):
        return (value, f"holds the error {value}") if data_type == "e" else (unescaped(value), None)
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
