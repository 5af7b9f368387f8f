"""Looks over an installation: what is right, what is not, and how to mend it."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from paceline.doctor.check import Check, Grade
from paceline.doctor.service import examine_service
from paceline.errors import PacelineError
from paceline.home import SECRET_KEY_FILE, home, is_root
from paceline.postgres import is_private, ready
from paceline.postgres.binaries import VERSION_MIN, VERSION_TESTED_MAX, find_binaries
from paceline.postgres.data import check_data
from paceline.postgres.server import PASSWORD_FILE
from paceline.setup import set_up_django

PYTHON_MIN = (3, 11)
MEBIBYTE = 2**20
# Below the first an import may not fit; below the second PostgreSQL may stop at any time.
SPACE_BYTES_AMPLE = 2048 * MEBIBYTE
SPACE_BYTES_MIN = 256 * MEBIBYTE
SECRET_FILES = (PASSWORD_FILE, SECRET_KEY_FILE)
GROUP_AND_OTHERS = 0o077
VERSION_STEP = 10_000


def examine() -> Iterator[Check]:
    """Every check, as it is done: first the machine, then PostgreSQL, what is in it, and the service.

    Starts the private server where there is one. What cannot be looked at because an earlier check
    failed is left out.
    """
    yield _python()
    folder = home()
    usable = _home(folder)
    yield usable
    if usable.grade is Grade.FAIL:
        return
    yield _secrets(folder)
    yield _space(folder)
    if is_private():
        yield _binaries(folder)
    try:
        parameters = ready()
    except PacelineError as error:
        yield Check("server", Grade.FAIL, error.message)
        return
    yield Check("server", Grade.OK, "PostgreSQL answers.")
    with psycopg.connect(make_conninfo(**parameters), autocommit=True) as connection:
        yield from _server(connection)
    set_up_django(parameters)
    yield _migrations()
    yield _wall()
    yield _organizations()
    yield from _service()


def _python() -> Check:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < PYTHON_MIN:
        return Check("python", Grade.FAIL, f"Python {found} is too old; install 3.11 or newer.")
    return Check("python", Grade.OK, f"Python {found}.")


def _home(folder: Path) -> Check:
    try:
        found = folder.stat()
    except FileNotFoundError:
        return Check("home", Grade.OK, f"{folder} is not there yet; it is made when it is needed.")
    except OSError as error:
        message = f"{folder} cannot be reached ({error.strerror}). Set PACELINE_HOME to another place."
        return Check("home", Grade.FAIL, message)
    if not stat.S_ISDIR(found.st_mode):
        return Check("home", Grade.FAIL, f"{folder} is not a folder. Set PACELINE_HOME to another place.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check("home", Grade.FAIL, f"You may not write in {folder}. Run as its owner.")
    return Check("home", Grade.OK, f"{folder} can be read and written.")


def _secrets(folder: Path) -> Check:
    open_ones = [
        str(path)
        for name in SECRET_FILES
        if (path := folder / name).exists() and path.stat().st_mode & GROUP_AND_OTHERS
    ]
    if open_ones:
        return Check("secrets", Grade.FAIL, f"Others may read secrets. Run: chmod 600 {' '.join(open_ones)}")
    return Check("secrets", Grade.OK, "Only their owner reads the secrets.")


def _space(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    message = f"{free // MEBIBYTE} MiB are free in {there}."
    if free < SPACE_BYTES_MIN:
        return Check("space", Grade.FAIL, f"{message} Make room, or PostgreSQL will stop.")
    if free < SPACE_BYTES_AMPLE:
        return Check("space", Grade.WARN, f"{message} A large import may not fit.")
    return Check("space", Grade.OK, message)


def _binaries(folder: Path) -> Check:
    try:
        found = find_binaries()
        check_data(folder / "postgres", found)
    except PermissionError:
        return Check("binaries", Grade.FAIL, f"You may not look into {folder / 'postgres'}. Run as its owner.")
    except PacelineError as error:
        return Check("binaries", Grade.FAIL, error.message)
    as_whom = " (under an account without rights, as you are root)" if is_root() else ""
    return Check("binaries", Grade.OK, f"PostgreSQL {found.version} in {found.folder}{as_whom}.")


def _server(connection: psycopg.Connection[Any]) -> Iterator[Check]:
    yield _version(connection.info.server_version // VERSION_STEP)
    yield _encoding(connection)
    yield _durability(connection)
    yield _btree_gist(connection)


def _version(major: int) -> Check:
    if major > VERSION_TESTED_MAX:
        known = f"{VERSION_MIN} to {VERSION_TESTED_MAX}"
        return Check("version", Grade.WARN, f"PostgreSQL {major} is newer than what Paceline is tested on: {known}.")
    return Check("version", Grade.OK, f"The server is PostgreSQL {major}.")


def _encoding(connection: psycopg.Connection[Any]) -> Check:
    row = connection.execute("SELECT current_setting('server_encoding')").fetchone()
    if row != ("UTF8",):
        return Check("encoding", Grade.FAIL, "Names cannot be kept. Make the database with ENCODING 'UTF8'.")
    row = connection.execute("SELECT lower('\u00c9') = '\u00e9'").fetchone()
    if row != (True,):
        return Check(
            "encoding",
            Grade.WARN,
            "Accented capitals are not told from other letters, so that owners named with them may not be"
            " found. Make the database with LOCALE 'C.UTF-8'.",
        )
    return Check("encoding", Grade.OK, "The database keeps UTF-8.")


def _durability(connection: psycopg.Connection[Any]) -> Check:
    row = connection.execute("SELECT current_setting('fsync'), current_setting('full_page_writes')").fetchone()
    if row != ("on", "on"):
        return Check("durability", Grade.WARN, "A power cut may lose data. Set fsync and full_page_writes to on.")
    return Check("durability", Grade.OK, "What is committed outlives a power cut.")


def _btree_gist(connection: psycopg.Connection[Any]) -> Check:
    row = connection.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist'").fetchone()
    if row != (1,):
        return Check("btree_gist", Grade.FAIL, "Install PostgreSQL's contrib package: btree_gist is missing.")
    return Check("btree_gist", Grade.OK, "btree_gist can be used.")


def _migrations() -> Check:
    from paceline.schema import pending

    waiting = pending()
    if waiting and is_private():
        return Check("migrations", Grade.OK, f"{len(waiting)} are waiting; the next command applies them.")
    if waiting:
        return Check("migrations", Grade.FAIL, f"{len(waiting)} are waiting. Run: paceline migrate")
    return Check("migrations", Grade.OK, "The tables are up to date.")


def _wall() -> Check:
    from paceline.edge import raw_connection
    from paceline.facts.tenancy import tenant_role
    from paceline.wall import faults

    connection = raw_connection()
    found = faults(connection)
    row = connection.execute("SELECT current_user::text").fetchone()
    if not found and row != (tenant_role(connection.info.dbname),):
        found = [f"statements run as {row and row[0]}"]
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return Check(
            "tenancy", Grade.FAIL, f"Organizations are not kept apart: {found[0]}{more}. Run: paceline migrate"
        )
    return Check("tenancy", Grade.OK, "Row-level security keeps organizations apart.")


def _organizations() -> Check:
    from django.apps import apps
    from django.db import DatabaseError

    from paceline.edge import unscoped

    try:
        with unscoped():
            count = apps.get_model("org", "Organization").objects.count()
    except DatabaseError:
        return Check("organizations", Grade.WARN, "They cannot be counted until the tables are up to date.")
    if count == 0:
        return Check("organizations", Grade.WARN, "There is none yet. Run: paceline organization create --name NAME")
    if count > 1:
        return Check("organizations", Grade.WARN, f"There are {count}: a command must name the one it means.")
    return Check("organizations", Grade.OK, "There is one.")


def _service() -> Iterator[Check]:
    from django.conf import settings

    yield from examine_service(settings.ALLOWED_HOSTS, settings.SECRET_KEY)
