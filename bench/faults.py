"""Loads the service while its database is killed: python bench/faults.py [--clients N] [--seconds N].

Needs PYTHONPATH to name the checkout. Half of the clients write deals and targets, each call with an idempotency key
and sent again until it is answered; the others read. In the middle the database is killed without warning. Afterwards
every call that was answered has to be there, once, and nothing else: otherwise it says what is wrong and exits with 1.
It prints how long the calls took, before the kill and after, and how long nobody was answered.
"""

import argparse
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

CLIENTS, SECONDS = 200, 120
# Between two calls of a client, as people and programs pause.
PAUSE_SECONDS, RETRY_SECONDS, TIMEOUT_SECONDS = 0.2, 0.2, 30
RECOVERY_SECONDS_MAX = 15
DONE, UNAVAILABLE = {200, 201}, 503


@dataclass(slots=True)
class Load:
    """What the clients did: their calls with begin and length, and the keys that were answered."""

    host: str
    token: str
    ends: float
    calls: list[tuple[float, float]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    again: int = 0

    def client(self, number: int) -> None:
        """One client: a writer where its number is even."""
        call = 0
        while time.monotonic() < self.ends:
            key = f"{number}-{call}"
            began = time.monotonic()
            if number % 2:
                self._until_answered("GET", "targets?limit=20" if call % 2 else "targets/1/progress")
            elif self._until_answered("POST", *self._write(key, call)):
                self.answered.append(key)
            self.calls.append((began, time.monotonic() - began))
            call += 1
            time.sleep(PAUSE_SECONDS)

    def _write(self, key: str, call: int) -> tuple[str, dict[str, object], str]:
        """Every fifth makes a target, which only its key keeps from being made twice."""
        if call % 5:
            deal = {"external_id": key, "owner": "Sam", "amount": 1_00, "status": "won", "closed": "2025-01-20"}
            return "records/deals", {"records": [deal]}, key
        times = {"period": "monthly", "start_date": "2025-01-01"}
        return "targets", {"name": key, "metric": "revenue", "value": 1, **times}, key

    def _until_answered(self, method: str, path: str, body: object = None, key: str = "") -> bool:
        """Whether it was answered with success before the run ended long ago."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        while time.monotonic() < self.ends + TIMEOUT_SECONDS:
            own = HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)
            try:
                own.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
                answer = own.getresponse()
                text = answer.read()
            except (OSError, HTTPException):
                answer, text = None, b""
            finally:
                own.close()
            if answer is not None and answer.status in DONE:
                return True
            if answer is not None and answer.status != UNAVAILABLE:
                self.faults.append(f"{method} {path}: {answer.status} {text[:200]!r}")
                return False
            self.again += 1
            time.sleep(RETRY_SECONDS)
        self.faults.append(f"{method} {path}: never answered")
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paceline-faults-") as folder:
        Path(folder).chmod(0o711)
        os.environ["PACELINE_HOME"] = f"{folder}/home"
        os.environ["PACELINE_CALLER_RATE"] = "100000"
        sys.exit(1 if run(given.clients, given.seconds, Path(folder)) else 0)


def run(clients: int, seconds: float, folder: Path) -> list[str]:
    """What is wrong after the load, which is printed too."""
    paceline("organization", "create", "--name", "Bench")
    paceline("person", "create", "--name", "Sam")
    quarter = ("--period", "quarterly", "--start", "2025-01-01")
    paceline("target", "create", "--name", "Q1", "--metric", "revenue", "--value", "9000", *quarter)
    token = paceline("token", "create", "--email", "bench@example.com", "--scope", "admin").strip()
    server = subprocess.Popen(
        [sys.executable, "-m", "paceline", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=(folder / "log").open("wb"),
        text=True,
    )
    assert server.stdout
    try:
        host = server.stdout.readline().strip().rpartition("/")[2]
        began = time.monotonic()
        load = Load(host, token, began + seconds)
        threads = [threading.Thread(target=load.client, args=(number,)) for number in range(clients)]
        for each in threads:
            each.start()
        time.sleep(seconds / 2)
        killed = kill_database(folder / "home" / "postgres")
        for each in threads:
            each.join()
        wrong = checked(load)
    finally:
        server.terminate()
        server.wait()
    tell(load, began, killed, seconds)
    for each in wrong:
        print(each)
    return wrong


def kill_database(data: Path) -> float:
    """Kill every process of the private server, as a machine that loses its power does; when that was."""
    pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    for each in (pid, *map(int, children)):
        os.kill(each, signal.SIGKILL)
    return time.monotonic()


def checked(load: Load) -> list[str]:
    """What was answered and is not there, or is there twice, or was never sent."""
    wrong = load.faults[:20]
    targets = [row["name"] for row in listed(load, "targets")]
    deals = [row["external_id"] for row in listed(load, "records/deals")]
    there = sorted([*(name for name in targets if name != "Q1"), *deals])
    answered = sorted(load.answered)
    wrong += [f"answered and not there: {each}" for each in sorted({*answered} - {*there})[:5]]
    wrong += [f"there and not answered: {each}" for each in sorted({*there} - {*answered})[:5]]
    wrong += [f"there twice: {each}" for each, after in itertools.pairwise(there) if each == after][:5]
    differences = paceline("verify")
    return [*wrong, f"verify says: {differences}"] if differences else wrong


def listed(load: Load, path: str) -> Iterator[dict[str, str]]:
    """All rows of a list."""
    own, query = HTTPConnection(load.host, timeout=TIMEOUT_SECONDS), "limit=1000"
    while query:
        own.request("GET", f"/api/v1/{path}?{query}", headers={"Authorization": f"Bearer {load.token}"})
        page = json.loads(own.getresponse().read())
        yield from page["items"]
        query = page["next"] and f"limit=1000&cursor={page['next']}"
    own.close()


def tell(load: Load, began: float, killed: float, seconds: float) -> None:
    """The figures."""
    ends = sorted(at + took for at, took in load.calls)
    gap = max((after - before for before, after in itertools.pairwise(ends)), default=0.0)
    back = min((at for at in ends if at > killed), default=killed) - killed
    writes = f"{len(load.answered):,} of them writes, {load.again:,} sent again"
    print(f"{len(load.calls):,} calls in {seconds:.0f} s, {writes}")
    for words, first, last in (("before the kill", began, killed), ("after it", killed, killed + seconds)):
        times = sorted(took for at, took in load.calls if first <= at < last)
        if times:
            p50, p95 = statistics.median(times) * 1000, times[int(len(times) * 0.95)] * 1000
            print(f"{words}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {times[-1] * 1000:.0f} ms")
    print(f"nobody was answered for {gap:.1f} s; the first answer came {back:.1f} s after the kill")


def paceline(*arguments: str) -> str:
    """What a command says on standard out."""
    command = [sys.executable, "-m", "paceline", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


if __name__ == "__main__":
    main()
