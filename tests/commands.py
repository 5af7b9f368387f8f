"""Runs the part of a command that needs PostgreSQL as a process of its own, as any user of the machine."""

import json
import os
import pwd
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGES = Path(psycopg.__file__).parents[1]
ORDINARY_USER = "nobody"

# Answers one line of JSON: how to connect, or what was refused. Then runs the SQL of each line that it reads.
PROGRAM = """
import json, sys
import psycopg
from psycopg.conninfo import make_conninfo
from paceline.errors import PacelineError
from paceline.postgres import ready
from paceline.setup import end_in_order
end_in_order()
try:
    parameters = ready()
except PacelineError as error:
    print(json.dumps({"code": error.code, "message": error.message}))
    sys.exit(3)
print(json.dumps(parameters), flush=True)
for line in sys.stdin:
    with psycopg.connect(make_conninfo(**parameters)) as connection:
        cursor = connection.execute(line)
        row = cursor.fetchone() if cursor.description else None
    # Only now is it committed, so that whoever hears the answer may pull the plug.
    print(json.dumps(row), flush=True)
"""


@cache
def interpreter(user: str | None) -> str:
    """A Python of this version that the user can run; a test that finds none is skipped."""
    if user is None:
        return sys.executable
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for program in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        try:
            options = surroundings(user)
            ran = subprocess.run([program, "-c", "import psycopg"], check=False, capture_output=True, **options)
        except OSError:
            continue
        if ran.returncode == 0:
            return program
    return pytest.skip(f"{user} can run no Python {version} with this environment's packages")


def surroundings(user: str | None) -> dict[str, Any]:
    """What subprocess needs to run this package as the user, none being whoever runs the tests."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PACELINE_", "PG", "DATABASE_URL"))}
    options: dict[str, Any] = {"cwd": "/", "env": {**kept, "PYTHONPATH": f"{REPOSITORY}:{PACKAGES}"}}
    if user is not None:
        entry = pwd.getpwnam(user)
        options |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        options["env"] |= {"HOME": "/nonexistent", "USER": user}
    return options


@dataclass
class Command:
    """A running command that holds the server, or was refused it."""

    home: Path
    user: str | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        options = surroundings(self.user)
        options["env"] |= {"PACELINE_HOME": str(self.home), **self.environment}
        self.process = subprocess.Popen(
            [interpreter(self.user), "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def answer(self) -> Any:
        """The next line of JSON that it says."""
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return json.loads(line)

    def ask(self, statement: str) -> Any:
        """The first row of what the statement answers."""
        assert self.process.stdin
        self.process.stdin.write(f"{statement}\n")
        self.process.stdin.flush()
        return self.answer()

    def end(self) -> int:
        """Let it finish; its exit code."""
        self.process.communicate()
        return self.process.returncode

    def stop(self, signal: int) -> int:
        """Send it a signal, and wait for its end."""
        self.process.send_signal(signal)
        return self.end()
