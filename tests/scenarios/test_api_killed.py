"""A service killed under many writers: what was answered is kept, and what is sent again is done once."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from tests.databases import Database
from tests.live.service import WAIT_SECONDS
from tests.scenarios.shell import REPOSITORY, Shell

CLIENTS = 50
CALLS_EACH = 6
KILLS = 1
# While one is started the writers go on trying, each at its own pace.
RETRY_SECONDS = 0.05
SECONDS_MAX = 60
AMOUNT = 7_00


@dataclass(slots=True)
class Service:
    """`paceline serve`, which is killed and started again at the same port."""

    shell: Shell
    options: tuple[str, ...] = ("--processes", "1")
    port: int = 0
    process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """The address, once it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "paceline", "serve", "--port", str(self.port), *self.options],
            env=self.shell.environment(),
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout
        said = self.process.stdout.readline().strip()
        assert said.startswith("Paceline is ready at "), said
        address = said.rpartition(" ")[2]
        self.port = int(address.rpartition(":")[2])
        return address

    def stop(self, number: int) -> int:
        """Its exit code after that signal."""
        assert self.process
        assert self.process.stdout
        self.process.send_signal(number)
        code = self.process.wait(WAIT_SECONDS)
        self.process.stdout.close()
        return code


@dataclass(slots=True)
class Writers:
    """Fifty programs that write, and send again what was not answered."""

    address: str
    token: str
    answered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    again: int = 0
    replayed: int = 0

    def write(self, number: int) -> list[str]:
        """The calls of one program, each sent until it is answered; their answers as they came."""
        answers: list[str] = []
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=f"{self.address}/api/v1/", headers=headers, timeout=WAIT_SECONDS) as client:
            for call in range(CALLS_EACH):
                answers.append(self._until_answered(client, *self._call(number, call)))
                self.answered.release()
        return answers

    def _call(self, number: int, call: int) -> tuple[str, str, dict[str, object]]:
        """Every third call makes a target, which only its key keeps from being made twice."""
        name = f"{number}-{call}"
        if call % 3:
            deal = {"external_id": name, "owner": "Sam", "amount": AMOUNT, "status": "won", "closed": "2025-01-20"}
            return name, "records/deals", {"records": [deal]}
        target = {"name": name, "metric": "revenue", "value": 1, "period": "monthly", "start_date": "2025-01-01"}
        return name, "targets", target

    def _until_answered(self, client: httpx.Client, key: str, path: str, body: dict[str, object]) -> str:
        ends = time.monotonic() + SECONDS_MAX
        while time.monotonic() < ends:
            try:
                answer = client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                self.again += 1
                time.sleep(RETRY_SECONDS)
                continue
            if answer.status_code != 503:
                assert answer.status_code in {200, 201}, answer.text
                self.replayed += "Idempotency-Replayed" in answer.headers
                return answer.text
            time.sleep(RETRY_SECONDS)
        raise AssertionError(f"no answer to {key}")


@pytest.fixture
def token(shell: Shell) -> str:
    shell("organization", "create", "--name", "Acme")
    return shell("token", "create", "--email", "crm@example.com", "--scope", "admin").out.strip()


@contextmanager
def started(shell: Shell) -> Iterator[tuple[Service, str]]:
    service = Service(shell)
    try:
        yield service, service.start()
    finally:
        if service.process and service.process.poll() is None:
            service.stop(signal.SIGKILL)


@pytest.mark.long
def test_nothing_answered_is_lost_and_nothing_is_done_twice(shell: Shell, committed: Database, token: str) -> None:
    with started(shell) as (service, address), ThreadPoolExecutor(CLIENTS) as pool:
        headers = {"Authorization": f"Bearer {token}"}
        httpx.post(f"{address}/api/v1/people", json={"name": "Sam"}, headers=headers).raise_for_status()
        writers = Writers(address, token)
        running = [pool.submit(writers.write, number) for number in range(CLIENTS)]
        for _ in range(KILLS):
            # In the thick of it: a third of the calls are answered, the others are not, or not sent.
            for _ in range(CLIENTS * CALLS_EACH // (KILLS + 1)):
                assert writers.answered.acquire(timeout=SECONDS_MAX)
            assert service.stop(signal.SIGKILL) == -signal.SIGKILL
            service.start()
        answers = [answer for each in running for answer in each.result()]
        assert service.stop(signal.SIGTERM) in {0, 128 + signal.SIGTERM, -signal.SIGTERM}

    assert writers.again > 0
    with committed.connect() as connection:
        assert told(connection, answers) == []
        targets, deals = (
            names(connection, "SELECT name FROM plan_target"),
            names(connection, "SELECT external_id FROM deal"),
        )
        kept = names(connection, "SELECT key FROM api_answered")
    expected = [f"{number}-{call}" for number in range(CLIENTS) for call in range(CALLS_EACH)]
    assert (sorted(targets + deals), sorted(kept)) == (sorted(expected), sorted(expected))
    assert len(targets) == CLIENTS * CALLS_EACH // 3
    assert shell("verify").out == ""


def names(connection: psycopg.Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query.encode())]


def told(connection: psycopg.Connection, answers: list[str]) -> list[str]:
    """The answers that are not those which were kept: each caller was told what was done."""
    kept = {bytes(row[0]).decode() for row in connection.execute("SELECT body FROM api_answered")}
    return [answer for answer in answers if answer not in kept]
