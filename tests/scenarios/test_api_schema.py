"""Calls that nobody would think of, made from the OpenAPI document: no fault of ours, no answer outside the schema."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from sys import executable

import pytest

from paceline.api.document import LIVE
from tests.databases import Database
from tests.live.service import Served, running
from tests.scenarios.shell import Shell

# For each operation and phase: less than half a minute of calls in all.
EXAMPLES = 2
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SEED = 7
# A stream does not end, and has tests of its own.
LEFT_OUT = [LIVE]
SECONDS_MAX = 25


@pytest.fixture
def served(committed: Database) -> Iterator[Served]:
    with running(committed) as found:
        yield found


def program(name: str) -> str:
    """A program that was installed with the tests."""
    found = which(name, path=str(Path(executable).parent)) or which(name)
    assert found, f"{name} is not installed"
    return found


@pytest.mark.long
def test_no_call_gets_an_answer_outside_the_document(served: Served, committed: Database, tmp_path: Path) -> None:
    share = served.stage.cast.sam
    served.win("D1", "Sam")
    target = served.call(
        "POST",
        "targets",
        {"name": "Q1", "metric": "revenue", "value": 9_00, "period": "quarterly", "start_date": "2025-01-01"},
    )
    body = {"assignee": {"kind": "person", "id": share}, "value": 3_00}
    served.call("POST", f"targets/{target['id']}/assignments", body)
    ran = subprocess.run(
        [
            program("schemathesis"),
            "run",
            f"{served.address}/api/v1/openapi.json",
            "--header",
            f"Authorization: Bearer {served.stage.admin.token}",
            *(option for path in LEFT_OUT for option in ("--exclude-path", path)),
            "--checks",
            CHECKS,
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            str(EXAMPLES),
            "--seed",
            str(SEED),
            "--generation-deterministic",
            "--max-time",
            str(SECONDS_MAX),
            "--warnings",
            "off",
            "--continue-on-failure",
            "--suppress-health-check",
            "all",
            "--no-color",
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, f"{ran.stdout[-20_000:]}\n{ran.stderr}"
    selected = re.search(r"Selected: (\d\d+)/(\d\d+)\n", ran.stdout)
    assert selected, ran.stdout
    assert int(selected[2]) - int(selected[1]) == len(LEFT_OUT)
    assert Shell(committed.parameters)("verify", "--organization", "acme").out == ""
