"""Restoring a backup: all of it in one transaction, so that a restore that ends midway leaves what was there before."""

from typing import Any, LiteralString

import psycopg
from django.db import connection as django
from django.db import transaction
from django.db.migrations.loader import MigrationLoader

import paceline
from paceline import schema
from paceline.backup.archive import Archive, Progress
from paceline.backup.dump import copy_rows, run_definitions
from paceline.backup.errors import BackupDamaged, BackupNewer, DatabaseInUse, DatabaseNotEmpty
from paceline.backup.making import VERSION_STEP, count_tables
from paceline.facts import tenancy
from paceline.postgres.clients import find_clients

# Whoever came meanwhile holds the tables no longer than a command takes.
LOCK_SECONDS_MAX = 10
TOLD_MAX = 5

# A server's own workers have no user; what others do is hidden from a login that is no administrator, but not that
# they are there.
_OTHERS: LiteralString = """
    SELECT coalesce(nullif(application_name, ''), 'a program'), usename::text, client_addr::text, count(*)
    FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
    AND coalesce(backend_type, 'client backend') = 'client backend' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
_TABLES: LiteralString = """
    SELECT count(*), coalesce(bool_or(tablename = 'org_organization'), false)
    FROM pg_tables WHERE schemaname = 'public'"""
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtext('paceline.migrate'))"


def restore(file: Archive, *, overwrite: bool, progress: Progress) -> list[str]:
    """Put a checked backup in the place of what the database holds, and migrate it; the migrations that took.

    Django is set up, and its connection is closed at the end. Raises BackupDamaged, BackupNewer, DatabaseInUse,
    DatabaseNotEmpty, PostgresBinariesMissing, psycopg.Error.
    """
    clients = find_clients(file.manifest.pg_dump_major)
    django.ensure_connection()
    raw = django.connection
    _check_versions(file, raw)
    try:
        with transaction.atomic(), tenancy.unscoped(raw):
            raw.execute(_LOCK)
            _check_alone(raw)
            if not overwrite:
                _check_empty(raw)
            raw.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS_MAX}s'")
            # The backup makes the schema again.
            raw.execute("DROP SCHEMA public CASCADE")
            progress("making the tables", 0, None)
            run_definitions(raw, file, clients, "pre-data")
            copy_rows(raw, file, clients, progress)
            _check_counts(file, raw, progress)
            progress("making the indexes", 0, None)
            run_definitions(raw, file, clients, "post-data")
            raw.execute("RESET search_path; SET CONSTRAINTS ALL IMMEDIATE")
            progress("migrating", 0, None)
            return [name for name in schema.migrate() if name != schema.WALL]
    finally:
        # The dump has settings of its own.
        django.close()


def _check_versions(file: Archive, raw: psycopg.Connection[Any]) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations or ()}
    made = file.manifest
    unknown = [name for name in made.migrations if name not in known]
    if unknown:
        raise BackupNewer(
            f"the backup was made by Paceline {made.paceline}, and has {unknown[0]}, which this version,"
            f" {paceline.__version__}, does not know: install that version or a newer one, and restore it with that"
        )
    major = raw.info.server_version // VERSION_STEP
    if made.postgres_major > major:
        raise BackupNewer(
            f"the backup was made on PostgreSQL {made.postgres_major}, and this server is {major}: restore it to"
            f" PostgreSQL {made.postgres_major} or newer"
        )


def _check_alone(raw: psycopg.Connection[Any]) -> None:
    others = raw.execute(_OTHERS).fetchall()
    if others:
        told = ", ".join(
            f"{name} (as {user}{_at(place)}, {count} connection{'' if count == 1 else 's'})"
            for name, user, place, count in others[:TOLD_MAX]
        )
        more = f" and {len(others) - TOLD_MAX} more" if len(others) > TOLD_MAX else ""
        raise DatabaseInUse(f"the database is in use by {told}{more}: stop them, and restore again")


def _at(place: str | None) -> str:
    return f" from {place}" if place else ""


def _check_empty(raw: psycopg.Connection[Any]) -> None:
    count, are_ours = raw.execute(_TABLES).fetchone() or (0, False)
    if are_ours:
        names = [str(name) for (name,) in raw.execute("SELECT name FROM public.org_organization ORDER BY id")]
        if names:
            more = f" and {len(names) - TOLD_MAX} more" if len(names) > TOLD_MAX else ""
            raise DatabaseNotEmpty(
                f"the database holds {', '.join(names[:TOLD_MAX])}{more}: back it up, and give --overwrite to put the"
                " backup in its place; or restore into another PACELINE_HOME or DATABASE_URL"
            )
    elif count:
        raise DatabaseNotEmpty(
            "the database has tables, and they are not Paceline's: restore into a database of its own"
        )


def _check_counts(file: Archive, raw: psycopg.Connection[Any], progress: Progress) -> None:
    found = count_tables(raw, progress)
    if found != file.manifest.tables:
        wrong = sorted(name for name, _ in found.items() ^ file.manifest.tables.items())
        raise BackupDamaged(
            f"the backup holds other rows than its manifest says, in {', '.join(dict.fromkeys(wrong))}. Nothing was"
            " changed: take another backup"
        )
