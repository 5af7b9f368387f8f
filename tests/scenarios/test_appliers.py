"""Applying a plan for real: two at once, and one that is killed in the middle."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import transaction

from tests.databases import Database
from tests.scenarios.shell import REPOSITORY, Shell

APPLIERS = 6
MINUTE = 60

# Applies a preview, and says that it has come to the point where it then waits to be killed.
APPLIER = """
import importlib, sys, time
from paceline import setup
setup.start()
from paceline import edge
from paceline.plan.actions import previews

def wait(*arguments, **options):
    print("there", flush=True)
    time.sleep(60)

token, room, name = sys.argv[1:]
if name:
    setattr(importlib.import_module(room), name, wait)
edge.in_transaction(lambda: previews.apply_preview(edge.command_scope("acme"), token))
wait()
"""


def planned(values: list[int]) -> tuple[Any, int, list[str]]:
    """The cast with a quarter for all, and the token of a preview for each of these values of Rosa's."""
    from paceline import edge
    from paceline.plan.actions.cascades import preview_cascade
    from tests.plan.cast import EPOCH, ORGANIZATION, everybody, give, hired, quarter
    from tests.plan.planning import by_key

    with transaction.atomic(), edge.unscoped():
        cast = hired(edge.raw_connection())
        target = quarter(cast.scope)
        root = give(cast.scope, target, ORGANIZATION, 900_00)
        who = everybody(cast)
        tokens = [
            preview_cascade(cast.scope, root, {"levels": "all", "minimums": by_key(who, {"Rosa": each})}, EPOCH).token
            for each in values
        ]
    return cast, target, tokens


def test_of_many_at_once_one_wins_whole_and_the_others_are_told(committed: Database) -> None:
    from django.db import connections

    from paceline import edge
    from paceline.plan.actions.previews import PlanChangedSincePreview, apply_preview
    from paceline.plan.models import Operation
    from tests.plan.planning import values

    asked = [400_00 + each for each in range(APPLIERS)]
    cast, target, tokens = planned(asked)
    ready = Barrier(APPLIERS)

    def run(number: int) -> int | PlanChangedSincePreview:
        try:
            with transaction.atomic():
                scope = edge.caller_scope(cast.scope.org_id, f"manager {number}")
                ready.wait(MINUTE)
                made = apply_preview(scope, tokens[number], "mine")
            return {row.name: row.after or 0 for row in made.draft.rows}["Rosa"]
        except PlanChangedSincePreview as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(APPLIERS) as pool:
        answers = list(pool.map(run, range(APPLIERS)))

    (won,) = [each for each in answers if isinstance(each, int)]
    assert won == asked[answers.index(won)]
    left = 900_00 - won
    with edge.unscoped():
        held = {name: value for name, (value, _) in values(cast.scope, target).items()}
        assert Operation.objects.count() == 1
    assert held["Rosa"] == won
    assert held["Field"] + held["Partners"] == left
    assert held["Sam"] + held["Tariq"] == held["Hunters"] == held["Field"]
    assert held["Eve"] == held["Partners"]
    for mine, answer in zip(asked, answers, strict=True):
        if isinstance(answer, int):
            continue
        told: Any = answer.data["changed"]
        rosa = next(each for each in told if each["assignee"].get("name") == "Rosa")
        assert (rosa["previewed_before"], rosa["previewed_after"]) == (None, mine)
        # It was divided by one who came first: what would be previewed now begins there.
        assert (rosa["before"], rosa["after"]) == (won, mine)
        assert {each["assignee"]["name"] for each in told} == set(held) - {"Acme"}


@pytest.mark.parametrize(
    ("room", "name", "is_applied"),
    [
        # Before anything is written, after all is but before the commit, after the commit.
        ("paceline.facts.clock", "tick", False),
        ("paceline.org.audit", "Trail", False),
        ("", "", True),
    ],
)
def test_a_killed_apply_leaves_the_plan_as_before_or_as_after(
    shell: Shell, committed: Database, room: str, name: str, is_applied: bool
) -> None:
    from paceline import edge
    from paceline.errors import NotFound
    from paceline.plan import verification
    from paceline.plan.actions.previews import apply_preview
    from tests.plan.planning import values

    cast, target, (token,) = planned([400_00])
    running = subprocess.Popen(
        [sys.executable, "-c", APPLIER, token, room, name],
        env=shell.environment(),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    assert running.stdout.readline() == "there\n"
    running.send_signal(signal.SIGKILL)
    running.wait(MINUTE)
    running.stdout.close()

    with edge.unscoped():
        # The killed one's lock is let go by the server, for which this waits.
        if is_applied:
            with pytest.raises(NotFound):
                apply_preview(cast.scope, token)
        else:
            assert values(cast.scope, target) == {"Acme": (900_00, ".")}
            apply_preview(cast.scope, token)
        assert {name: value for name, (value, _) in values(cast.scope, target).items()} == {
            "Acme": 900_00,
            "Sales": 900_00,
            "Field": 250_00,
            "Hunters": 250_00,
            "Sam": 125_00,
            "Tariq": 125_00,
            "Partners": 250_00,
            "Eve": 250_00,
            "Rosa": 400_00,
        }
        assert list(verification.differences(cast.scope)) == []
