"""Runs `paceline` as a user does: a process of its own, on a test's database."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, str]:
        """The lines `name: value` of a summary."""
        return dict(line.split(": ", 1) for line in self.out.splitlines() if ": " in line)


@dataclass(frozen=True, slots=True)
class Shell:
    """Commands on one database; `environment` adds to what they see."""

    parameters: dict[str, str]

    def environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
        return {**kept, "PYTHONPATH": str(REPOSITORY), "DATABASE_URL": make_conninfo(**self.parameters)}

    def run(self, *arguments: object, given: str | None = None) -> Ran:
        """The command's answer, whatever its exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "paceline", *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            input=given,
            env=self.environment(),
            cwd=REPOSITORY,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def __call__(self, *arguments: object, given: str | None = None) -> Ran:
        """The answer of a command that must succeed."""
        ran = self.run(*arguments, given=given)
        assert ran.code == 0, f"{arguments}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran
