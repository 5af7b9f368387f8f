"""Reading stored records back, a page at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, LiteralString

from psycopg import sql

from paceline.domain.record import FIELDS, FieldType, Module
from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES

PAGE_ROWS_MAX = 1_000
# A list to choose from; there is one for each system that sends records.
SOURCES_MAX = 100
# Above every record id.
_LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Which records: of an owner, of any of several, of a source or external id, made on days of a span (half-open).

    `closed_from` and `closed_to` are such a span of the days on which they were won, lost, qualified or completed.
    `words` are a part of a name or an external id, whatever the capitals.
    """

    owner_id: int | None = None
    owner_ids: Sequence[int] | None = None
    source: str | None = None
    external_id: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    record_id: int | None = None
    status: str | None = None
    deleted: bool | None = None
    words: str | None = None


# Index: the table's primary key; its _owner index for one owner's, its _external index for one external id.
_LIST: LiteralString = """
    SELECT {columns} FROM {table} WHERE org_id = %(org_id)s AND record_id > %(after)s AND {asked}
    ORDER BY record_id LIMIT %(limit)s"""
_LATEST: LiteralString = """
    SELECT {columns} FROM {table} WHERE org_id = %(org_id)s AND record_id < %(before)s AND {asked}
    ORDER BY record_id DESC LIMIT %(limit)s"""
# Index: the table's _external index, from one source to the next.
_SOURCES: LiteralString = """
    WITH RECURSIVE found (source) AS (
        SELECT min(source) FROM {table} WHERE org_id = %(org_id)s
        UNION ALL
        SELECT (SELECT min(source) FROM {table} WHERE org_id = %(org_id)s AND source > f.source) FROM found f
        WHERE f.source IS NOT NULL)
    SELECT source FROM found WHERE source IS NOT NULL LIMIT %(limit)s"""
_ASKED: dict[str, LiteralString] = {
    "owner_id": "owner_id = %(owner_id)s",
    "owner_ids": "owner_id = ANY(%(owner_ids)s::bigint[])",
    "source": "source = %(source)s",
    "external_id": "external_id = %(external_id)s",
    "from_day": "created_day >= %(from_day)s",
    "to_day": "created_day < %(to_day)s",
    "closed_from": "{closed} >= %(closed_from)s",
    "closed_to": "{closed} < %(closed_to)s",
    "record_id": "record_id = %(record_id)s",
    "status": "status = %(status)s",
    "deleted": "deleted = %(deleted)s",
    "words": """(strpos(lower(external_id), lower(%(words)s)) > 0
        OR strpos(lower(coalesce(name, '')), lower(%(words)s)) > 0)""",
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
    return _page(scope, module, _LIST, asked, {"after": after}, limit)


def latest(
    scope: Scope, module: Module, asked: Asked, before: int | None = None, limit: int = PAGE_ROWS_MAX
) -> list[Any]:
    """The same, the record that came last first, before that record id."""
    return _page(scope, module, _LATEST, asked, {"before": _LAST if before is None else before}, limit)


def one(scope: Scope, module: Module, record_id: int) -> dict[str, Any]:
    """The record of that id. Raises NotFound."""
    found = latest(scope, module, Asked(record_id=record_id), limit=1)
    if not found:
        raise NotFound(f"there is no such record among your {module}")
    return found[0]


def sources(scope: Scope, module: Module) -> list[str]:
    """Where the module's records come from."""
    query = sql.SQL(_SOURCES).format(table=TABLES[module].identifier)
    return [source for (source,) in scope.run(query, {"org_id": scope.org_id, "limit": SOURCES_MAX})]


def _page(
    scope: Scope, module: Module, template: LiteralString, asked: Asked, from_: dict[str, int], limit: int
) -> list[Any]:
    values = {name: getattr(asked, name) for name in _ASKED if getattr(asked, name) is not None}
    query = _query(module, template, tuple(values))
    given = {"org_id": scope.org_id, **from_, "limit": min(limit, PAGE_ROWS_MAX + 1)}
    names = columns(module)
    return [_record(dict(zip(names, row, strict=True))) for row in scope.run(query, {**values, **given})]


def _record(row: dict[str, Any]) -> dict[str, Any]:
    # Whether the connection reads JSON by itself is its owner's choice.
    custom = row["custom"]
    return {**row, "custom": json.loads(custom) if isinstance(custom, str) else custom}


@lru_cache(maxsize=128)
def _query(module: Module, template: LiteralString, asked: Sequence[str]) -> bytes:
    closed = sql.Identifier(f"{TABLES[module].closing}_day")
    wanted = sql.SQL(" AND ").join([sql.SQL("true"), *(sql.SQL(_ASKED[name]).format(closed=closed) for name in asked)])
    told = sql.SQL(", ").join(map(sql.Identifier, columns(module)))
    return sql.SQL(template).format(columns=told, table=TABLES[module].identifier, asked=wanted).as_bytes()
