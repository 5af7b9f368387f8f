"""What every test can ask for: a migrated PostgreSQL database, rolled back or thrown away after the test."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from tests.databases import Database, DatabaseMaker, make_run_folder

# How long an example takes says more of the machine than of the code.
settings.register_profile("suite", deadline=None, max_examples=50)
settings.load_profile("suite")

RUN_FOLDER = "PACELINE_TEST_RUN"
LOOPBACK = ("127.", "::1", "localhost")


def pytest_configure(config: pytest.Config) -> None:
    # What a shell starts in its background ignores Ctrl-C, and so would every command that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.addaudithook(_stay_on_this_machine)
    if not hasattr(config, "workerinput"):
        run = make_run_folder()
        os.environ[RUN_FOLDER] = str(run)
    for name in list(os.environ):
        if name == "DATABASE_URL" or (name.startswith("PACELINE_") and not name.startswith("PACELINE_TEST_")):
            del os.environ[name]
    # No test touches the home folder of whoever runs the suite.
    os.environ["PACELINE_HOME"] = f"{os.environ[RUN_FOLDER]}/home"
    os.environ["PACELINE_SECRET_KEY"] = "tests"
    from paceline.setup import set_up_django

    set_up_django({"dbname": "none_without_a_fixture"})
    Database.forbid()
    # What makes guessing slow makes hundreds of sign-ins slow; what is stored is what the class says elsewhere.
    from paceline.accounts.passwords import Argon2

    Argon2.memory_cost, Argon2.time_cost = 64, 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda each: each.get_closest_marker("long") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        run = Path(os.environ[RUN_FOLDER])
        DatabaseMaker.stop_leftover(run)
        shutil.rmtree(run, ignore_errors=True)


def _stay_on_this_machine(event: str, arguments: tuple) -> None:
    """Refuse connections that leave the machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not host.startswith(LOOPBACK):
            raise AssertionError(f"A test tried to reach {host}.")


@pytest.fixture(scope="session")
def database_maker() -> Iterator[DatabaseMaker]:
    """The run's server, shared by all workers, with this worker's own database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    maker = DatabaseMaker(Path(os.environ[RUN_FOLDER]), worker)
    maker.start()
    yield maker
    maker.leave()


@pytest.fixture
def connection(database_maker: DatabaseMaker) -> Iterator[psycopg.Connection]:
    """A connection in a transaction that is rolled back; Django's models use the same one.

    For tests that need no second connection. Code that asks Django for `atomic` gets a savepoint.
    """
    with database_maker.database().rolled_back() as opened:
        yield opened


@pytest.fixture
def committed(database_maker: DatabaseMaker) -> Iterator[Database]:
    """A database of this test's own, where commits are real: see `Database.connect`.

    For tests of several connections, of locks and of what happens on commit. Made anew from the
    migrated template, which costs some tens of milliseconds.
    """
    database = database_maker.database()
    try:
        with database.allowed():
            yield database
    finally:
        database_maker.discard()
