"""How streams end: with the process, with the token, and not with the database."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from paceline.postgres import Server, process
from tests.api.stage import Stage
from tests.conftest import RUN_FOLDER
from tests.databases import NOT_DURABLE, Database
from tests.live.service import Served, shares
from tests.scenarios.shell import Shell
from tests.scenarios.test_api_killed import Service
from tests.test_postgres import chosen_binaries

STREAMS = 20
# Streams are let go at once; the rest is the process's own end.
STOP_SECONDS_MAX = 4


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that the server's account can enter."""
    made = Path(tempfile.mkdtemp(prefix="p", dir=os.environ[RUN_FOLDER]))
    made.chmod(0o711)
    yield made
    process.stop(made / "home" / "postgres")
    shutil.rmtree(made)


def test_a_stopping_service_lets_its_streams_go(stage: Stage, committed: Database) -> None:
    service = Service(Shell(committed.parameters))
    served = Served(service.start(), stage)
    with ExitStack() as opened:
        streams = [opened.enter_context(served.begun()) for _ in range(STREAMS)]
        began = time.monotonic()
        code = service.stop(signal.SIGTERM)
        seconds = time.monotonic() - began
        assert all(stream.is_over() for stream in streams)
    assert code in {0, 128 + signal.SIGTERM, -signal.SIGTERM}
    assert seconds < STOP_SECONDS_MAX


def test_a_restart_of_the_database_is_survived(folder: Path) -> None:
    server = Server(folder / "home", chosen_binaries(), NOT_DURABLE)
    database = Database(server.join())
    with database.allowed():
        from paceline import schema
        from tests.api.stage import close, forget, set_stage

        forget()
        schema.migrate()
        stage = set_stage()
        close()
        service = Service(Shell(database.parameters))
        served = Served(service.start(), stage)
        try:
            revenue = shares(served)
            with served.begun() as stream:
                served.win("D1", "Sam")
                first = stream.moved()
                process.stop(server.data)
                until(served, "ready", 503)
                with served.client(stage.reader.token) as client:
                    refused = client.get("targets")
                assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
                server.leave()
                again = Server(folder / "home", server.binaries, NOT_DURABLE)
                assert again.join() == database.parameters
                until(served, "ready", 200)
                served.win("D2", "Sam")
                assert (
                    stream.moved()
                    == first
                    == sorted(revenue[name] for name in ("Sam", "Hunters", "Field", "Sales", "Acme"))
                )
            assert service.stop(signal.SIGTERM) in {0, 128 + signal.SIGTERM, -signal.SIGTERM}
            again.leave()
        finally:
            close()


def until(served: Served, path: str, status: int) -> None:
    """Wait until that address answers so."""
    ends = time.monotonic() + STOP_SECONDS_MAX * 5
    while httpx.get(f"{served.address}/api/v1/{path}").status_code != status:
        assert time.monotonic() < ends
        time.sleep(0.05)
