"""The first line of a file: where its columns are, and which were asked for and are not there."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from paceline.crm.conversion import remembered, translated
from paceline.crm.mapping import Column, When
from paceline.crm.values import (
    SHOWN_CHARACTERS_MAX,
    BadElsewhere,
    BadValue,
    check_characters,
    quoted,
    storable,
)
from paceline.errors import Fault, InvalidInput
from paceline.org.names import did_you_mean, folded

# A message lists this many columns: enough to see which file it is.
COLUMNS_SHOWN_MAX = 50
_OTHER_DELIMITERS = ";\t|,"

_Value = TypeVar("_Value")
Cells = Sequence[str]
Read = Callable[[Cells], object]


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a typed row: the column to blame (blank if none is), how to read it, what it consists of.

    Reading raises ValueError in words.
    """

    column: str
    read: Read
    parts: tuple["Part", ...] = ()


class BadHeader(InvalidInput):
    """The columns of the file are not those that are asked for."""


class Header:
    """The names of a file's columns. `place` notes what is missing, `check` refuses it."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.used: set[int] = set()
        self._faults: list[Fault] = []

    def place(self, name: str, where: str) -> int:
        """The place of a column, counted from 0. If there is not one, a fault is noted at `where`."""
        count = self.names.count(name)
        if count != 1:
            self.fault(where, self._missing(name) if count == 0 else self._repeated(name))
            return 0
        place = self.names.index(name)
        self.used.add(place)
        return place

    def read(self, column: Column, where: str, convert: Callable[[str], _Value]) -> Callable[[Cells], _Value]:
        """Reads a column's cells, converted; faults of the mapping are noted at `where`."""
        place = self.place(column.name, where)
        if column.values:
            convert = translated(convert, column.values)
        if column.when is None:
            return lambda cells: convert(cells[place])
        guard, holds = self.place(column.when.column, f"{where}.when"), _holds(column.when)
        return lambda cells: convert(cells[place]) if holds(cells[guard]) else convert("")

    def fault(self, where: str, message: str) -> None:
        """Note a fault."""
        self._faults.append(Fault(where, message))

    def by_name(self, fields: Iterable[str]) -> dict[str, Column]:
        """The columns that have a field's name, whatever their case, blanks and underscores."""
        known = {_bare(each): each for each in fields}
        found: dict[str, Column] = {}
        for name in self.names:
            field = known.get(_bare(name))
            if field in found and found[field].name != name:
                self.fault(field, f"both columns {quoted(found[field].name)} and {quoted(name)} give it")
            elif field is not None:
                found[field] = Column(name)
        return found

    def require(self, field: str, found: Collection[str]) -> None:
        """Note that no column gives the field, if so."""
        if field not in found:
            self.fault(field, self._missing(field))

    def check(self) -> None:
        """Refuse the file if anything is missing. Raises BadHeader."""
        if self._faults:
            raise BadHeader(list(dict.fromkeys(self._faults)))

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that nothing asked for."""
        return tuple(name for place, name in enumerate(self.names) if name and place not in self.used)

    def _missing(self, name: str) -> str:
        shown = ", ".join(storable(each, SHOWN_CHARACTERS_MAX) for each in self.names[:COLUMNS_SHOWN_MAX])
        more = len(self.names) - COLUMNS_SHOWN_MAX
        there = f"It has: {shown} and {more} more" if more > 0 else f"It has: {shown}"
        if delimiter := self._other_delimiter():
            return f"the file has no column {quoted(name)}. {there}. Is {quoted(delimiter)} its delimiter?"
        closest = did_you_mean(name, filter(None, self.names)) or "."
        return f"the file has no column {quoted(name)}{closest} {there}"

    def _other_delimiter(self) -> str | None:
        """The sign at which the file should have been split, if it seems so."""
        alone = self.names[0] if len(self.names) == 1 else ""
        return next((each for each in _OTHER_DELIMITERS if each in alone), None)

    def _repeated(self, name: str) -> str:
        places = [str(place + 1) for place, each in enumerate(self.names) if each == name]
        return f"the file has {quoted(name)} more than once, as columns {', '.join(places)}"


def _holds(when: When) -> Callable[[str], bool]:
    def holds(cell: str) -> bool:
        try:
            check_characters(cell)
        except BadValue as bad:
            raise BadElsewhere(str(bad)) from None
        return folded(cell) in when.values

    return remembered(holds)


def _bare(name: str) -> str:
    return "".join(name.split()).replace("_", "").casefold()
