"""Rows of data on standard out: as a table for people, as CSV or as JSON for programs."""

import csv
import json
import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape

from paceline.cli.common import out


class Format(StrEnum):
    """How rows are printed."""

    CSV = "csv"
    JSON = "json"
    TABLE = "table"


FormatOption = Annotated[
    Format, typer.Option("--format", help="csv and json give money in minor units, a table as people write it.")
]
Row = dict[str, Any]

# Wider than any table, so that it is measured and not squeezed.
WIDTH_MAX = 10_000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FIGURES = {
    "attainment",
    "current",
    "expected",
    "pace",
    "per day",
    "projected",
    "target",
    "unallocated",
    "value",
    "from value",
    "to value",
    "line",
    "rank",
    "after",
    "before",
    "change",
}


def print_rows(rows: Sequence[Row], format_: Format, names: Sequence[str]) -> None:
    """Print the rows; a table and CSV have a column for each of the names."""
    if format_ == Format.TABLE:
        _print_table(rows, names)
        return
    try:
        if format_ == Format.JSON:
            sys.stdout.write(f"{json.dumps(list(rows), indent=2, ensure_ascii=False)}\n")
        else:
            writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _cell(each) for name, each in row.items()} for row in rows)
        sys.stdout.flush()
    except BrokenPipeError:
        out.on_broken_pipe()


def _cell(value: object) -> object:
    """The value as a cell of CSV: a text that a spreadsheet would compute is marked, a number in digits is not."""
    from paceline.plan.sheets.texts import neutral

    return neutral(value) if isinstance(value, str) and not _NUMBER.fullmatch(value) else value


def _print_table(rows: Sequence[Row], names: Sequence[str]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, justify="right" if name in _FIGURES else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(escape("" if row[name] is None else str(row[name])) for name in names))
    # A narrow terminal wraps the lines; a figure is never cut.
    width = out.measure(table, options=out.options.update(width=WIDTH_MAX)).maximum
    out.width = max(out.width, width)
    out.print(table, crop=False)
