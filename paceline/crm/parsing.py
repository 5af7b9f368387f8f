"""From rows of a CSV file to typed rows: a mapping is worked out once per file, then cells are looked up."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

from paceline.crm.binding import Binding
from paceline.crm.header import Header, Part
from paceline.crm.mapping import RecordMapping
from paceline.crm.reading import CsvRows, undecodable
from paceline.crm.values import BadElsewhere, BadValue, Defaults, check_characters
from paceline.domain.rejection import Rejected
from paceline.errors import Fault

Row = tuple[object, ...]


class RowFaults(Exception):
    """A row that cannot be taken: its faults, each with the column and the reason."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.message}" for fault in faults))
        self.faults = faults

    def rejected(self, line: int, content: str) -> Rejected:
        """The row as refused: at the first column at fault, with the reasons of the others behind its own."""
        first, *others = self.faults
        reason = "; ".join([first.message, *(f"{fault.where}: {fault.message}" for fault in others)])
        return Rejected(line, first.where or None, reason, content)


class RowParser:
    """Makes a typed row of a row's cells. Its parts come from a header that was checked."""

    def __init__(self, parts: Sequence[Part], header: Header, encoding: str) -> None:
        self._parts = parts
        self._reads = [part.read for part in parts]
        self._header = header
        self._encoding = encoding

    def parse(self, cells: Sequence[str]) -> Row:
        """The values of the parts, in order. Raises RowFaults with every fault of the row."""
        try:
            return tuple([read(cells) for read in self._reads])
        except ValueError as error:
            raise RowFaults(self._faults(cells) or [Fault("", str(error))]) from None

    def _faults(self, cells: Sequence[str]) -> list[Fault]:
        """Once something is wrong, everything that is: cells with characters that are none, then values."""
        unfit = {place: fault for place in self._header.used if (fault := self._unfit(cells[place]))}
        faults = [Fault(self._header.names[place], fault) for place, fault in sorted(unfit.items())]
        seen = {fault.where for fault in faults}
        faults += [fault for fault in _part_faults(self._parts, cells) if fault.where not in seen]
        return list(dict.fromkeys(faults))

    def _unfit(self, cell: str) -> str | None:
        try:
            check_characters(cell)
        except BadValue as bad:
            return undecodable(cell, self._encoding) or str(bad)
        return None


def _part_faults(parts: Sequence[Part], cells: Sequence[str]) -> Iterator[Fault]:
    for part in parts:
        inner = list(_part_faults(part.parts, cells))
        yield from inner
        try:
            part.read(cells)
        except BadElsewhere:
            continue
        except ValueError as error:
            if not inner:
                yield Fault(part.column, str(error))


class Rows(Protocol):
    """The rows of a file as (line, cells), with as many cells as the header, and those that cannot be taken apart.

    `content` is the text of the row that was given last.
    """

    @property
    def bytes_read(self) -> int: ...

    @property
    def content(self) -> str: ...

    header: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[int, list[str]] | Rejected]: ...


class RecordRows:
    """The records of a file: iterating gives typed rows, each aligned with `fields`, and refused ones.

    `raw` are the rows that they are made of, `parts` how their fields are read, and `ignored` the columns that no field
    uses.
    """

    def __init__(self, rows: Rows, mapping: RecordMapping, defaults: Defaults) -> None:
        header = Header(rows.header)
        bound = Binding(mapping, header, defaults).bind()
        header.check()
        self.fields = tuple(bound)
        self.parts = bound
        self.ignored = header.ignored
        self.raw = rows
        self._parser = RowParser(list(bound.values()), header, mapping.layout.encoding)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the file's columns."""
        return self.raw.header

    @property
    def bytes_read(self) -> int:
        """How much of the file has been read."""
        return self.raw.bytes_read

    def __iter__(self) -> Iterator[Row | Rejected]:
        rows, parse = self.raw, self._parser.parse
        for each in rows:
            if isinstance(each, Rejected):
                yield each
                continue
            line, cells = each
            try:
                row = parse(cells)
            except RowFaults as refused:
                row = refused.rejected(line, rows.content)
            yield row


def read_records(file: BinaryIO, mapping: RecordMapping, defaults: Defaults) -> RecordRows:
    """Read a CSV file as records of the mapping's module, whatever its size, in bounded memory.

    Raises InvalidInput, before any row, if the file cannot be read at all or lacks a column of the mapping.
    """
    return RecordRows(CsvRows(file, mapping.layout), mapping, defaults)
