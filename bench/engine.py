"""Measures the engine beside its limits, on a server of its own: python bench/engine.py [--deals N ...].

Each figure stands beside the one that bounds it, taken in the same run, and the ratio is what counts:

- import: a CSV file to committed progress, beside a plain COPY of exactly the rows that end up written (deals, credits,
  totals) into tables with the same keys;
- one changed deal committed with its credit, beside an UPDATE of the same row alone;
- progress of a whole tree for one quarter, beside an index-only count of the same totals and the naive sum over
  well-indexed deals; and of one person.
"""

import argparse
import csv
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

PEOPLE = 10_000
DEPARTMENTS = 120
TEAMS = 900
DAYS = 1_095
FIRST_DAY = date(2024, 1, 1)
QUARTER = date(2025, 4, 1), date(2025, 7, 1)
SINGLE_WRITES = 400
READS = 15
WRITTEN = ("deal", "credit", "daily_total", "level_total")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, nargs="+", default=[250_000, 1_000_000])
    given = parser.parse_args()
    for deals in given.deals:
        with tempfile.TemporaryDirectory(prefix="paceline-bench-") as folder:
            Path(folder).chmod(0o711)
            os.environ["PACELINE_HOME"] = f"{folder}/home"
            subprocess.run([sys.executable, __file__, "--one", str(deals), folder], check=True, env=os.environ.copy())


def one(deals: int, folder: Path) -> None:
    """One size, in a process of its own."""
    print(f"\n## {deals:,} deals, {PEOPLE:,} people\n")
    print("| what | measured | limit beside it | ratio |\n|---|---|---|---|")
    paceline("organization", "create", "--name", "Bench", "--time-zone", "Europe/Berlin")
    write_people(folder / "people.csv")
    seconds, _ = timed(lambda: paceline("import", "people", str(folder / "people.csv")))
    row("import people", f"{PEOPLE / seconds:,.0f} people/s")
    write_deals(folder / "deals.csv", deals)
    fresh, memory = timed(lambda: paceline("import", "deals", str(folder / "deals.csv")))
    from paceline import setup

    setup.start()
    peer = copy_peer()
    row(
        "import fresh deals",
        f"{deals / fresh:,.0f} deals/s",
        f"COPY {deals / peer:,.0f} deals/s",
        fresh / peer,
    )
    row("its memory at most", f"{memory:,.0f} MB", "500 MB", memory / 500)
    vacuum()
    write_deals(folder / "changed.csv", deals // 10, cents=1)
    changed, _ = timed(lambda: paceline("import", "deals", str(folder / "changed.csv")))
    row("import changed deals", f"{deals / 10 / changed:,.0f} deals/s")
    unchanged, _ = timed(lambda: paceline("import", "deals", str(folder / "changed.csv")))
    row("import them again", f"{deals / 10 / unchanged:,.0f} deals/s")
    vacuum()
    single_writes(deals)
    vacuum()
    reads()
    verified, _ = timed(lambda: paceline("verify"))
    row("verify everything", f"{verified:,.1f} s")


def paceline(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "paceline", *arguments], check=True, stdout=subprocess.DEVNULL)


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds, and the largest child process so far in MB."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def row(what: str, measured: str, limit: str = "", ratio: float | None = None) -> None:
    print(f"| {what} | {measured} | {limit} | {'' if ratio is None else f'{ratio:.2f}'} |", flush=True)


def write_people(path: Path, people: int = PEOPLE) -> None:
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "email", "department", "team"])
        for number in range(people):
            team = chance.randrange(min(TEAMS, people))
            low = team % DEPARTMENTS
            path_of = f"Division {low % 8} > Area {low % 40} > Department {low}"
            writer.writerow([f"Person {number}", f"p{number}@example.com", path_of, f"Team {team}"])


def write_deals(
    path: Path,
    count: int,
    cents: int = 0,
    *,
    shuffled: bool = False,
    people: int = PEOPLE,
    first_day: date = FIRST_DAY,
) -> None:
    """Deals in the order they were created, as a CRM exports them; or shuffled over all years, the worst order."""
    chance = random.Random(2)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["external_id", "name", "owner", "amount", "currency", "status", "created", "closed", "product"]
        )
        for number in range(count):
            status = chance.choices(("won", "lost", "open"), (50, 30, 20))[0]
            day = chance.randrange(DAYS) if shuffled else number * DAYS // count
            created = first_day + timedelta(days=day)
            closed = "" if status == "open" else created + timedelta(days=chance.randrange(1, 120))
            owner = f"p{chance.randrange(people)}@example.com"
            amount = f"{chance.randrange(100, 100_000)}.{50 + cents:02d}"
            name, product = f"Deal {number}", f"P{number % 40}"
            writer.writerow([f"D{number:09d}", name, owner, amount, "USD", status, created, closed, product])


@contextmanager
def raw(*, autocommit: bool = False) -> Iterator:
    import psycopg
    from psycopg.conninfo import make_conninfo

    from paceline.postgres import ready

    with psycopg.connect(make_conninfo(**ready()), autocommit=autocommit) as connection:
        yield connection


def vacuum() -> None:
    with raw(autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def copy_peer() -> float:
    """Seconds for a plain COPY of the rows that were written, into tables with the same keys."""
    seconds = 0.0
    with raw() as connection:
        for table in WRITTEN:
            cursor = connection.cursor()
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                data = b"".join(bytes(block) for block in copy)
            connection.execute(f"CREATE TABLE peer_{table} (LIKE {table} INCLUDING ALL)")
            connection.commit()
            began = time.perf_counter()
            with cursor.copy(f"COPY peer_{table} FROM STDIN") as copy:
                for start in range(0, len(data), 1 << 20):
                    copy.write(data[start : start + (1 << 20)])
            connection.commit()
            seconds += time.perf_counter() - began
            connection.execute(f"DROP TABLE peer_{table}")
            connection.commit()
    return seconds


def single_writes(deals: int) -> None:
    from paceline import edge
    from paceline.domain.record import Module
    from paceline.facts import ingest

    chance = random.Random(3)
    fields = ("external_id", "amount", "status", "closed")
    took: list[float] = []
    for number in range(SINGLE_WRITES):
        change = (f"D{chance.randrange(deals):09d}", chance.randrange(10**7), "won", datetime.now(UTC))
        batch = ingest.Batch(Module.DEALS, "csv", fields, [change])
        began = time.perf_counter()
        edge.in_transaction(lambda batch=batch: ingest.write(edge.caller_scope(1, "bench"), batch))
        took.append(time.perf_counter() - began)
        assert number >= 0
    with raw() as connection:
        alone: list[float] = []
        for _ in range(SINGLE_WRITES):
            key = f"D{chance.randrange(deals):09d}"
            began = time.perf_counter()
            connection.execute(
                "UPDATE deal SET name = name || '' WHERE org_id = 1 AND external_id = %s AND source = 'csv'",
                [key],
            )
            connection.commit()
            alone.append(time.perf_counter() - began)
    p50, p95 = statistics.median(took) * 1000, statistics.quantiles(took, n=20)[-1] * 1000
    limit = statistics.median(alone) * 1000
    row("one changed deal, p50", f"{p50:.2f} ms (p95 {p95:.2f})", f"UPDATE alone {limit:.2f} ms", p50 / limit)


COUNT = """SELECT count(*) FROM daily_total
    WHERE org_id = 1 AND metric_id = %(metric)s AND day >= %(start)s AND day < %(end)s"""
NAIVE = """SELECT owner_id, sum(amount) FROM deal
    WHERE org_id = 1 AND status = 'won' AND NOT deleted AND closed_day >= %(start)s AND closed_day < %(end)s
    GROUP BY owner_id"""


def reads() -> None:
    from paceline import edge
    from paceline.domain.calendar import Window
    from paceline.facts.sums import Assignee
    from paceline.org.models import Department, Person, Team
    from paceline.plan import registry

    with edge.reading():
        scope = edge.command_scope()
        metric_id, level_id = registry.metric(scope, "revenue").id, registry.metric(scope, "pipeline_value").id
        people = [Assignee("person", number) for number in Person.objects.values_list("id", flat=True)]
        units = [Assignee("department", number) for number in Department.objects.values_list("id", flat=True)]
        units += [Assignee("team", number) for number in Team.objects.values_list("id", flat=True)]
        everybody = [Assignee("organization", 0), *units, *people]
    window = Window(*QUARTER)
    values = {"metric": metric_id, "start": window.start, "end": window.end}
    with raw(autocommit=True) as connection:
        connection.execute(
            "CREATE INDEX naive ON deal (org_id, closed_day) INCLUDE (owner_id, amount, status, deleted)"
        )
        connection.execute("VACUUM ANALYZE deal")
        counted = least(lambda: connection.execute(COUNT, values).fetchall())
        naive = least(lambda: connection.execute(NAIVE, values).fetchall())
        connection.execute("DROP INDEX naive")
    with edge.reading():
        _read(edge.command_scope(), (metric_id, level_id), (everybody, people, units), counted, naive)


def _read(
    scope: Any, metrics: tuple[int, int], assignees: tuple[list, list, list], counted: float, naive: float
) -> None:
    from paceline.domain.calendar import Window
    from paceline.facts import sums
    from paceline.facts.sums import Asked

    (metric_id, level_id), (everybody, people, units), window = metrics, assignees, Window(*QUARTER)
    tree = least(lambda: sums.flow(scope, metric_id, [window], Asked(everybody)))
    with in_database(scope) as inside:
        for _ in range(READS):
            sums.flow(scope, metric_id, [window], Asked(everybody))
    database = inside()
    row(
        "whole tree, in the database",
        f"{database:.1f} ms",
        f"index-only count {counted:.1f} ms",
        database / counted,
    )
    row(
        "whole tree, with its rows in Python",
        f"{tree:.1f} ms",
        f"naive sum over deals {naive:.1f} ms",
        tree / naive,
    )
    person = least(lambda: sums.flow(scope, metric_id, [window], Asked(people[:1])))
    row("one person", f"{person:.2f} ms", "2 ms", person / 2)
    one_unit = least(lambda: sums.flow(scope, metric_id, [window], Asked(units[:1])))
    row("one department", f"{one_unit:.1f} ms")
    level = least(lambda: sums.level(scope, level_id, [window], Asked(everybody)))
    row("whole tree of a level", f"{level:.1f} ms")


def least(work: Callable[[], object]) -> float:
    """The median of several runs, in ms, after two to warm up."""
    took: list[float] = []
    for _ in range(READS + 2):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[2:])


@contextmanager
def in_database(scope) -> Iterator[Callable[[], float]]:  # noqa: ANN001
    """Times each statement in the server, by explaining it: the median of their sums over the runs, in ms."""
    from psycopg import Cursor

    from paceline.facts.scope import Scope

    really, took = Scope.run, []

    def run(self: Scope, query: bytes | str, params: dict) -> Cursor:
        text = query if isinstance(query, bytes) else query.encode()
        explained = Cursor(self.connection).execute(b"EXPLAIN (ANALYZE, TIMING OFF) " + text, params)
        took.append(float(explained.fetchall()[-1][0].split()[2]))
        return really(self, query, params)

    Scope.run = run
    try:
        yield lambda: sum(took) / READS
    finally:
        Scope.run = really
    assert scope


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
