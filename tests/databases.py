"""The suite's PostgreSQL: one server for the run, a template migrated once, a database for each worker."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.conninfo import make_conninfo

from paceline import wall
from paceline.facts.tenancy import tenant_role
from paceline.postgres import Server, connect_parameters, process
from paceline.postgres.binaries import find_binaries, read_binaries
from paceline.setup import django_database

# A test's data need not outlive the machine. Tests that kill a server start their own.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "max_connections": "200",
}

# In memory, a copy of the template takes a third of the time. A container may have little of it.
MEMORY_FOLDER = "/dev/shm"
MEMORY_BYTES_MIN = 4 * 2**30

_connect_really = BaseDatabaseWrapper.ensure_connection


def _refuse(self: BaseDatabaseWrapper) -> None:
    raise AssertionError(
        "This test touches the database and did not ask for it: name the fixture `connection` or `committed`."
    )


def make_run_folder() -> Path:
    """A new folder for the run's server.

    Not under pytest's own: root's server runs as an account that cannot enter that one.
    """
    roomy = Path(MEMORY_FOLDER).is_dir() and shutil.disk_usage(MEMORY_FOLDER).free > MEMORY_BYTES_MIN
    folder = Path(tempfile.mkdtemp(prefix="paceline-tests-", dir=MEMORY_FOLDER if roomy else "/tmp"))
    folder.chmod(0o711)
    return folder


@dataclass
class Database:
    """This worker's database, as one test sees it."""

    parameters: dict[str, str]
    _opened: list[psycopg.Connection] = field(default_factory=list)

    @staticmethod
    def forbid() -> None:
        BaseDatabaseWrapper.ensure_connection = _refuse

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Django and `connect` reach the database inside this."""
        BaseDatabaseWrapper.ensure_connection = _connect_really
        # One that an earlier test left open leads to a database that is gone.
        connections["default"].close()
        connections["default"].settings_dict.update(django_database(self.parameters))
        try:
            yield
        finally:
            for opened in self._opened:
                opened.close()
            self.forbid()

    @contextmanager
    def rolled_back(self) -> Iterator[psycopg.Connection]:
        """Django's own connection in a transaction that ends in a rollback, with its constraints checked."""
        with self.allowed():
            django = connections["default"]
            atomic = transaction.atomic()
            # Lets code under test ask for the outermost transaction, as it does outside of tests.
            atomic._from_testcase = True  # pyright: ignore[reportAttributeAccessIssue]
            with atomic:
                django.ensure_connection()
                # Scopes are made here without their edge, and hold by themselves: the first wall without the second.
                django.connection.execute("SET LOCAL ROLE NONE")
                yield django.connection
                if not django.needs_rollback and not django.connection.broken:
                    django.check_constraints()
                transaction.set_rollback(True)

    def connect(self, **options: Any) -> psycopg.Connection:
        """One more connection of its own, closed after the test; options as for psycopg.connect."""
        opened = psycopg.connect(make_conninfo(**self.parameters), **options)
        self._opened.append(opened)
        return opened


class DatabaseMaker:
    """Makes the databases of one worker.

    PACELINE_TEST_POSTGRES_BIN chooses the programs of the run's server; PACELINE_TEST_DATABASE_URL names
    a running server instead, on which the suite may make and drop databases.
    """

    def __init__(self, run: Path, worker: str) -> None:
        self.run = run
        # A server that outlives the run may have databases of another run.
        self.template = run.name.replace("-", "_").lower()
        self.name = f"{self.template}_{worker}"
        self.walled = f"{self.name}_walled"
        self._server: Server | None = None
        self._parameters: dict[str, str] = {}
        self._is_walled = False
        self._fresh = False

    def start(self) -> None:
        url = os.environ.get("PACELINE_TEST_DATABASE_URL")
        if url:
            self._parameters = connect_parameters(url)
        else:
            named = os.environ.get("PACELINE_TEST_POSTGRES_BIN")
            binaries = read_binaries(Path(named)) if named else find_binaries()
            assert binaries, f"PACELINE_TEST_POSTGRES_BIN names {named}, which has no PostgreSQL that runs"
            self._server = Server(self.run / "server", binaries, NOT_DURABLE)
            self._parameters = self._server.join()
        self._make_template()

    def database(self) -> Database:
        """The worker's database as the template has it."""
        if not self._fresh:
            if not self._is_walled:
                self._make_walled()
            self._copy(self.walled, self.name)
            self._fresh = True
        return Database(self._parameters | {"dbname": self.name})

    def discard(self) -> None:
        """A test committed: the next one gets a new copy."""
        connections.close_all()
        self._fresh = False

    def unwall(self) -> None:
        """Let a test drop the role of its database: the next one gets it anew."""
        self._drop(self.walled)
        self._is_walled = False

    def leave(self) -> None:
        connections.close_all()
        for name in (self.name, self.walled):
            self._drop(name)
        self._maintain(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(tenant_role(self.name))))
        if self._server:
            self._server.leave()

    @staticmethod
    def stop_leftover(run: Path) -> None:
        """Stop the run's server where a worker was killed before it could."""
        process.stop(run / "server" / "postgres")

    def _make_template(self) -> None:
        with (self.run / "template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (self.run / "template.made").exists():
                return
            self._copy("template1", self.template)
            template = Database(self._parameters | {"dbname": self.template})
            with template.allowed():
                from paceline import schema

                schema.migrate()
                connections.close_all()
            (self.run / "template.made").touch()

    def _make_walled(self) -> None:
        """The template with the role of this worker's database, which each has of its own."""
        self._copy(self.template, self.name)
        with psycopg.connect(make_conninfo(**self._parameters | {"dbname": self.name})) as connection:
            wall.make_role(connection)
            wall.put_up(connection)
        self._drop(self.walled)
        names = sql.Identifier(self.name), sql.Identifier(self.walled)
        self._maintain(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))
        self._is_walled = True

    def _copy(self, template: str, name: str) -> None:
        names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        make = sql.SQL("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        self._drop(name)
        self._maintain(make.format(**names))

    def _drop(self, name: str) -> None:
        self._maintain(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _maintain(self, statement: sql.Composed) -> None:
        with psycopg.connect(make_conninfo(**self._parameters), autocommit=True) as connection:
            connection.execute(statement)
