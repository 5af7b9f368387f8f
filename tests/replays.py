"""What many tests begin with: made by the verbs once in a worker, and written straight into the tables after that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import psycopg
from psycopg import sql

Made = TypeVar("Made")

_TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


@dataclass(frozen=True, slots=True)
class _Recording(Generic[Made]):
    """The rows of each table as COPY writes them, and how far the sequences had come."""

    made: Made
    rows: list[tuple[sql.Composed, bytes]]
    sequences: dict[str, int]


_kept: dict[Callable[[psycopg.Connection], object], _Recording] = {}


def played(
    connection: psycopg.Connection,
    make: Callable[[psycopg.Connection], Made],
    again: Callable[[Made, psycopg.Connection], Made],
) -> Made:
    """What `make` makes on a database with no organization; `again` is the same on another connection."""
    if not _is_blank(connection):
        return make(connection)
    known = _kept.get(make)
    if known is None:
        return _record(connection, make)
    for copy, rows in known.rows:
        with connection.cursor().copy(copy) as written:
            written.write(rows)
    for name, value in known.sequences.items():
        connection.execute("SELECT setval(%s, greatest(%s, nextval(%s)))", [name, value, name])
    return again(known.made, connection)


def _is_blank(connection: psycopg.Connection) -> bool:
    """A role that the database keeps to one organization cannot copy into tables."""
    asked = "SELECT current_user = session_user AND NOT EXISTS (SELECT FROM org_organization)"
    return bool((connection.execute(asked).fetchone() or (False,))[0])


def _record(connection: psycopg.Connection, make: Callable[[psycopg.Connection], Made]) -> Made:
    tables = dict(connection.execute(_TABLES).fetchall())
    empty = [name for name in tables if _count(connection, name) == 0]
    made = make(connection)
    rows: list[tuple[sql.Composed, bytes]] = []
    for name in empty:
        if _count(connection, name):
            names = {"table": sql.Identifier(name), "columns": sql.SQL(", ").join(map(sql.Identifier, tables[name]))}
            with connection.cursor().copy(sql.SQL("COPY {table} ({columns}) TO STDOUT").format(**names)) as read:
                rows.append((sql.SQL("COPY {table} ({columns}) FROM STDIN").format(**names), b"".join(read)))
    _kept[make] = _Recording(made, rows, dict(connection.execute(_SEQUENCES).fetchall()))
    return made


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return row[0] if row else 0
