"""Measures standings beside an index-only count, on a server of its own: python bench/boards.py [--deals N ...].

The organization is that of bench/engine.py: 10,000 people in 120 departments and 900 teams, three years of deals. Each
board is timed in the database, by the sum of what its statements took there, and as a whole with its rows in Python.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from engine import COUNT, READS, in_database, least, paceline, raw, row, vacuum, write_deals, write_people

AS_OF = date(2025, 6, 30)
NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
BOARDS = (
    ("people by value, a month", {"period": "month"}),
    ("people by value, a quarter", {"period": "quarter"}),
    ("people by value, a year", {"period": "year"}),
    ("people by attainment, a quarter", {"rank_by": "attainment", "period": "quarter"}),
    ("people most improved, a quarter", {"rank_by": "improved", "period": "quarter"}),
    ("people of a department, a quarter", {"scope_kind": "department", "scope_id": 1, "period": "quarter"}),
    ("people by a level, of a day in the middle", {"metric": "pipeline_value"}),
    ("teams by value, a quarter", {"entrants": "teams", "period": "quarter"}),
)


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
    print(f"\n## {deals:,} deals\n")
    print("| what | in the database | index-only count of the same days | ratio |\n|---|---|---|---|")
    paceline("organization", "create", "--name", "Bench", "--time-zone", "Europe/Berlin")
    write_people(folder / "people.csv")
    paceline("import", "people", str(folder / "people.csv"))
    write_deals(folder / "deals.csv", deals)
    paceline("import", "deals", str(folder / "deals.csv"))
    from paceline import setup

    setup.start()
    give_shares()
    vacuum()
    for what, fields in BOARDS:
        measure(what, fields)


def give_shares() -> None:
    """A quarter's target with a share for everybody."""
    from django.db import transaction

    from paceline import edge
    from paceline.org.models import Person
    from paceline.plan.actions.targets import create_target

    with transaction.atomic():
        scope = edge.command_scope()
        target = create_target(
            scope, name="Quarter", metric="revenue", value=10**12, period="quarterly", start_date=date(2025, 4, 1)
        )
        assert Person.objects.count() > 1
    with raw() as connection:
        connection.execute(
            """INSERT INTO plan_assignment (org_id, target_id, assignee_kind, assignee_id, start_date, end_date, value,
                origin, is_locked, is_deleted)
            SELECT 1, %(target)s, 'person', id, '2025-04-01', '2025-07-01', 1000000 + id %% 7, 'manual', false, false
            FROM org_person""",
            {"target": target.id},
        )


@contextmanager
def of_models() -> Iterator[Callable[[], float]]:
    """Times the statements of Django's models in the server, as `in_database` does those of the data plane, in ms."""
    from django.db import connection

    took: list[float] = []

    def run(execute: Callable, query: str, params: object, many: object, context: dict) -> object:
        if query.startswith("SELECT"):
            execute(f"EXPLAIN (ANALYZE, TIMING OFF) {query}", params, many, context)
            took.append(float(context["cursor"].fetchall()[-1][0].split()[2]))
        return execute(query, params, many, context)

    with connection.execute_wrapper(run):
        yield lambda: sum(took) / READS


def measure(what: str, fields: dict) -> None:
    from django.db import transaction

    from paceline import edge
    from paceline.boards.actions import create_board, delete_board

    with transaction.atomic():
        made = create_board(edge.command_scope(), **{"name": what, "metric": "revenue", **fields}).id
    with edge.reading():
        _time(edge.command_scope(), made, what)
    with transaction.atomic():
        delete_board(edge.command_scope(), made)


def _time(scope: Any, number: int, what: str) -> None:
    from paceline.boards.find import board
    from paceline.boards.standings import standings

    found = board(scope, number)

    def ask() -> None:
        nonlocal asked
        asked = standings(scope, found, NOW, AS_OF)

    asked = standings(scope, found, NOW, AS_OF)
    assert asked.entrants
    values = {"metric": found.measured.id, "start": asked.window.start, "end": AS_OF}
    with raw(autocommit=True) as connection:
        counted = least(lambda: connection.execute(COUNT, values).fetchall())
    whole = least(ask)
    with in_database(scope) as inside, of_models() as beside:
        for _ in range(READS):
            ask()
    took = inside() + beside()
    row(f"{what} ({whole:.0f} ms with its rows in Python)", f"{took:.1f} ms", f"{counted:.1f} ms", took / counted)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
