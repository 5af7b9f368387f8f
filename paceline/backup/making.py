"""Making a backup: a dump and the numbers of its rows, of one moment, while others write on."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

import paceline
from paceline.backup import archive
from paceline.backup.archive import DUMP, SECRET_KEY, Manifest, Progress
from paceline.backup.dump import tables_of
from paceline.errors import NotFound
from paceline.postgres.binaries import Binaries
from paceline.postgres.clients import connection_of, find_clients, running

# psycopg gives a server's version as 150020 for 15.20.
VERSION_STEP = 10_000
# What Paceline has is all in one schema, with one extension; others of the same database are none of its business.
SCHEMA, EXTENSION = "public", "btree_gist"
# The lowest of gzip's: twice as quick as the usual one, for a tenth more.
COMPRESSION = 1

_BEGIN: LiteralString = """
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL statement_timeout = 0;
    SET LOCAL row_security = off"""
_TABLES: LiteralString = """
    SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = %s::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY relname"""
_MIGRATIONS: LiteralString = "SELECT app || '.' || name FROM public.django_migrations ORDER BY 1"


def back_up(
    parameters: dict[str, str],
    path: Path,
    *,
    secret_key: str | None,
    overwrite: bool,
    now: datetime,
    progress: Progress,
) -> Manifest:
    """Write the whole database to the path, and read it back. `parameters` are those of the login that owns the tables.

    Raises Conflict, InvalidInput, NotFound where there is nothing, PostgresBinariesMissing, psycopg.Error, OSError.
    """
    with (
        archive.drafted(path, overwrite=overwrite) as draft,
        psycopg.connect(make_conninfo(**parameters), autocommit=True) as connection,
    ):
        major = connection.info.server_version // VERSION_STEP
        clients = find_clients(major)
        connection.execute(_BEGIN)
        snapshot, migrations = _snapshot(connection), _migrations(connection)
        tables = count_tables(connection, progress)
        made = Manifest(now.isoformat(), paceline.__version__, major, clients.major, migrations, tables)
        with archive.writing(draft) as parts:
            parts.add(DUMP, _dump(parameters, clients, snapshot, progress))
            if secret_key is not None:
                parts.add(SECRET_KEY, [secret_key.encode()])
            parts.finish(made)
        _read_back(draft, clients, progress)
    return made


def _snapshot(connection: psycopg.Connection[Any]) -> str:
    """The moment of this transaction, by a name that pg_dump takes."""
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    return str(row and row[0])


def _migrations(connection: psycopg.Connection[Any]) -> list[str]:
    row = connection.execute("SELECT to_regclass('public.django_migrations') IS NULL").fetchone()
    if row == (True,):
        raise NotFound("there is nothing to back up: the database has no tables of Paceline")
    return [str(name) for (name,) in connection.execute(_MIGRATIONS)]


def count_tables(connection: psycopg.Connection[Any], progress: Progress) -> dict[str, int]:
    """How many rows each table has, for a login that row-level security hides none from."""
    names = [str(name) for (name,) in connection.execute(_TABLES, [SCHEMA]).fetchall()]
    counts: dict[str, int] = {}
    for done, name in enumerate(names):
        progress("counting rows", done, len(names))
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SCHEMA, name))
        row = connection.execute(query).fetchone()
        counts[name] = row[0] if row else 0
    return counts


def _dump(parameters: dict[str, str], clients: Binaries, snapshot: str, progress: Progress) -> Iterator[bytes]:
    conninfo, secret = connection_of(parameters)
    command = [
        clients.program("pg_dump"),
        "--format=custom",
        f"--compress={COMPRESSION}",
        f"--schema={SCHEMA}",
        f"--extension={EXTENSION}",
        f"--snapshot={snapshot}",
        "--no-password",
        f"--dbname={conninfo}",
    ]
    size = 0
    with running(command, secret) as program:
        assert program.stdout  # noqa: S101 - it is a pipe
        while chunk := program.stdout.read(archive.CHUNK_BYTES):
            size += len(chunk)
            progress("dumping", size, None)
            yield chunk


def _read_back(path: Path, clients: Binaries, progress: Progress) -> None:
    """A backup is one when it was read."""
    with archive.reading(path) as file:
        file.check(progress)
        missing = file.manifest.tables.keys() - tables_of(file, clients)
        if missing:
            raise archive.damaged(path, f"the dump lacks {', '.join(sorted(missing))}")
