"""Runs `paceline` inside the test's own process, much cheaper than a process for each command."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.scenarios.shell import Ran

# In the middle of the first quarter.
NOW = datetime(2025, 2, 15, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Commands on the test's database, as on the 15th of February 2025."""

    monkeypatch: pytest.MonkeyPatch

    def run(self, *arguments: object, given: str | bytes = b"") -> Ran:
        """The command's answer, whatever its exit code. An exception that escapes it fails the test."""
        from paceline.cli import common, main

        data = given.encode() if isinstance(given, str) else given
        out, err = _stream(), _stream()
        with self.monkeypatch.context() as patch:
            patch.setattr(common, "get_ready", lambda: None)
            patch.setattr(common, "now", lambda: NOW)
            patch.setattr(sys, "argv", ["paceline", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        return Ran(code, _text(out), _text(err))

    def __call__(self, *arguments: object, given: str | bytes = b"") -> Ran:
        """The answer of a command that must succeed."""
        ran = self.run(*arguments, given=given)
        assert ran.code == 0, f"{arguments}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def refused(self, *arguments: object, given: str | bytes = b"") -> str:
        """What a refused command says; it prints no data."""
        ran = self.run(*arguments, given=given)
        assert (ran.code, ran.out) == (2, ""), f"{arguments}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran.err.strip()


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def columns(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[None]:
    """A terminal so many characters wide."""
    with monkeypatch.context() as patch:
        patch.setenv("COLUMNS", str(number))
        yield
