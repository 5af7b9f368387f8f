"""A plan as a file: CSV, or a workbook whose numbers are numbers and whose text is never computed."""

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from paceline.plan.sheets.texts import escaped, is_formula, neutral

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
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = _FROZEN
    for place, name in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(name, _WIDTH)
    bold = Font(bold=True)
    first = list(_cells(sheet, header))
    for each in first:
        each.font = bold
    sheet.append(first)
    for row in rows:
        sheet.append(list(_cells(sheet, row)))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cells(sheet: Any, row: Sequence[Cell]) -> Iterator[Any]:
    for value in row:
        if value is None or value == "":
            yield None
        elif isinstance(value, str):
            yield _string(sheet, value)
        elif len(value.as_tuple().digits if isinstance(value, Decimal) else str(abs(value))) > DIGITS_MAX:
            yield _string(sheet, f"{value:f}" if isinstance(value, Decimal) else str(value))
        else:
            cell = WriteOnlyCell(sheet, value)  # pyright: ignore[reportArgumentType] - it takes decimals, too
            if isinstance(value, Decimal):
                decimals = max(-int(value.as_tuple().exponent), 0)
                cell.number_format = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
            yield cell


def _string(sheet: Any, text: str) -> Any:
    """A cell of text: the library would make a formula of what begins like one."""
    cell = WriteOnlyCell(sheet, "")
    cell._value, cell.data_type = escaped(text), "s"  # noqa: SLF001 - setting `value` guesses the type
    if is_formula(text):
        # Whoever opens the cell and leaves it again still does not compute it.
        cell.quotePrefix = True
    return cell
