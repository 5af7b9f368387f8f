"""A private PostgreSQL server that several processes share: the first starts it, the last stops it."""

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import make_conninfo

from paceline.home import make_home, open_private, secret
from paceline.postgres import process
from paceline.postgres.account import Account, server_account
from paceline.postgres.binaries import Binaries, find_binaries, within_reach
from paceline.postgres.data import USER, check_data, data_version, make_data, set_password
from paceline.postgres.errors import PostgresDidNotStart
from paceline.postgres.place import make_socket_folder, require_way_in, socket_folder
from paceline.postgres.tuning import server_options

DATABASE = "paceline"
PORT = 5432
PASSWORD_FILE = "postgres.password"  # noqa: S105 - the file's name, not what is in it
# A server that was killed first does again what its log holds; max_wal_size bounds that.
START_SECONDS_MAX = 300


@dataclass
class Server:
    """The private server of one home folder.

    Every process that joined holds a shared lock for as long as it lives, so that the last to leave
    knows it is the last. A process that is killed lets go of its lock, and leaves the server to others.
    `options` are PostgreSQL settings that go before the usual ones.
    """

    folder: Path
    binaries: Binaries = field(default_factory=find_binaries)
    options: Mapping[str, str] = field(default_factory=dict)
    _membership: IO[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @cached_property
    def account(self) -> Account:
        return server_account(self.data)

    @property
    def parameters(self) -> dict[str, str]:
        """How to connect, as libpq names it."""
        return {
            "host": str(socket_folder(self.folder, self.account, PORT)),
            "port": str(PORT),
            "user": USER,
            "password": secret(self.folder, PASSWORD_FILE),
            "dbname": DATABASE,
        }

    def join(self) -> dict[str, str]:
        """Make the server ready, hold on to it, and answer how to connect."""
        make_home(self.folder)
        with self._alone():
            if self._membership is None:
                membership = open_private(self.folder / "postgres.users.lock")
                fcntl.flock(membership, fcntl.LOCK_SH)
                self._membership = membership
            self._make_ready()
        return self.parameters

    def revive(self) -> None:
        """Start the server again where it is gone, for as long as this process holds on to it."""
        if process.running(self.data) is not None:
            return
        with self._alone():
            if self._membership is not None:
                self._make_ready()

    def leave(self) -> None:
        """Let go of the server, and stop it where nobody else holds it."""
        if self._membership is None:
            return
        with self._alone():
            membership, self._membership = self._membership, None
            try:
                fcntl.flock(membership, fcntl.LOCK_EX | fcntl.LOCK_NB)
                process.stop(self.data)
            except BlockingIOError:
                pass
            finally:
                membership.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else starts or stops the server meanwhile."""
        with open_private(self.folder / "postgres.start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_ready(self) -> None:
        password_lost = data_version(self.data) is not None and not (self.folder / PASSWORD_FILE).exists()
        if password_lost:
            process.stop(self.data)
        deadline = time.monotonic() + START_SECONDS_MAX
        while fault := self._fault():
            if process.running(self.data) is None:
                self._start(password_lost=password_lost)
            elif time.monotonic() > deadline:
                raise PostgresDidNotStart(f"PostgreSQL does not answer: {fault}.{process.log_tail(self.log)}")
            time.sleep(process.POLL_SECONDS)

    def _fault(self) -> str | None:
        """Why the server cannot be used yet; nothing where it can."""
        running = process.running(self.data)
        if running is None:
            return "it is not running"
        if not running.ready:
            return "it is starting or stopping"
        try:
            psycopg.connect(make_conninfo(**self.parameters)).close()
        except psycopg.OperationalError as error:
            return self._database_fault(error)
        return None

    def _database_fault(self, error: psycopg.OperationalError) -> str | None:
        """What was wrong, if it was not that the database had yet to be made."""
        try:
            maintenance = make_conninfo(**{**self.parameters, "dbname": "postgres"})
            with psycopg.connect(maintenance, autocommit=True) as connection:
                connection.execute("CREATE DATABASE paceline")
        except psycopg.errors.DuplicateDatabase:
            return str(error)
        except psycopg.OperationalError as second:
            return str(second)
        return None

    def _start(self, *, password_lost: bool) -> None:
        check_data(self.data, self.binaries)
        require_way_in(self.folder, self.account)
        binaries = within_reach(self.binaries, self.account, self.folder / "binaries")
        place = socket_folder(self.folder, self.account, PORT)
        make_socket_folder(place, self.account)
        password = secret(self.folder, PASSWORD_FILE)
        if not self.data.exists():
            make_data(self.data, binaries, self.account, password)
        elif password_lost:
            set_password(self.data, binaries, self.account, password)
        options = {**server_options(binaries, place, PORT), **self.options}
        process.start(self.data, self.log, binaries, self.account, options)
