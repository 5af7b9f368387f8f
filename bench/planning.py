"""Measures planning beside its limits, on a server of its own: python bench/planning.py [--people N ...].

A full cascade down four levels by history, and twelve months for everybody: previewed, applied, undone; in a process
that looks for garbage as seldom as the service. Beside what is written stands a plain COPY of exactly the rows that
were, into tables with the same keys.
"""

import argparse
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

PEOPLE_IN_TEAM = 10
TEAMS_IN_DEPARTMENT = 10
DEPARTMENTS_IN_DIVISION = 10
YEAR = date(2026, 1, 1)
TODAY = date(2026, 1, 15)
VALUE = 10**11
WRITTEN = ("plan_assignment", "plan_assignment_value")

Answer = TypeVar("Answer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 10_000])
    for people in parser.parse_args().people:
        with tempfile.TemporaryDirectory(prefix="paceline-bench-") as folder:
            Path(folder).chmod(0o711)
            os.environ["PACELINE_HOME"] = f"{folder}/home"
            subprocess.run([sys.executable, __file__, "--one", str(people)], check=True, env=os.environ.copy())


def one(people: int) -> None:
    """One size, in a process of its own."""
    from paceline import setup

    setup.start()
    from django.db import transaction

    from paceline import edge, schema, serve
    from paceline.plan.actions.assignments import assign_all
    from paceline.plan.actions.cascades import preview_cascade
    from paceline.plan.actions.periods import preview_periods
    from paceline.plan.actions.previews import apply_preview
    from paceline.plan.actions.targets import create_target
    from paceline.plan.actions.undo import undo_last
    from paceline.plan.find import ORGANIZATION

    gc.freeze()
    gc.set_threshold(*serve.GARBAGE_THRESHOLD)
    schema.migrate()
    subprocess.run(
        [sys.executable, "-m", "paceline", "organization", "create", "--name", "Bench"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with transaction.atomic():
        scope = edge.command_scope()
        fill(scope, people)
        target = create_target(scope, name="Revenue", metric="revenue", value=VALUE, period="annual", start_date=YEAR)
        root = assign_all(scope, target.id, {ORGANIZATION: VALUE})[0].id
    analyze()
    print(f"\n## {people:,} people in four levels\n")
    print("| what | rows | measured | limit beside it | ratio |\n|---|---|---|---|---|")
    began = datetime.now(UTC)
    options = {"levels": "all", "method": "weighted"}
    measure("preview a full cascade", 1.0, lambda scope: preview_cascade(scope, root, options, TODAY), people)
    previewed = within(lambda scope: preview_cascade(scope, root, options, TODAY))
    measure("apply it", 2.0, lambda scope: apply_preview(scope, previewed.token), people, began)
    began = datetime.now(UTC)
    whole = {"whole_tree": True}
    months = measure("preview twelve months", 5.0, lambda scope: preview_periods(scope, root, whole), people)
    measure("apply them", 5.0, lambda scope: apply_preview(scope, months.token), people, began)
    analyze()
    shares = {"whole_tree": True, "method": "custom", "shares": [10, *[8] * 10, 10]}
    again = within(lambda scope: preview_periods(scope, root, shares))
    began = datetime.now(UTC)
    measure("apply other ones", 5.0, lambda scope: apply_preview(scope, again.token), people, began)
    began = datetime.now(UTC)
    measure("undo", 5.0, lambda scope: undo_last(scope, target_id=target.id), people, began)


def fill(scope, people: int) -> None:  # noqa: ANN001
    """Divisions, departments, teams and people, each with a history of last year."""
    chance = random.Random(1)
    teams = people // PEOPLE_IN_TEAM
    departments = max(teams // TEAMS_IN_DEPARTMENT, 1)
    divisions = max(departments // DEPARTMENTS_IN_DIVISION, 1)
    fields = {
        "org_id": scope.org_id,
        "people": people,
        "teams": teams,
        "departments": departments,
        "divisions": divisions,
        "seed": chance.random(),
    }
    for statement in FILL.split(";"):
        scope.run(statement, fields)
    from paceline.org import rollup

    rollup.restate(scope)


FILL = """
    INSERT INTO org_department (org_id, name)
    SELECT %(org_id)s, 'Division ' || n FROM generate_series(1, %(divisions)s) n;
    INSERT INTO org_department (org_id, name)
    SELECT %(org_id)s, 'Department ' || n FROM generate_series(1, %(departments)s) n;
    INSERT INTO org_placement (org_id, department_id, parent_id, from_day, to_day)
    SELECT %(org_id)s, %(divisions)s + n, 1 + n %% %(divisions)s, '0001-01-01', '9999-12-31'
    FROM generate_series(1, %(departments)s) n;
    INSERT INTO org_team (org_id, name, department_id)
    SELECT %(org_id)s, 'Team ' || n, %(divisions)s + 1 + n %% %(departments)s FROM generate_series(1, %(teams)s) n;
    INSERT INTO org_person (org_id, name, quota_carrying)
    SELECT %(org_id)s, 'Person ' || n, true FROM generate_series(1, %(people)s) n;
    INSERT INTO org_membership (org_id, person_id, department_id, from_day, to_day, is_primary, is_lead)
    SELECT %(org_id)s, n, t.department_id, '2024-01-01', '9999-12-31', false, false
    FROM generate_series(1, %(people)s) n JOIN org_team t ON t.id = 1 + n %% %(teams)s;
    INSERT INTO org_membership (org_id, person_id, team_id, from_day, to_day, is_primary, is_lead)
    SELECT %(org_id)s, n, 1 + n %% %(teams)s, '2024-01-01', '9999-12-31', true, false
    FROM generate_series(1, %(people)s) n;
    INSERT INTO daily_total (org_id, metric_id, person_id, day, value)
    SELECT %(org_id)s, m.id, n, date '2025-01-01' + (n * 7 + d * 30) %% 365, 1 + (n * 7919 + d * 31) %% 1000000
    FROM generate_series(1, %(people)s) n, generate_series(1, 12) d,
         (SELECT id FROM plan_metric WHERE key = 'revenue') m
    ON CONFLICT DO NOTHING"""


def within(work: Callable[[Any], Answer]) -> Answer:
    """What the work answers in a scope, as a request has one."""
    from paceline import edge

    return edge.in_transaction(lambda: work(edge.command_scope()))


def measure(
    what: str, limit: float, work: Callable[[Any], Answer], people: int, since: datetime | None = None
) -> Answer:
    """Print how long it took beside its limit and, with `since`, beside a COPY of what was written from then on."""
    began, used = time.perf_counter(), time.process_time()
    answer = within(work)
    seconds, python = time.perf_counter() - began, time.process_time() - used
    assert people
    if since is None:
        print(
            f"| {what} | | {seconds:.2f} s ({python:.2f} in Python) | {limit} s | {seconds / limit:.2f} |", flush=True
        )
        return answer
    peer, rows = copy_peer(since)
    print(
        f"| {what} | {rows:,} | {seconds:.2f} s ({python:.2f} in Python), limit {limit} s | COPY {peer:.2f} s"
        f" | {seconds / peer:.1f} |",
        flush=True,
    )
    return answer


def copy_peer(since: datetime) -> tuple[float, int]:
    """Seconds for a plain COPY of the rows that were written since, and how many they are."""
    from paceline import edge

    with edge.unscoped():
        return _copy(edge.raw_connection(), since)


def _copy(connection: Any, since: datetime) -> tuple[float, int]:
    seconds, rows = 0.0, 0
    for table in WRITTEN:
        joined = "plan_assignment a JOIN plan_assignment_value v ON v.assignment_id = a.id"
        own = "a" if table == "plan_assignment" else "v"
        chosen = f"SELECT {own}.* FROM {joined} WHERE v.known_from >= '{since.isoformat()}'"  # noqa: S608 - names and a time of our own
        cursor = connection.cursor()
        with cursor.copy(f"COPY ({chosen}) TO STDOUT") as copy:
            data = b"".join(bytes(block) for block in copy)
        connection.execute(f"CREATE TABLE peer_{table} (LIKE {table} INCLUDING ALL)")
        began = time.perf_counter()
        with cursor.copy(f"COPY peer_{table} FROM STDIN") as copy:
            for start in range(0, len(data), 1 << 20):
                copy.write(data[start : start + (1 << 20)])
        seconds += time.perf_counter() - began
        rows += cursor.rowcount
        connection.execute(f"DROP TABLE peer_{table}")
    return seconds, rows


def analyze() -> None:
    from paceline import edge

    with edge.unscoped():
        edge.raw_connection().execute("ANALYZE")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        main()
