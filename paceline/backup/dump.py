"""Reading a dump as SQL, and running it in a transaction that is the caller's."""

import subprocess
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

import psycopg

from paceline.backup.archive import DUMP, Archive, Progress
from paceline.postgres.binaries import Binaries
from paceline.postgres.clients import running

# So much is handed to the server at a time.
COPY_BYTES = 2**16
# An older server does not know the first; the others speak to psql.
_NOT_RUN = (b"SET transaction_timeout", b"\\restrict ", b"\\unrestrict ")
_COPY_END = b"\\.\n"


def tables_of(file: Archive, clients: Binaries) -> set[str]:
    """The tables whose rows the dump has."""
    with _read(file, clients, "--list") as lines:
        # It reads like: 4242; 0 16419 TABLE DATA public deal paceline
        words = [line.decode().split() for line in lines]
    return {each[6] for each in words if each[3:5] == ["TABLE", "DATA"]}


def run_definitions(connection: psycopg.Connection[Any], file: Archive, clients: Binaries, section: str) -> None:
    """Run what comes before the rows (`pre-data`), or after them (`post-data`)."""
    with _read(file, clients, *_sql(section)) as lines:
        script = b"".join(line for line in lines if not line.startswith(_NOT_RUN))
    connection.execute(script)


def copy_rows(connection: psycopg.Connection[Any], file: Archive, clients: Binaries, progress: Progress) -> None:
    """Put the rows into the tables, and set the sequences. Each statement of this section is one line."""
    total, done = sum(file.manifest.tables.values()), 0
    with _read(file, clients, *_sql("data")) as lines:
        for line in lines:
            if line.startswith(b"COPY "):
                table = line.split()[1].decode().removeprefix("public.")
                progress(f"restoring {table}", done, total)
                _copy(connection, line, lines)
                done += file.manifest.tables.get(table, 0)
            elif line.startswith((b"SET ", b"SELECT ")) and not line.startswith(_NOT_RUN):
                connection.execute(line)


def _copy(connection: psycopg.Connection[Any], statement: bytes, lines: Iterator[bytes]) -> None:
    with connection.cursor().copy(statement) as copy:
        for chunk in _gathered(_until_end(lines)):
            copy.write(chunk)


def _until_end(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line == _COPY_END:
            return
        yield line
    raise psycopg.OperationalError("the dump ended within the rows of a table")


def _gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    waiting, size = list[bytes](), 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= COPY_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _sql(section: str) -> list[str]:
    # Owner and rights are those of the login that restores; the wall gives the tenant role what it needs.
    return ["--no-owner", "--no-privileges", "--no-comments", "--no-tablespaces", f"--section={section}", "--file=-"]


@contextmanager
def _read(file: Archive, clients: Binaries, *options: str) -> Generator[Iterator[bytes]]:
    """The lines that pg_restore makes of the dump, which it is given as it goes."""
    with running([clients.program("pg_restore"), *options], given=subprocess.PIPE) as program:
        assert program.stdin  # noqa: S101 - they are pipes
        assert program.stdout  # noqa: S101
        feeder = threading.Thread(target=_feed, args=(file, program.stdin), daemon=True)
        feeder.start()
        try:
            yield iter(program.stdout)
        except BaseException:
            program.kill()
            raise
        finally:
            # It has said everything, and may not have read to the end.
            feeder.join()


def _feed(file: Archive, pipe: IO[bytes]) -> None:
    # Whoever has read enough closes the pipe. A dump that breaks off is told by the one who reads it.
    with suppress(BrokenPipeError), pipe:
        for chunk in file.chunks(DUMP):
            pipe.write(chunk)
