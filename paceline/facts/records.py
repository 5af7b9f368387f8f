"""Reading stored records back, a page at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, LiteralString

from psycopg import sql

from paceline.domain.record import FIELDS, FieldType, Module
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES

PAGE_ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records: of an owner, of any of several, of a source or external id, made on days of a span (half-open)."""

    owner_id: int | None = None
    owner_ids: Sequence[int] | None = None
    source: str | None = None
    external_id: str | None = None
    from_day: date | None = None
    to_day: date | None = None


# Index: the table's primary key; its _owner index for one owner's, its _external index for one external id.
_LIST: LiteralString = """
    SELECT {columns} FROM {table} WHERE org_id = %(org_id)s AND record_id > %(after)s AND {asked}
    ORDER BY record_id LIMIT %(limit)s"""
_ASKED: dict[str, LiteralString] = {
    "owner_id": "owner_id = %(owner_id)s",
    "owner_ids": "owner_id = ANY(%(owner_ids)s::bigint[])",
    "source": "source = %(source)s",
    "external_id": "external_id = %(external_id)s",
    "from_day": "created_day >= %(from_day)s",
    "to_day": "created_day < %(to_day)s",
}


def columns(module: Module) -> list[str]:
    """The columns of a record as it is told: ids, owner and every field, times with their days."""
    told = ["record_id", "source", "external_id", "owner_id"]
    for field in FIELDS[module]:
        if field.type == FieldType.MOMENT:
            told += [f"{field.name}_at", f"{field.name}_day"]
        elif field.name != "external_id":
            told.append(field.name)
    return told


def listed(scope: Scope, module: Module, asked: Asked, after: int = 0, limit: int = PAGE_ROWS_MAX) -> list[Any]:
    """A page of the records, after that record id: each a mapping by column, deleted ones too."""
    values = {name: getattr(asked, name) for name in _ASKED if getattr(asked, name) is not None}
    query = _query(module, tuple(values))
    given = {"org_id": scope.org_id, "after": after, "limit": min(limit, PAGE_ROWS_MAX + 1)}
    names = columns(module)
    return [_record(dict(zip(names, row, strict=True))) for row in scope.run(query, {**values, **given})]


def _record(row: dict[str, Any]) -> dict[str, Any]:
    # Whether the connection reads JSON by itself is its owner's choice.
    custom = row["custom"]
    return {**row, "custom": json.loads(custom) if isinstance(custom, str) else custom}


@lru_cache(maxsize=128)
def _query(module: Module, asked: Sequence[str]) -> bytes:
    wanted = sql.SQL(" AND ").join([sql.SQL("true"), *(sql.SQL(_ASKED[name]) for name in asked)])
    told = sql.SQL(", ").join(map(sql.Identifier, columns(module)))
    return sql.SQL(_LIST).format(columns=told, table=TABLES[module].identifier, asked=wanted).as_bytes()
