"""The statements that merge a staged batch into its record table, composed once per shape of batch.

`s` is the staged row and `d` the stored one, all NULL where the record is new, so that one expression per column
serves the insert, the update, and the question whether anything changes.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import LiteralString

from psycopg import sql

from paceline.domain.record import FIELDS, FieldType, Module
from paceline.facts.staging import relation
from paceline.facts.tables import TABLES, Table


@dataclass(frozen=True, slots=True)
class Merge:
    """The statements of one shape of batch, ready to run; the last two on all records touched, and on those changed."""

    classify: bytes
    insert: bytes
    update: bytes
    settle_all: bytes | None
    settle_changed: bytes


# Index: the table's _external index, once for each row. A row is stale when the stored change is the later one.
_CLASSIFY: LiteralString = """
    SELECT s.place, d.record_id,
        CASE WHEN d.record_id IS NULL THEN 'created' WHEN {stale} THEN 'stale'
             WHEN {differs} THEN 'changed' ELSE 'unchanged' END,
        {newer}
    FROM {batch} LEFT JOIN LATERAL (
        SELECT * FROM {table} d WHERE d.org_id = %(org_id)s AND d.source = %(source)s AND d.external_id = s.external_id
        OFFSET 0) d ON true
    WHERE s.round = %(round)s"""

_INSERT: LiteralString = """
    INSERT INTO {table} (org_id, source, external_id, {names}, close_owner_id)
    SELECT %(org_id)s, %(source)s, external_id, {names}, CASE WHEN {closed} THEN owner_id END
    FROM (SELECT s.place, s.external_id, {values} FROM {batch} CROSS JOIN LATERAL (SELECT (NULL::{table}).*) d
          WHERE s.place = ANY(%(places)s::integer[])) n
    ORDER BY place RETURNING record_id"""

# Index: the table's primary key.
_UPDATE: LiteralString = """
    UPDATE {table} d SET {changes}
    FROM {batch} JOIN unnest(%(places)s::integer[], %(records)s::bigint[]) AS c (at, record_id) ON c.at = s.place
    WHERE d.org_id = %(org_id)s AND d.record_id = ANY(%(records)s::bigint[]) AND d.record_id = c.record_id"""

# The owner at close: kept while the record stays closed, whoever owns it since.
_SETTLE: LiteralString = """
    UPDATE {table} SET close_owner_id = CASE WHEN {closed} THEN coalesce(close_owner_id, owner_id) END
    WHERE org_id = %(org_id)s AND record_id = ANY(%(records)s::bigint[])
    AND close_owner_id IS DISTINCT FROM CASE WHEN {closed} THEN coalesce(close_owner_id, owner_id) END"""

# A lead said to be qualified, with no day for it, qualified when its source changed it, the first time that is heard.
_SETTLE_LEADS: LiteralString = """
    UPDATE lead SET qualified_at = modified, qualified_day = (modified AT TIME ZONE %(zone)s)::date
    WHERE org_id = %(org_id)s AND record_id = ANY(%(records)s::bigint[])
    AND status = 'qualified' AND qualified_day IS NULL AND modified IS NOT NULL"""
_NEEDS_SETTLING: LiteralString = "({status} = 'qualified' AND {day} IS NULL AND s.modified IS NOT NULL)"


@lru_cache(maxsize=256)
def merge(module: Module, fields: tuple[str, ...], *, inline: bool) -> Merge:
    """The statements for batches that give these fields."""
    table, batch = TABLES[module], relation(module, fields, inline=inline)
    new = _given_values(module, fields)
    dated = "modified" in fields
    classify = sql.SQL(_CLASSIFY).format(
        table=table.identifier,
        batch=batch,
        stale=sql.SQL("s.modified < d.modified" if dated else "false"),
        newer=sql.SQL("coalesce(s.modified > d.modified, d.modified IS NULL)" if dated else "false"),
        differs=_differs(module, new),
    )
    changes = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in new.items())
    update = sql.SQL(_UPDATE).format(table=table.identifier, batch=batch, changes=changes)
    settle = sql.SQL(_SETTLE).format(table=table.identifier, closed=table.closed_when).as_bytes()
    return Merge(
        classify.as_bytes(),
        _insert(table, batch, {**_defaults(module), **new}).as_bytes(),
        update.as_bytes(),
        sql.SQL(_SETTLE_LEADS).as_bytes() if module == Module.LEADS else None,
        settle,
    )


def _differs(module: Module, new: dict[str, sql.Composable]) -> sql.Composed:
    parts = [
        sql.SQL("d.{} IS DISTINCT FROM {}").format(sql.Identifier(name), value)
        for name, value in new.items()
        if name != "modified"
    ]
    if module == Module.LEADS and "modified" in new:
        status, day = new.get("status", sql.SQL("d.status")), new.get("qualified_day", sql.SQL("d.qualified_day"))
        parts.append(sql.SQL(_NEEDS_SETTLING).format(status=status, day=day))
    return sql.SQL(" OR ").join(parts)


def _insert(table: Table, batch: sql.Composable, new: dict[str, sql.Composable]) -> sql.Composed:
    return sql.SQL(_INSERT).format(
        table=table.identifier,
        names=sql.SQL(", ").join(map(sql.Identifier, new)),
        closed=table.closed_when,
        values=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(value, sql.Identifier(name)) for name, value in new.items()
        ),
        batch=batch,
    )


def _defaults(module: Module) -> dict[str, sql.Composable]:
    """What a new record has in the columns that the batch does not give and the statement needs."""
    made: dict[str, sql.Composable] = {"status": sql.SQL("'open'"), "owner_id": sql.SQL("NULL::bigint")}
    if module == Module.DEALS:
        made["currency"] = sql.SQL("%(currency)s")
    if module == Module.LEADS:
        made["qualified_day"] = sql.SQL("NULL::date")
    return made


def _given_values(module: Module, fields: tuple[str, ...]) -> dict[str, sql.Composable]:
    # A record that is written again is there again, so `deleted` is always given.
    made: dict[str, sql.Composable] = {"deleted": sql.SQL("false")}
    for each in FIELDS[module]:
        if each.name in fields and each.name != "external_id":
            made |= _field_values(each.name, each.type)
    if module == Module.LEADS and "qualified" in fields:
        made |= _kept_qualified(made)
    return made


_SPECIAL: dict[str, LiteralString] = {
    "currency": "coalesce(s.currency, %(currency)s)",
    "custom": "jsonb_strip_nulls(coalesce(d.custom, '{}') || coalesce(s.custom, '{}'))",
    "deleted": "coalesce(s.deleted, false)",
    "modified": "greatest(d.modified, s.modified)",
    "status": "coalesce(s.status, 'open')",
}
_OWNER_ID: LiteralString = """CASE WHEN d.owner IS NOT DISTINCT FROM s.owner AND d.owner_id IS NOT NULL
    THEN d.owner_id ELSE s.owner_id END"""
_DAY: LiteralString = "coalesce(s.{day}, (s.{at} AT TIME ZONE %(zone)s)::date)"
# A qualified lead keeps the day it first qualified when the source sends none.
_KEPT: LiteralString = "CASE WHEN {given} IS NOT NULL THEN {new} WHEN {status} = 'qualified' THEN d.{column} END"


def _field_values(name: str, kind: FieldType) -> dict[str, sql.Composable]:
    if kind == FieldType.MOMENT:
        return _moment_values(name)
    value = sql.SQL(_SPECIAL[name]) if name in _SPECIAL else sql.SQL("s.{}").format(sql.Identifier(name))
    if name == "owner":
        return {name: value, "owner_id": sql.SQL(_OWNER_ID)}
    return {name: value}


def _moment_values(name: str) -> dict[str, sql.Composable]:
    at, day = sql.Identifier(f"{name}_at"), sql.Identifier(f"{name}_day")
    made = sql.SQL(_DAY).format(day=day, at=at)
    return {f"{name}_at": sql.SQL("s.{}").format(at), f"{name}_day": made}


def _kept_qualified(made: dict[str, sql.Composable]) -> dict[str, sql.Composable]:
    given, status = made["qualified_day"], made.get("status", sql.SQL("d.status"))
    return {
        name: sql.SQL(_KEPT).format(given=given, new=made[name], status=status, column=sql.Identifier(name))
        for name in ("qualified_at", "qualified_day")
    }
