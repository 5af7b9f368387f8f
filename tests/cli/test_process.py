"""What only a real process shows: signals, pipes, two commands at once, and where each word goes."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from paceline import cli
from tests.cli.terminal import Terminal
from tests.databases import Database
from tests.scenarios.shell import REPOSITORY, Shell
from tests.scenarios.test_killed import BATCH, DEALS, counted, wait_until_alone, write_deals

QUARTER = ("--period", "quarterly", "--start", "2025-01-01")


def paceline(shell: Shell, *arguments: object, **options) -> subprocess.Popen:
    """A command that runs while the test goes on."""
    return subprocess.Popen(
        [sys.executable, "-m", "paceline", *map(str, arguments)], env=shell.environment(), cwd=REPOSITORY, **options
    )


@pytest.fixture
def planned(shell: Shell, terminal: Terminal, tmp_path: Path) -> Shell:
    """An organization with ten people and a target, made without a process for each command."""
    people = tmp_path / "people.csv"
    people.write_text("name\n" + "".join(f"Person {number}\n" for number in range(10)), encoding="utf-8")
    terminal("organization", "create", "--name", "Acme")
    terminal("import", "people", people)
    terminal("target", "create", "--name", "Q1", "--metric", "deal_count", "--value", "5", *QUARTER)
    terminal("assign", "Q1", "--to", "organization", "--value", "5")
    connections.close_all()
    return shell


def test_data_and_messages_go_their_own_ways(planned: Shell) -> None:
    ran = planned("progress", "Q1", "--format", "json")
    assert len(json.loads(ran.out)) == 1
    assert ran.err.startswith("Q1: deal_count in counts for 2025-01-01 to 2025-03-31, as of ")
    refused = planned.run("progress", "Q2")
    assert (refused.code, refused.out, refused.err) == (2, "", "there is no target 'Q2'\n")
    assert planned.run("progress", "Q1", "--colour").code == 2


def test_words_that_are_no_text_are_refused(planned: Shell) -> None:
    """A terminal can send bytes that are no UTF-8."""
    command = [sys.executable, "-m", "paceline", "progress", b"\xff\xfe"]
    done = subprocess.run(command, env=planned.environment(), cwd=REPOSITORY, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"there is no target ")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("series", "Q1"), ("series", "Q1", "--format", "csv"), ("metric", "list")])
def test_a_reader_who_has_enough_may_leave(planned: Shell, arguments: tuple[str, ...]) -> None:
    running = paceline(planned, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    said = running.stderr.read()
    running.stderr.close()
    assert (running.wait(), said) == (0, b"")


def test_differences_are_answered_also_to_a_reader_who_left(planned: Shell, committed: Database) -> None:
    committed.connect(autocommit=True).execute(
        "INSERT INTO daily_total SELECT id, 1, 1, 1, '2025-01-01' FROM org_organization"
    )
    running = paceline(planned, "verify", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout
    running.stdout.close()
    assert running.wait() == 1
    assert running.stderr
    assert running.stderr.read() == b"1 difference\n"
    running.stderr.close()


def test_commands_at_once_do_one_after_the_other(planned: Shell) -> None:
    """Four assign to the same person: one share, changed three times; and two targets of the same filter."""
    condition = json.dumps({"field": "region", "op": "equals", "value": "East"})

    def assign(number: int) -> int:
        return planned.run("assign", "Q1", "--to", "person:Person 1", "--value", number).code

    def create(number: int) -> int:
        made = ("--name", f"T{number}", "--metric", "revenue", "--value", "1", "--filter", condition, *QUARTER)
        return planned.run("target", "create", *made).code

    with ThreadPoolExecutor(4) as pool:
        codes = [*pool.map(assign, range(4)), *pool.map(create, range(2))]
    assert codes == [0] * 6
    from paceline import edge
    from paceline.plan.models import Assignment, AssignmentValue, Metric

    with edge.unscoped():
        shares = Assignment.objects.filter(assignee_kind="person")
        kept = AssignmentValue.objects.filter(assignment__in=shares).order_by("known_from")
        assert shares.count() == 1
        assert sorted(kept.values_list("value", flat=True)) == list(range(4))
        assert [each.value for each in kept][-1] == shares[0].value
        assert Metric.objects.filter(narrowed_from__isnull=False).count() == 1
    assert planned("verify").out == ""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_import_that_is_stopped_finishes_the_next_time(
    planned: Shell, committed: Database, tmp_path: Path, sent: int, code: int
) -> None:
    deals, rejected = tmp_path / "deals.csv", tmp_path / "rejected.csv"
    write_deals(deals)
    connection = committed.connect(autocommit=True)
    running = paceline(
        planned, "import", "deals", deals, "--reject", rejected, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while counted(connection, "deal") == 0 and running.poll() is None:
        time.sleep(0.01)
    running.send_signal(sent)
    out, err = running.communicate()
    assert running.returncode == code, err
    assert b"Traceback" not in err
    assert out == b""
    wait_until_alone(connection)
    landed = counted(connection, "deal")
    assert landed % BATCH == 0
    assert BATCH <= landed < DEALS
    assert planned("verify").out == ""
    again = planned("import", "deals", deals)
    assert (again.told["unchanged"], again.told["created"]) == (f"{landed:,}", f"{DEALS - landed:,}")


@pytest.mark.parametrize(("stop", "code"), [(SystemExit(143), 143), (KeyboardInterrupt(), 130)])
def test_what_fails_because_of_a_stop_is_a_stop(
    monkeypatch: pytest.MonkeyPatch, stop: BaseException, code: int
) -> None:
    def stopped(**_named: str) -> None:
        try:
            raise stop
        finally:
            raise OSError("another command is already in progress")

    monkeypatch.setattr(cli, "app", stopped)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code


def test_help_loads_no_database() -> None:
    """It is read a page at a time, and each of these takes longer than all the rest."""
    code = "import sys, paceline.cli; print({'psycopg', 'django', 'rich.progress'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
