"""The one place that knows how to get a PostgreSQL: the one DATABASE_URL names, or a private one."""

import atexit
import logging
import os
import time
from threading import Thread

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from paceline.errors import PacelineError
from paceline.home import home
from paceline.postgres.binaries import VERSION_MIN
from paceline.postgres.errors import PostgresTooOld, PostgresUnavailable
from paceline.postgres.server import Server

__all__ = ["PostgresTooOld", "PostgresUnavailable", "Server", "connect_parameters", "is_private", "keep", "ready"]

log = logging.getLogger("paceline.postgres")

CONNECT_SECONDS_MAX = 10
# How often a service looks whether its private server lives.
KEEP_SECONDS = 1.0
# psycopg gives a server's version as 150020 for 15.20.
VERSION_STEP = 10_000

_joined: dict[int, Server] = {}


def is_private() -> bool:
    """Whether Paceline runs the server itself, because DATABASE_URL names none."""
    return not os.environ.get("DATABASE_URL")


def ready() -> dict[str, str]:
    """Make PostgreSQL ready and answer how to connect, as libpq names it.

    The private server is held until this process ends, and stopped then if no other process holds it.
    Raises PostgresUnavailable or HomeNotUsable, which say what is wrong and how to mend it.
    """
    if not is_private():
        parameters = connect_parameters(os.environ["DATABASE_URL"])
        _check(parameters)
        return parameters
    process = os.getpid()
    if process not in _joined:
        # A forked child has its own membership: its parent's lock is not its own to let go.
        _joined.clear()
        _joined[process] = Server(home())
        atexit.register(_leave, process)
    return _joined[process].join()


def keep() -> None:
    """Start the private server again whenever it was killed, for as long as this process lives."""
    if is_private():
        ready()
        Thread(target=_keep, args=(_joined[os.getpid()],), daemon=True).start()


def _keep(server: Server) -> None:
    while True:
        time.sleep(KEEP_SECONDS)
        try:
            server.revive()
        except (PacelineError, OSError) as error:
            log.warning("PostgreSQL is gone, and cannot be started again: %s", error)


def _leave(process: int) -> None:
    if process == os.getpid() and process in _joined:
        _joined.pop(process).leave()


def connect_parameters(url: str) -> dict[str, str]:
    """The parts of a DATABASE_URL, as libpq names them."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise PostgresUnavailable(
            "DATABASE_URL cannot be read. It looks like postgresql://user:password@host:5432/database."
        ) from error
    return {name: str(part) for name, part in parts.items() if part is not None}


def _check(parameters: dict[str, str]) -> None:
    try:
        limited = {"connect_timeout": str(CONNECT_SECONDS_MAX), **parameters}
        with psycopg.connect(make_conninfo(**limited)) as connection:
            version = connection.info.server_version // VERSION_STEP
    except psycopg.OperationalError as error:
        raise PostgresUnavailable(f"The server that DATABASE_URL names does not answer. It said: {error}") from error
    if version < VERSION_MIN:
        raise PostgresTooOld(
            f"The server that DATABASE_URL names is PostgreSQL {version}; {VERSION_MIN} or newer is needed."
        )
