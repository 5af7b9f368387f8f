"""The memory that reading takes does not grow with the file, nor with a cell of it."""

import tracemalloc
from collections.abc import Iterator
from io import RawIOBase
from zoneinfo import ZoneInfo

import pytest

from paceline.crm.mapping import RecordMapping
from paceline.crm.parsing import read_records
from paceline.crm.values import Defaults
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected

MEGABYTE = 1_000_000
CELL_BYTES = 100 * MEGABYTE
PEAK_BYTES_MAX = 12 * MEGABYTE
UNCLOSED = "a quote opens here and never closes: close it, or write it twice if it is meant as a quote"


class Made(RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, None)) is not None:
            self._rest += part
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def with_huge_cell(before: bytes, filler: bytes, after: bytes) -> Iterator[bytes]:
    yield b"external_id,name\nD-1,Lamps\n" + before
    part = filler * (100_000 // len(filler))
    for _ in range(CELL_BYTES // len(part)):
        yield part
    yield after + b"D-3,Lamps\n"


@pytest.mark.parametrize(
    ("before", "filler", "after"),
    [
        (b"D-2,", b"x", b"\n"),
        (b'D-2,"', b"x", b'"\n'),
        (b'D-2,"', b'""', b'"\n'),
        (b"D-2,", "é".encode(), b"\n"),
    ],
    ids=["plain", "quoted", "quotes", "of two bytes"],
)
def test_a_huge_cell(before: bytes, filler: bytes, after: bytes) -> None:
    tracemalloc.start()
    try:
        rows = list(records(with_huge_cell(before, filler, after)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < PEAK_BYTES_MAX
    assert rows == [
        ("D-1", "Lamps"),
        Rejected(3, None, "the line is longer than 1,000,000 characters", ""),
        ("D-3", "Lamps"),
    ]


def test_a_huge_cell_of_many_lines() -> None:
    tracemalloc.start()
    try:
        faults, good = set(), []
        for row in records(with_huge_cell(b'D-2,"', b"x" * 999 + b"\n", b'"\n')):
            if isinstance(row, Rejected):
                faults.add(row.reason)
            else:
                good.append(row)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < PEAK_BYTES_MAX
    assert good == [("D-1", "Lamps"), ("D-3", "Lamps")]
    assert faults == {UNCLOSED, "1 cell, where the header has 2"}


def test_a_long_file() -> None:
    def parts() -> Iterator[bytes]:
        yield b"external_id,name,owner,created\n"
        for number in range(0, 100_000, 1000):
            yield b"".join(
                b"D-%d,Lamps %d,owner %d,2026-01-02T%02d:%02d:%02dZ\n"
                % (each, each, each, each // 3600 % 24, each // 60 % 60, each % 60)
                for each in range(number, number + 1000)
            )

    tracemalloc.start()
    try:
        count = sum(1 for _ in records(parts()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert peak < PEAK_BYTES_MAX


def records(parts: Iterator[bytes]) -> Iterator[object]:
    defaults = Defaults("USD", ZoneInfo("UTC"))
    return iter(read_records(Made(parts), RecordMapping(Module.DEALS), defaults))  # pyright: ignore[reportArgumentType]
