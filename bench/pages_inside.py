"""What bench/pages.py does in a process that is set up as the service is; the answers are JSON on standard output."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from paceline import setup

# Whoever is the manager leads a department, whoever is the rep is a person in it.
MANAGER, REP = "p1@example.com", "p2@example.com"
OK = 200
_TO_SHARE = 20_000_000_000_00


def make(targets: str) -> None:
    """Shares of the first target for everybody, down the tree as it stands; more targets; boards; and a lead."""
    from django.db import transaction

    from paceline import edge
    from paceline.boards.actions import create_board
    from paceline.facts.sums import Assignee
    from paceline.org import directory
    from paceline.org.actions import moves
    from paceline.org.models import Department, Membership, Person, Team
    from paceline.plan.actions.assignments import assign_all
    from paceline.plan.actions.targets import create_target

    today = datetime.now(UTC).date()
    with transaction.atomic():
        scope = edge.command_scope()
        manager = directory.find_person(scope, MANAGER)
        place = Membership.objects.filter(person=manager, department__isnull=False).get()
        moves.move_person(
            scope, manager.id, department_id=place.department_id, from_day=today - timedelta(days=400), is_lead=True
        )
        shares = {Assignee("organization", 0): _TO_SHARE}
        for kind, things in (("department", Department), ("team", Team), ("person", Person)):
            ids = list(things.objects.values_list("id", flat=True))
            shares |= {Assignee(kind, number): _TO_SHARE // len(ids) for number in ids}
        assign_all(scope, 1, shares)
        rep = directory.find_person(scope, REP)
        metrics = ("revenue", "deal_count", "pipeline_value", "calls_made")
        for number in range(int(targets)):
            metric, start = metrics[number % len(metrics)], date(today.year, 1 + number % today.month, 1)
            named = {"name": f"Target {number}", "metric": metric, "value": 10_000_000, "period": "monthly"}
            made = create_target(scope, **named, start_date=start)
            assign_all(scope, made.id, {Assignee("organization", 0): 10_000_000, Assignee("person", rep.id): 1_000})
        for period in ("month", "quarter", "year"):
            create_board(scope, name=f"Revenue of the {period}", metric="revenue", period=period)
        create_board(scope, name="Teams", metric="revenue", period="month", entrants="teams")


def ids() -> dict[str, Any]:
    """Whose pages are opened."""
    from paceline import edge
    from paceline.org import directory
    from paceline.plan.models import Assignment

    with edge.reading():
        scope = edge.command_scope()
        rep = directory.find_person(scope, REP)
        own = Assignment.objects.filter(target_id=1)
        old = scope.run("SELECT record_id FROM deal ORDER BY record_id OFFSET 40 LIMIT 1", {}).fetchone()
        return {
            "whole": own.get(assignee_kind="organization").id,
            "own": own.get(assignee_kind="person", assignee_id=rep.id).id,
            "person": rep.id,
            "deal": "D000000077",
            "old": old and old[0],
        }


def statements(password: str, asked: str) -> list[tuple[int, int]]:
    """How many statements each page asks, with nothing kept of what was read before, and again."""
    from django.test import Client

    from paceline.org import kept

    counted: list[object] = []
    really = psycopg.Cursor.execute

    def execute(self: psycopg.Cursor, *given: Any, **named: Any) -> Any:
        counted.append(given[0])
        return really(self, *given, **named)

    clients: dict[str, Client] = {}
    psycopg.Cursor.execute = execute  # pyright: ignore[reportAttributeAccessIssue]
    found: list[tuple[int, int]] = []
    for email, path in json.loads(asked):
        if email not in clients:
            clients[email] = Client(SERVER_NAME="localhost")
            clients[email].post("/sign-in", {"login": email, "password": password})
        kept.kept.__init__()
        both: list[int] = []
        for _ in range(2):
            counted.clear()
            assert clients[email].get(path).status_code == OK, path
            both.append(len(counted))
        found.append((both[0], both[1]))
    return found


if __name__ == "__main__":
    setup.start()
    WHAT: dict[str, Callable[..., Any]] = {"make": make, "ids": ids, "statements": statements}
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
