"""Measures the service beside a handler that does nothing, over HTTP: python bench/service.py [--people N ...].

Needs PYTHONPATH to name the checkout. Each figure stands beside the same server's /health in the same run:

- one assignment's progress, and a whole tree with everybody in it: asked again, and asked after a deal was written;
- single-record writes with their credit and events, one client and sixteen;
- from a call that closes a deal to the event on a hundred open streams.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import httpx
from engine import DEPARTMENTS, PEOPLE, TEAMS, paceline, vacuum, write_deals, write_people

DEALS = 100_000
READS, TREES, WRITES, CLIENTS, STREAMS, CLOSES = 300, 40, 300, 16, 100, 30
LOAD_SECONDS = 10
OK = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, nargs="+", default=[20_000, DEALS])
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        one(given.deals[0], given.folder)
        return
    for deals in given.deals:
        with tempfile.TemporaryDirectory(prefix="paceline-bench-") as folder:
            Path(folder).chmod(0o711)
            # A process of its own, which lets go of the server before its folder goes.
            command = [sys.executable, __file__, "--folder", folder, "--deals", str(deals)]
            subprocess.run(command, check=True, env={**os.environ, "PACELINE_HOME": f"{folder}/home"})


def one(deals: int, folder: Path) -> None:
    """One size."""
    print(f"\n## {deals:,} deals, {PEOPLE:,} people\n\n| what | p50 | p95 | times /health |\n|---|---|---|---|")
    paceline("organization", "create", "--name", "Bench", "--time-zone", "Europe/Berlin")
    write_people(folder / "people.csv")
    paceline("import", "people", str(folder / "people.csv"))
    write_deals(folder / "deals.csv", deals)
    paceline("import", "deals", str(folder / "deals.csv"))
    quarter = ("--period", "quarterly", "--start", "2025-04-01")
    paceline("target", "create", "--name", "Q", "--metric", "revenue", "--value", "1000000", *quarter)
    assign_everybody(folder)
    vacuum()
    made = subprocess.run(
        [sys.executable, "-m", "paceline", "token", "create", "--email", "bench@example.com", "--scope", "admin"],
        check=True,
        capture_output=True,
        text=True,
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "paceline", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout
    try:
        measure(server.stdout.readline().strip().removeprefix("Paceline is ready at "), made.stdout.strip())
    finally:
        server.terminate()
        server.wait()


def assign_everybody(folder: Path) -> None:
    """A share for everybody in the tree, in one posting."""
    script = folder / "assign.py"
    script.write_text(
        "from paceline import setup\nsetup.start()\nfrom paceline import edge\n"
        "from paceline.facts.sums import Assignee\nfrom paceline.org.models import Department, Person, Team\n"
        "from paceline.plan.actions.assignments import assign_all\n"
        "from django.db import transaction\n"
        "shares = {Assignee('organization', 0): 10**9}\n"
        "with transaction.atomic():\n"
        "    scope = edge.command_scope()\n"
        "    for kind, things in (('department', Department), ('team', Team), ('person', Person)):\n"
        "        shares |= {Assignee(kind, number): 10**5 for number in things.objects.values_list('id', flat=True)}\n"
        "    assign_all(scope, 1, shares)\n",
        encoding="utf-8",
    )
    subprocess.run([sys.executable, str(script)], check=True)


def measure(address: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        rows = client.get("/api/v1/targets/1/assignments?kind=person&limit=1").json()["items"]
        share = rows[0]["id"]
        idle = row("a handler that does nothing (/health)", timed(lambda _: client.get("/health"), READS), None)
        row(
            "one person's progress",
            timed(lambda _: ok(client.get(f"/api/v1/assignments/{share}/progress")), READS),
            idle,
        )
        tree = client.get("/api/v1/targets/1/progress").json()["items"]
        assert len(tree) > PEOPLE + TEAMS + DEPARTMENTS
        times = timed(lambda _: ok(client.get("/api/v1/targets/1/progress")), TREES)
        row(f"a whole tree of {len(tree):,}, nothing written since", times, idle)
        row("the same, just after a deal was written", sorted(after_writes(client)), idle)
        row("one deal written", timed(lambda n: write(client, f"S{n}", n + 1), WRITES), idle)
    row(f"from a call to the event on {STREAMS} streams", asyncio.run(events(address, headers)), idle)
    writes_a_second(address, headers)


def after_writes(client: httpx.Client) -> Iterator[float]:
    """Each tree is another one than the last."""
    for number in range(TREES):
        write(client, f"T{number}", number + 1)
        yield from timed(lambda _: ok(client.get("/api/v1/targets/1/progress")), 1)


def write(client: httpx.Client, external_id: str, amount: int) -> None:
    ok(client.post("/api/v1/records/deals", json={"records": [deal(external_id, amount)]}))


def deal(external_id: str, amount: int) -> dict[str, object]:
    """A won deal of one of the people."""
    owner = f"p{amount % PEOPLE}@example.com"
    return {"external_id": external_id, "owner": owner, "amount": amount + 1, "status": "won", "closed": "2025-05-05"}


def ok(answer: httpx.Response) -> None:
    answer.raise_for_status()


def timed(work: Callable[[int], object], times: int) -> list[float]:
    found: list[float] = []
    for number in range(times):
        began = time.perf_counter()
        work(number)
        found.append(time.perf_counter() - began)
    return sorted(found)


def row(what: str, times: list[float], idle: float | None) -> float:
    p50, p95 = statistics.median(times) * 1_000, times[int(len(times) * 0.95)] * 1_000
    print(f"| {what} | {p50:.1f} ms | {p95:.1f} ms | {'' if idle is None else f'{p50 / idle:.1f}'} |", flush=True)
    return p50


async def events(address: str, headers: dict[str, str]) -> list[float]:
    """Seconds from the start of each call to its event on each stream."""
    heard: asyncio.Queue[float] = asyncio.Queue()
    opened = asyncio.Semaphore(0)

    async def listen(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/api/v1/live") as stream:
            async for line in stream.aiter_lines():
                if line == "event: heartbeat":
                    opened.release()
                elif line == "event: progress":
                    heard.put_nowait(time.perf_counter())

    limits = httpx.Limits(max_connections=None)
    found: list[float] = []
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=600, limits=limits) as client:
        tasks = [asyncio.create_task(listen(client)) for _ in range(STREAMS)]
        for _ in range(STREAMS):
            await opened.acquire()
        with httpx.Client(base_url=address, headers=headers) as caller:
            for number in range(CLOSES):
                began = time.perf_counter()
                await asyncio.to_thread(write, caller, f"E{number}", number + 1)
                found += [await heard.get() - began for _ in range(STREAMS)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return sorted(found)


def writes_a_second(address: str, headers: dict[str, str]) -> None:
    """Single-record writes by many clients at once, beside the same clients asking for nothing.

    The clients share the processors with the service, so they are the leanest that there are.
    """
    ends = threading.Event()
    host = address.removeprefix("http://")

    def many(method: str, path: str, body: Callable[[int], str | None]) -> float:
        def client(number: int) -> int:
            done = 0
            own = HTTPConnection(host, timeout=60)
            while not ends.is_set():
                own.request(method, path, body(number * 1_000_000 + done), headers)
                answer = own.getresponse()
                answer.read()
                assert answer.status == OK, answer.status
                done += 1
            own.close()
            return done

        ends.clear()
        threading.Timer(LOAD_SECONDS, ends.set).start()
        with ThreadPoolExecutor(CLIENTS) as pool:
            return sum(pool.map(client, range(CLIENTS))) / LOAD_SECONDS

    idle = many("GET", "/health", lambda _: None)
    written = many(
        "POST", "/api/v1/records/deals", lambda number: json.dumps({"records": [deal(f"W{number}", number)]})
    )
    print(f"\n{CLIENTS} clients: {written:,.0f} writes/s beside {idle:,.0f} of /health, {idle / written:.1f} times")


if __name__ == "__main__":
    main()
