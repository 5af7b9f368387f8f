"""Workbooks as rows of typed cells, bounded before anything is unpacked."""

import re
import warnings
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from paceline.errors import InvalidInput

# What a workbook says it unpacks to; nothing is unpacked beyond what it says. Ten thousand people with a year of weeks
# come to a fifth of it.
UNPACKED_BYTES_MAX = 100_000_000
# Its table of texts is read whole, and slowly: a second of work for each of these megabytes.
TEXTS_BYTES_MAX = 10_000_000
PARTS_MAX = 1_000

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SHEETS = "/worksheets/"
_TEXTS = re.compile(r"<[^>]*sharedStrings\+xml[^>]*>")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_BLOCK_BYTES = 262_144


class Cell(NamedTuple):
    """A cell: its value as the workbook has it, None where it is empty.

    `is_error` is an error of a formula, which the value names; `is_uncomputed` a formula that was never computed.
    """

    value: Any
    is_error: bool = False
    is_uncomputed: bool = False


EMPTY = Cell(None)


def is_workbook(content: bytes) -> bool:
    """Whether the content is a workbook that can be read. Raises InvalidInput for an old or a locked one."""
    if content.startswith(_OLD_EXCEL):
        raise InvalidInput.at("file", "is an old or a locked Excel workbook: save it as .xlsx without a password")
    return content.startswith(_ZIP)


def rows(content: bytes, lines_max: int, columns_max: int, title: str | None = None) -> Iterator[list[Cell]]:
    """The rows of the sheet of that title, or of the first one: one row and one column beyond what is allowed.

    Raises InvalidInput.
    """
    _check_parts(content)
    try:
        yield from _rows(content, lines_max, columns_max, title)
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


def _rows(content: bytes, lines_max: int, columns_max: int, title: str | None) -> Iterator[list[Cell]]:
    sheet = _sheet(content, title, data_only=True)
    bounds = lines_max + 1, columns_max + 1
    formulas = _formulas(content, title, bounds) if _has_formula(sheet) else frozenset[tuple[int, int]]()
    for number, row in enumerate(_raw_rows(sheet, bounds), start=1):
        yield [
            Cell(None, is_uncomputed=(number, place) in formulas)
            if cell.value is None
            else Cell(cell.value, cell.data_type == "e")
            for place, cell in enumerate(row if formulas else _filled(row))
        ]


def _filled(row: Any) -> Any:
    """The row without the empty cells that it is filled up with."""
    last = len(row)
    while last and row[last - 1].value is None:
        last -= 1
    return row[:last]


def _sheet(content: bytes, title: str | None, *, data_only: bool) -> Any:
    with warnings.catch_warnings():
        # The library warns of what it does not keep, such as drop-down lists; it is only read here.
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        raise InvalidInput.at("file", "is a workbook without a sheet")
    return sheets.get(title or "", next(iter(sheets.values())))


def _raw_rows(sheet: Any, bounds: tuple[int, int]) -> Iterable[Any]:
    """The rows; what the file itself says of its size is often wrong."""
    sheet.reset_dimensions()
    return sheet.iter_rows(max_row=bounds[0], max_col=bounds[1])


def _formulas(content: bytes, title: str | None, bounds: tuple[int, int]) -> frozenset[tuple[int, int]]:
    """Where formulas are, by row and place: the workbook read again, without what they were computed to."""
    sheet = _sheet(content, title, data_only=False)
    return frozenset(
        (number, place)
        for number, row in enumerate(_raw_rows(sheet, bounds), start=1)
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
