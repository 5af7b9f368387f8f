"""Finds and runs the programs that dump a database and read a dump: pg_dump and pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from psycopg import OperationalError
from psycopg.conninfo import make_conninfo

from paceline.postgres.binaries import Binaries, read_version, system_folders, wheel_folder
from paceline.postgres.errors import PostgresBinariesMissing, PostgresUnavailable

PROGRAMS = ("pg_dump", "pg_restore")
# Enough of what a program complained of.
SAID_BYTES_MAX = 2_000


def find_clients(major_min: int) -> Binaries:
    """The programs of the lowest version from that one on: a newer one reads what an older one wrote.

    Raises PostgresBinariesMissing.
    """
    found = [each for each in map(_read, dict.fromkeys(_folders())) if each]
    fitting = [each for each in found if each.major >= major_min]
    if fitting:
        return min(fitting, key=lambda each: each.major)
    there = ", ".join(f"{each.folder} (version {each.version})" for each in found)
    raise PostgresBinariesMissing(
        f"pg_dump and pg_restore of PostgreSQL {major_min} or newer are needed, and there are"
        f" {f'only older ones: {there}' if there else 'none'}. Install the client's package of your system, such as"
        f" postgresql-client-{major_min}, or set PACELINE_POSTGRES_BIN to the folder of its programs."
    )


def _folders() -> Iterator[Path]:
    if named := os.environ.get("PACELINE_POSTGRES_BIN"):
        yield Path(named).expanduser().absolute()
    if wheel := wheel_folder():
        yield wheel
    yield from system_folders()
    if pg_dump := shutil.which("pg_dump"):
        yield Path(pg_dump).parent


def _read(folder: Path) -> Binaries | None:
    if not all((folder / name).is_file() for name in PROGRAMS):
        return None
    number = read_version(folder / PROGRAMS[0])
    return Binaries(folder, number) if number else None


def connection_of(parameters: dict[str, str]) -> tuple[str, dict[str, str]]:
    """How a program connects: what may stand on its command line, which everybody sees, and what only it may know."""
    if "sslpassword" in parameters:
        raise PostgresUnavailable(
            "DATABASE_URL has an sslpassword, which pg_dump could be given only where everybody on this machine sees"
            " it. Use a key without a password that only its owner reads."
        )
    open_ones = {name: part for name, part in parameters.items() if name != "password"}
    secret = {"PGPASSWORD": parameters["password"]} if "password" in parameters else {}
    return make_conninfo(**open_ones), secret


@contextmanager
def running(
    command: list[str], environment: dict[str, str] | None = None, given: IO[bytes] | int = subprocess.DEVNULL
) -> Iterator["subprocess.Popen[bytes]"]:
    """The program while it writes; it must end well. Where the block fails, it is ended.

    Raises OperationalError with what it said.
    """
    surroundings = {**os.environ, "LC_ALL": "C", **(environment or {})}
    with TemporaryFile() as said:
        with subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=said, env=surroundings) as program:
            try:
                yield program
            except BaseException:
                program.kill()
                raise
        if program.returncode:
            said.seek(0)
            told = said.read(SAID_BYTES_MAX).decode(errors="replace").strip()
            raise OperationalError(f"{Path(command[0]).name} failed: {told or f'it ended with {program.returncode}'}")
