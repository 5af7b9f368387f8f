"""The rows of a CSV file, one at a time: a bad row is a fault of its own, and the next one is read still."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from paceline.crm.layout import Layout
from paceline.crm.lines import LINE_CHARACTERS_MAX, Lines, undecodable_byte
from paceline.crm.values import storable
from paceline.domain.record import TEXT_CHARACTERS_MAX
from paceline.domain.rejection import Rejected
from paceline.errors import InvalidInput

# What a refused row keeps of its text, so that thousands of them can wait together.
CONTENT_CHARACTERS_MAX = 2_000
# A CRM export has some hundreds of columns at most.
COLUMNS_MAX = 2_000

# The csv module's own limit is 131,072 characters, and would refuse a row for a column that nobody asked for.
csv.field_size_limit(LINE_CHARACTERS_MAX)

_UNCLOSED = "a quote opens here and never closes: close it, or write it twice if it is meant as a quote"
_STRAY = "text follows a closing quote: write a quote twice if it is meant as one"
_TOO_LONG = f"the line is longer than {LINE_CHARACTERS_MAX:,} characters"


class CsvRows:
    """Rows of a CSV file as (line, cells), with as many cells as the header; blank rows are passed over.

    `line` is where the row begins, counted from 1. Reading never takes more memory than a few of the
    longest lines allowed. Raises InvalidInput where the header cannot be read.
    """

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._lines = Lines(file, layout.encoding)
        self._taken = _Taken(iter(self._lines))
        self._encoding, self._delimiter = layout.encoding, layout.delimiter
        self._reader = csv.reader(self._taken, delimiter=layout.delimiter, strict=True)
        self.header: tuple[str, ...] = ()
        self.header = self._read_header()

    @property
    def bytes_read(self) -> int:
        """How much of the file has been read."""
        return self._lines.bytes_read

    @property
    def content(self) -> str:
        """The text of the row that was given last, as it can be stored, and cut if it is long."""
        return storable("".join(self._taken.lines).rstrip("\r\n"), CONTENT_CHARACTERS_MAX)

    def __iter__(self) -> Iterator[tuple[int, list[str]] | Rejected]:
        return self._rows(len(self.header))

    def _rows(self, width: int | None) -> Iterator[tuple[int, list[str]] | Rejected]:
        taken, lines, reader = self._taken, self._taken.lines, self._reader
        while True:
            lines.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _LineTooLong) as error:
                yield self._refuse(error)
                continue
            if (len(cells) == width or width is None) and any(cells):
                yield taken.number - len(lines) + 1, cells
            elif "".join(cells).strip():
                yield self._rejected(None, f"{_counted(len(cells))}, where the header has {width}")

    def _read_header(self) -> tuple[str, ...]:
        for row in self._rows(None):
            if isinstance(row, Rejected):
                raise InvalidInput.at(f"line {row.line}", row.reason)
            line, cells = row
            if not "".join(cells).isspace():
                return self._checked_header(line, cells)
        raise InvalidInput.at("file", "the file is empty")

    def _checked_header(self, line: int, cells: list[str]) -> tuple[str, ...]:
        fault = _header_fault("".join(cells), self._encoding)
        longest = max(map(len, cells))
        if longest > TEXT_CHARACTERS_MAX:
            fault = f"a column's name has {longest:,} characters, where at most {TEXT_CHARACTERS_MAX:,} fit"
        if len(cells) > COLUMNS_MAX:
            fault = f"{len(cells):,} columns, where at most {COLUMNS_MAX:,} can be"
        if fault:
            raise InvalidInput.at(f"line {line}", fault)
        return tuple(cell.strip() for cell in cells)

    def _refuse(self, error: Exception) -> Rejected:
        """The fault of a row that cannot be read. Only its first line is lost: the next is read afresh."""
        taken = self._taken
        if not taken.lines:
            taken.pass_over()
            return Rejected(taken.number, None, _TOO_LONG, "")
        if len(taken.lines) == 1 and "expected after" in str(error):
            return self._rejected(None, _STRAY)
        taken.give_back()
        return self._rejected(self._open_column(), _UNCLOSED)

    def _open_column(self) -> str | None:
        """The column of the cell that the line taken leaves open."""
        cells = next(csv.reader(self._taken.lines, delimiter=self._delimiter))
        return self.header[len(cells) - 1] if len(cells) <= len(self.header) else None

    def _rejected(self, column: str | None, reason: str) -> Rejected:
        return Rejected(self._taken.first, column, reason, self.content)


class _LineTooLong(Exception):
    """The next line, or the row with it, is longer than can be held."""


class _Taken:
    """The lines on their way into the csv module, kept until their row is complete."""

    def __init__(self, source: Iterator[str | None]) -> None:
        self.lines: list[str] = []
        self.number = 0
        self._source = source
        self._again: deque[str | None] = deque()
        self._characters = 0

    @property
    def first(self) -> int:
        """The number of the first of the lines."""
        return self.number - len(self.lines) + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        if line is None or self.lines:
            line = self._checked(line)
        self.lines.append(line)
        self.number += 1
        return line

    def pass_over(self) -> None:
        """Leave out the next line, which is too long."""
        self._again.popleft()
        self.number += 1

    def give_back(self) -> None:
        """Have all but the first of the lines taken again."""
        self._again.extendleft(reversed(self.lines[1:]))
        self.number -= len(self.lines) - 1
        del self.lines[1:]

    def _checked(self, line: str | None) -> str:
        if len(self.lines) == 1:
            self._characters = len(self.lines[0])
        self._characters += len(line or "")
        if line is None or self._characters > LINE_CHARACTERS_MAX:
            self._again.appendleft(line)
            raise _LineTooLong
        return line


def _counted(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells:,} cells"


def _header_fault(text: str, encoding: str) -> str | None:
    if "\0" in text:
        return "the header holds NUL characters: the file is not text, or is UTF-16 (save it as UTF-8)"
    return undecodable(text, encoding)


def undecodable(text: str, encoding: str) -> str | None:
    """What is wrong with a text if a byte of it could not be decoded."""
    byte = undecodable_byte(text)
    if byte is None:
        return None
    return f"byte 0x{byte:02X} is not {encoding}: name the file's own encoding in the mapping, such as latin-1"
