"""People in a CSV file: who they are, where they belong, and from when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, BinaryIO
from unicodedata import category
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from paceline.crm import values
from paceline.crm.conversion import Convert, dated, flag, remembered
from paceline.crm.header import Header, Part
from paceline.crm.layout import Layout
from paceline.crm.mapping import PEOPLE_FIELDS, PeopleMapping
from paceline.crm.parsing import RowFaults, RowParser, Rows
from paceline.crm.reading import CsvRows
from paceline.crm.times import Clock, reader
from paceline.crm.values import BadValue
from paceline.domain.rejection import Rejected
from paceline.org.columns import EMAIL_CHARACTERS_MAX

DEPARTMENT_SEPARATOR = " > "
TEAM_SEPARATOR = ";"
# Days of people have no time, so no zone matters.
_CLOCK = Clock(ZoneInfo("UTC"), ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row about a person; what is blank or not there is None or empty.

    `department` is a path from the top down, `teams` begin with the primary one, `manager` is an external id,
    an e-mail or a name, and `from_day` the day from which department and teams hold.
    """

    line: int
    name: str | None
    email: str | None
    department: tuple[str, ...]
    teams: tuple[str, ...]
    manager: str | None
    hire_day: date | None
    end_day: date | None
    external_id: str | None
    quota_carrying: bool | None
    from_day: date | None
    content: str = ""


class PeopleRows:
    """The people of a CSV file: iterating gives people and refused rows; `ignored` are columns not used."""

    def __init__(self, rows: Rows, mapping: PeopleMapping) -> None:
        header = Header(rows.header)
        parts = _bind(header, mapping)
        header.check()
        self.ignored = header.ignored
        self._rows = rows
        self._parser = RowParser(parts, header, mapping.layout.encoding)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the file's columns."""
        return self._rows.header

    @property
    def bytes_read(self) -> int:
        """How much of the file has been read."""
        return self._rows.bytes_read

    def __iter__(self) -> Iterator[PersonRow | Rejected]:
        for each in self._rows:
            yield each if isinstance(each, Rejected) else self._person(*each)

    def _person(self, line: int, cells: list[str]) -> PersonRow | Rejected:
        content = self._rows.content
        try:
            parsed: Any = self._parser.parse(cells)
        except RowFaults as refused:
            return refused.rejected(line, content)
        person = PersonRow(line, *parsed, content=content)
        if person.name or person.email or person.external_id:
            return person
        return Rejected(line, None, "a person has a name, an e-mail or an external id", content)


def read_people(file: BinaryIO, mapping: PeopleMapping) -> PeopleRows:
    """Read a CSV file as people. Raises InvalidInput, before any row, if it lacks a column of the mapping."""
    return PeopleRows(CsvRows(file, mapping.layout), mapping)


def _bind(header: Header, mapping: PeopleMapping) -> list[Part]:
    """The parts of a person, in the order of PEOPLE_FIELDS, which is that of PersonRow."""
    columns = dict(mapping.columns) or header.by_name(set(PEOPLE_FIELDS) - set(mapping.constants))
    if not {"name", "email", "external_id"} & {*columns}:
        header.require("name", columns)
    converters, constants = _converters(mapping.layout), _converters(Layout())
    parts: list[Part] = []
    for name in PEOPLE_FIELDS:
        if name in columns:
            column = columns[name]
            parts.append(Part(column.name, header.read(column, f"columns.{name}", converters[name])))
        else:
            parts.append(_constant(header, name, mapping.constants.get(name, ""), constants[name]))
    return parts


def _constant(header: Header, name: str, text: str, convert: Convert) -> Part:
    try:
        value = convert(text)
    except ValueError as error:
        header.fault(f"constants.{name}", str(error))
        value = None
    return Part("", lambda _: value)


def _converters(layout: Layout) -> dict[str, Convert]:
    day = remembered(partial(dated, reader(layout.dates), _CLOCK.day))
    return {
        "name": _name,
        "email": _email,
        "department": remembered(partial(_names, DEPARTMENT_SEPARATOR)),
        "team": remembered(partial(_names, TEAM_SEPARATOR)),
        "manager": remembered(_name),
        "hire_date": day,
        "end_date": day,
        "external_id": _name,
        "quota_carrying": remembered(flag),
        "from": day,
    }


def _email(text: str) -> str | None:
    email = values.text(text, EMAIL_CHARACTERS_MAX)
    if email is None:
        return None
    try:
        validate_email(email)
    except ValidationError:
        raise BadValue(f"{values.quoted(email)} is not an e-mail address") from None
    return email


def _name(text: str) -> str | None:
    name = values.key(text)
    if name and not name.isprintable() and any(category(letter) == "Cc" for letter in name):
        raise BadValue("holds a control character")
    return name


def _names(separator: str, text: str) -> tuple[str, ...]:
    """The names in a cell; blank ones are left out."""
    return tuple(name for part in text.split(separator) if (name := _name(part)) is not None)
