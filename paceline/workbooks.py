"""Workbooks as rows of typed cells, bounded before anything is unpacked."""

import posixpath
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from string import digits
from typing import IO, Any, NamedTuple
from xml.parsers.expat import ParserCreate
from zipfile import BadZipFile, ZipFile

from defusedxml.ElementTree import fromstring
from python_calamine import load_workbook

from paceline.errors import InvalidInput

# What a workbook says it unpacks to; nothing is unpacked beyond what it says. Ten thousand people with a year of weeks
# come to a fifth of it.
UNPACKED_BYTES_MAX = 100_000_000
# Its table of texts is read whole.
TEXTS_BYTES_MAX = 10_000_000
PARTS_MAX = 1_000
# The library makes room for every cell between the first and the last: twenty-four bytes each.
AREA_CELLS_MAX = 5_000_000
# Up to here floating point has every whole number.
WHOLE_MAX = 2**53

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SHEETS = "/worksheets/"
_TEXTS = re.compile(r"<[^>]*sharedStrings\+xml[^>]*>")


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
    """The rows of the sheet of that title, or of the first one.

    Raises InvalidInput, also for more lines or columns than these.
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
    name, marks = _scanned(content, title, lines_max, columns_max)
    sheet = load_workbook(BytesIO(content)).get_sheet_by_name(name)
    values = sheet.iter_rows()
    # It leaves out the columns before the first that has anything, though not the rows.
    before = [EMPTY] * (sheet.start or (0, 0))[1]
    for number in range(1, marks.rows + 1):
        row = before + [_cell(each) for each in next(values, ())]
        for place, cell in marks.cells.get(number, ()):
            row += [EMPTY] * (place + 1 - len(row))
            row[place] = cell
        while row and row[-1] is EMPTY:
            row.pop()
        yield row


def _cell(value: Any) -> Cell:
    if value == "":
        return EMPTY
    # The library reads every number as floating point; these are whole, and written so.
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < WHOLE_MAX
    return Cell(int(value) if is_whole else value)


def _scanned(content: bytes, title: str | None, lines_max: int, columns_max: int) -> "tuple[str, _Marks]":
    """The name of the sheet, and what the library does not tell of it."""
    with ZipFile(BytesIO(content)) as archive:
        links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        paths = {each.get("Id"): posixpath.join("/xl", each.get("Target", "")) for each in links}
        sheets = {
            each.get("name", ""): path
            for each in fromstring(archive.read("xl/workbook.xml")).iter()
            if _local(each.tag) == "sheet"
            for key, link in each.items()
            if _local(key) == "id" and _SHEETS in (path := posixpath.normpath(paths.get(link, "")))
        }
        if not sheets:
            raise InvalidInput.at("file", "is a workbook without a sheet")
        name = title if title in sheets else next(iter(sheets))
        marks = _Marks(lines_max, columns_max)
        with archive.open(sheets[name].lstrip("/")) as part:
            marks.read(part)
    return name, marks


@lru_cache(maxsize=1_000)
def _local(name: str) -> str:
    return name.rpartition("}")[2]


class _Marks:
    """The errors of a sheet and its formulas that were never computed: cells by row from 1, with their place from 0.

    Raises InvalidInput where the cells that have anything reach too far: the library makes room for all between them.
    """

    def __init__(self, lines_max: int, columns_max: int) -> None:
        self.lines_max, self.columns_max = lines_max, columns_max
        self.cells: dict[int, list[tuple[int, Cell]]] = {}
        self.rows = 0
        self._columns = 0
        self._row, self._place = 0, -1
        self._is_error = self._is_formula = False
        self._text: list[str] = []

    def read(self, part: IO[bytes]) -> None:
        """Take the part in that holds the sheet."""
        parser = ParserCreate(namespace_separator="}")
        parser.StartElementHandler = self._begin
        parser.StartDoctypeDeclHandler = _refuse
        self._parser = parser
        parser.ParseFile(part)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "c":
            reference = attributes.get("r")
            if reference:
                letters = reference.rstrip(digits)
                # Where a cell says another row than the one it is in, the library believes the cell.
                self._row, self._place = int(reference[len(letters) :]), _column(letters)
            else:
                self._place += 1
            self._is_error, self._is_formula = attributes.get("t") == "e", False
        elif kind == "row":
            self._row, self._place = int(attributes.get("r", self._row + 1)), -1
        elif kind in {"v", "is", "f"}:
            self._is_formula |= kind == "f"
            self._reach()
            if self._is_error or self._is_formula:
                self._parser.EndElementHandler = self._end
                self._parser.CharacterDataHandler = self._text.append if kind == "v" else None

    def _end(self, name: str) -> None:
        kind = _local(name)
        if kind == "v":
            self._parser.CharacterDataHandler = None
        elif kind == "c":
            text = "".join(self._text)
            if self._is_error or not text:
                cell = Cell(text, is_error=True) if text else Cell(None, is_uncomputed=True)
                self.cells.setdefault(self._row, []).append((self._place, cell))
            self._text.clear()
            # Most cells are neither, and need no look at their end.
            self._parser.EndElementHandler = None

    def _reach(self) -> None:
        """Note how far the cells go."""
        if self._row > self.rows:
            self.rows = self._row
            if self.rows > self.lines_max:
                raise InvalidInput.at("file", f"has more than {self.lines_max:,} lines")
        if self._place >= self._columns:
            self._columns = self._place + 1
            if self._columns > self.columns_max:
                raise InvalidInput.at(f"row {self._row}", f"has more than {self.columns_max} columns")
        if self.rows * self._columns > AREA_CELLS_MAX:
            raise InvalidInput.at("file", f"spans more than {AREA_CELLS_MAX:,} cells: delete what stands far off")


@lru_cache(maxsize=1_000)
def _column(letters: str) -> int:
    """The place of a column from 0, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _refuse(*_: object) -> None:
    raise ValueError("it declares a type of document")
