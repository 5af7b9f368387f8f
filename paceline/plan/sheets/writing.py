"""A plan as a file: CSV, or a workbook whose numbers are numbers and whose text is never computed."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, StringIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from paceline.plan.sheets.texts import is_formula, neutral

# Text, an amount in whole units of the currency, or a number that is an id; None is a blank cell.
Cell = str | Decimal | int | None

SHEET = "Plan"
# A workbook keeps numbers in floating point: with more digits than these one is written as text.
DIGITS_MAX = 15
_WIDTHS = {"kind": 13, "name": 28, "reference": 28, "parent": 24, "unit": 7, "locked": 7, "locked_periods": 16}
_WIDTH = 16
# Who it is stays in sight: header, kind and name.
_FROZEN = "C2"


class FileFormat(StrEnum):
    """What a plan is written as."""

    CSV = "csv"
    XLSX = "xlsx"


def write(header: Sequence[str], rows: Sequence[Sequence[Cell]], format_: FileFormat) -> bytes:
    """The whole file."""
    return write_csv(header, rows) if format_ == FileFormat.CSV else write_xlsx(header, rows)


def write_csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8, marked as such, or spreadsheet programs would take it for something else."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return neutral(cell) if isinstance(cell, str) else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def write_xlsx(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet."""
    file = BytesIO()
    # Row by row, so that the sheet is never whole in memory.
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(_FROZEN)
        bold = book.add_format({"bold": True})
        for place, name in enumerate(header):
            sheet.set_column(place, place, _WIDTHS.get(name, _WIDTH))
            sheet.write_string(0, place, name, bold)
        cells = _Cells(book, sheet)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                cells.write(number, place, value)
    return file.getvalue()


class _Cells:
    """Writes cells, each kind in its format."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._book, self._sheet = book, sheet
        self._amounts: dict[int, Format] = {}
        # Whoever opens such a cell and leaves it again still does not compute it.
        self._quoted = book.add_format({"quote_prefix": True})

    def write(self, row: int, place: int, value: Cell) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            self._text(row, place, value)
        elif len(value.as_tuple().digits if isinstance(value, Decimal) else str(abs(value))) > DIGITS_MAX:
            self._text(row, place, f"{value:f}" if isinstance(value, Decimal) else str(value))
        else:
            # As the file has numbers; so few digits come back as they were.
            self._sheet.write_number(
                row, place, float(value), self._amount(value) if isinstance(value, Decimal) else None
            )

    def _text(self, row: int, place: int, text: str) -> None:
        self._sheet.write_string(row, place, text, self._quoted if is_formula(text) else None)

    def _amount(self, value: Decimal) -> Format:
        decimals = max(-int(value.as_tuple().exponent), 0)
        if decimals not in self._amounts:
            picture = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
            self._amounts[decimals] = self._book.add_format({"num_format": picture})
        return self._amounts[decimals]
