"""The first rows of an uploaded file as they would be read, each cell with its value or its fault."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from paceline.crm.files.stored import unpack
from paceline.crm.files.trying import bound
from paceline.crm.header import Cells, Part
from paceline.crm.models import Import
from paceline.crm.values import BadElsewhere, storable
from paceline.domain.rejection import Rejected
from paceline.facts.scope import Scope

ROWS_SHOWN_MAX = 12
_CHARACTERS_SHOWN_MAX = 80


@dataclass(frozen=True, slots=True)
class Read:
    """What a cell was read as; with `fault`, what stands there and why it cannot be taken."""

    value: Any
    fault: str = ""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row with its fields in their order, or the fault of the whole of it."""

    line: int
    cells: list[Read]
    fault: str = ""


def first_rows(scope: Scope, made: Import) -> tuple[list[str], list[PreviewRow]]:
    """The fields that the file gives, and its first rows."""
    part = made.parts.filter(number=1).first()
    rows = unpack(bytes(part.content))[:ROWS_SHOWN_MAX] if part is not None and part.content else []
    records = bound(scope, made, rows)
    return list(records.parts), list(_rows(records.parts, records.raw, made.header))


def _rows(parts: dict[str, Part], raw: Any, header: list[str]) -> Iterator[PreviewRow]:
    for each in raw:
        if isinstance(each, Rejected):
            yield PreviewRow(each.line, [], f"{each.column}: {each.reason}" if each.column else each.reason)
            continue
        line, cells = each
        yield PreviewRow(line, [_read(part, cells, header) for part in parts.values()])


def _read(part: Part, cells: Cells, header: list[str]) -> Read:
    try:
        return Read(part.read(cells))
    except BadElsewhere:
        return Read("", "")
    except ValueError as error:
        stands = cells[header.index(part.column)] if part.column in header else ""
        return Read(storable(stands, _CHARACTERS_SHOWN_MAX), str(error))
