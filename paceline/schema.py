"""Whether the database has the tables of this version, and bringing them up to it."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from paceline import wall
from paceline.errors import PacelineError
from paceline.facts import tenancy
from paceline.postgres import is_private

# How the wall between organizations is called among the migrations.
WALL = "row_level_security"


class NotMigrated(PacelineError):
    """The database is behind this version."""

    code = "not_migrated"
    status = 503


def pending() -> list[str]:
    """The migrations that this version has and the database has not, as room.name; and the wall, if it has gaps."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.ensure_connection()
    waiting = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    return [*waiting, WALL] if wall.faults(connection.connection) else waiting


def migrate() -> list[str]:
    """Bring the database up to this version; what was done. Two at once wait for each other."""
    connection.ensure_connection()
    raw = connection.connection
    with tenancy.unscoped(raw), connection.cursor() as cursor:
        # A session lock, because the migrations commit one by one.
        cursor.execute("SELECT pg_advisory_lock(hashtext('paceline.migrate'))")
        try:
            todo = pending()
            if todo:
                # First, for without it nothing that is migrated could be used.
                wall.make_role(raw)
                call_command("migrate", verbosity=0, interactive=False)
                wall.put_up(raw)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('paceline.migrate'))")
    # What was connected before there was a role becomes it now.
    tenancy.become_tenant(raw)
    return todo


def check() -> None:
    """Bring a private database up to date; refuse a server of somebody else's that is behind. Raises NotMigrated."""
    if is_private():
        if pending():
            migrate()
    elif pending():
        raise NotMigrated("the database is behind this version of Paceline: run `paceline migrate`")


def clear() -> None:
    """Take everything out of the database, and make the tables anew."""
    connection.ensure_connection()
    with tenancy.unscoped(connection.connection), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    migrate()
