"""An import killed at any moment leaves whole batches or nothing, and importing the file again finishes it."""

import csv
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.databases import Database
from tests.scenarios.shell import REPOSITORY, Shell

DEALS = 25_000
BATCH = 10_000
KILLS = 2


@pytest.mark.long
def test_a_killed_import_leaves_whole_batches(shell: Shell, committed: Database, tmp_path: Path) -> None:
    shell("organization", "create", "--name", "Acme")
    people, deals = tmp_path / "people.csv", tmp_path / "deals.csv"
    people.write_text("name\n" + "".join(f"Person {number}\n" for number in range(20)), encoding="utf-8")
    write_deals(deals)
    shell("import", "people", people)
    chance, connection = random.Random(7), committed.connect(autocommit=True)
    command = [sys.executable, "-m", "paceline", "import", "deals", str(deals)]
    for _ in range(KILLS):
        running = subprocess.Popen(
            command,
            env=shell.environment(),
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # A start alone takes a second or so: kills fall before, in and between batches.
        time.sleep(chance.uniform(0.8, 3))
        running.send_signal(signal.SIGKILL)
        running.wait()
        wait_until_alone(connection)
        assert counted(connection, "deal") % BATCH in {0, DEALS % BATCH}
        assert shell("verify").out == ""

    finished = shell("import", "deals", deals)

    assert counted(connection, "deal") == DEALS
    assert finished.told["read"] == f"{DEALS:,}"
    assert shell("verify").out == ""
    assert shell("import", "deals", deals).told["unchanged"] == f"{DEALS:,}"


def write_deals(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["external_id", "owner", "amount", "status", "created", "closed"])
        for number in range(DEALS):
            owner, day = f"Person {number % 20}", f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
            writer.writerow([f"D{number}", owner, number % 5_000 + 1, "won", "2025-12-01", day])


def wait_until_alone(connection) -> None:
    """The killed client's server process notices at its next message."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while connection.execute(query).fetchone() != (0,):
        time.sleep(0.05)


def counted(connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608
    return row[0]
