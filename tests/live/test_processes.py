"""Several processes of one service: they share the port, count together, and live and die together."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.api.stage import Stage
from tests.databases import Database
from tests.scenarios.shell import Shell
from tests.scenarios.test_api_killed import Service

PROCESSES, CALLS, SECONDS_MAX = 2, 40, 20


def test_several_processes_are_one_service(stage: Stage, committed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACELINE_PROXIES", "127.0.0.0/8")
    service = Service(Shell(committed.parameters), ("--processes", str(PROCESSES)))
    address = service.start()
    assert service.process
    parent = service.process.pid
    first = working(parent)
    assert len(first) == PROCESSES

    with ThreadPoolExecutor(PROCESSES * 4) as pool:
        assert set(pool.map(lambda _: status(address), range(CALLS))) == {200}
    measured = httpx.get(f"{address}/metrics", headers={"Authorization": f"Bearer {stage.admin.token}"}).text
    counted = [
        line for line in measured.splitlines() if line.startswith("paceline_requests_total") and "health" in line
    ]
    assert sum(float(line.rpartition(" ")[2]) for line in counted) >= CALLS

    # Who asks is what a trusted proxy says, the last address that is not such a proxy's own.
    asked = {"Authorization": f"Bearer {stage.admin.token}", "X-Forwarded-For": "203.0.113.9, 198.51.100.7, 127.0.0.2"}
    assert httpx.post(f"{address}/api/v1/teams", json={"name": "New"}, headers=asked).status_code == 201
    assert stage.admin.get("/audit?kind=team&limit=1").body["items"][0]["origin"] == "198.51.100.7"

    lost = min(first)
    os.kill(lost, signal.SIGKILL)
    until(lambda: len(working(parent) - {lost}) == PROCESSES and status(address) == 200)
    second = working(parent)
    assert service.stop(signal.SIGKILL) == -signal.SIGKILL
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in second))
    assert status(address) is None


def working(parent: int) -> set[int]:
    """The processes that answer, by their number."""
    found: set[int] = set()
    for text in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split():
        if "spawn_main" in Path(f"/proc/{text}/cmdline").read_text(encoding="utf-8"):
            found.add(int(text))
    return found


def status(address: str) -> int | None:
    """What /health answers, if anything."""
    try:
        return httpx.get(f"{address}/api/v1/health", timeout=SECONDS_MAX).status_code
    except httpx.TransportError:
        return None


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    ends = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)
