"""How a file is written: encoding, delimiter, and the signs and order of its numbers and days."""

import codecs
import contextlib
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from paceline.crm.times import Dates
from paceline.crm.toml import Table

DECIMALS = (".", ",")
_NO_DELIMITERS = '"\r\n\0'
# Letters, the decimal signs and line ends must come through, or it is no encoding for a table.
_SAMPLE = 'Ab1.,;"\r\n'


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written. `time_zone` is that of times without one, None for the organization's."""

    encoding: str = "utf-8"
    delimiter: str = ","
    dates: Dates = Dates.ISO
    decimal: str = "."
    time_zone: ZoneInfo | None = None


def read_layout(table: Table) -> Layout:
    """The layout that a mapping tells at its top level; its faults are noted."""
    standard = Layout()
    zone = table.text("time_zone")
    if zone is not None and zone not in _time_zones():
        table.fault("time_zone", f"'{zone}' is not a time zone, such as Europe/Berlin")
        zone = None
    return Layout(
        _encoding(table) or standard.encoding,
        _delimiter(table) or standard.delimiter,
        Dates(table.one_of("dates", [each.value for each in Dates]) or standard.dates),
        table.one_of("decimal", DECIMALS) or standard.decimal,
        None if zone is None else ZoneInfo(zone),
    )


def _delimiter(table: Table) -> str | None:
    delimiter = table.text("delimiter", blank=True)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in _NO_DELIMITERS):
        table.fault("delimiter", 'write one character, such as ";" or "\\t"')
        return None
    return delimiter


def _encoding(table: Table) -> str | None:
    encoding = table.text("encoding")
    if encoding is None or _is_for_text(encoding):
        return encoding
    table.fault("encoding", f"'{encoding}' is not a text encoding, such as utf-8 or latin-1")
    return None


def _is_for_text(encoding: str) -> bool:
    # A codec may raise whatever it likes for what it is not made for.
    with contextlib.suppress(Exception):
        written = _SAMPLE.encode(encoding)
        return codecs.getincrementaldecoder(encoding)().decode(written, final=True) == _SAMPLE
    return False


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
