"""A service whose database is killed under load: nothing answered is lost or doubled, and it goes on by itself."""

import os
import subprocess
import sys

import pytest

from tests.scenarios.shell import REPOSITORY


@pytest.mark.long
def test_a_killed_database_is_started_again_and_nothing_answered_is_lost() -> None:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("DATABASE_URL", "PACELINE", "PG"))}
    # It makes a home of its own: the database of a test is not for killing.
    ran = subprocess.run(
        [sys.executable, "bench/faults.py", "--clients", "10", "--seconds", "4"],
        check=False,
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": str(REPOSITORY)},
        cwd=REPOSITORY,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert "calls in 4 s" in ran.stdout
