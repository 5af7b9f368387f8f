"""The service as a process of its own, on a test's database."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.scenarios.shell import REPOSITORY, Shell

STOP_SECONDS_MAX = 20


@contextmanager
def serving(shell: Shell, *options: str) -> Iterator[str]:
    """The address of `paceline serve` while it runs."""
    command = [sys.executable, "-m", "paceline", "serve", "--port", "0", "--processes", "1", *options]
    running = subprocess.Popen(
        command, env=shell.environment(), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert running.stdout
    try:
        said = running.stdout.readline().strip()
        assert said.startswith("Paceline is ready at http://"), said
        yield said.removeprefix("Paceline is ready at ")
    finally:
        running.terminate()
        running.wait(STOP_SECONDS_MAX)
        running.stdout.close()
