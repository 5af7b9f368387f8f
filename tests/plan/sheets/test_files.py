"""Files: what was written is read back, nothing in a cell is computed, and no file can swamp the process."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paceline import workbooks
from paceline.errors import InvalidInput
from paceline.plan.sheets import reading
from paceline.plan.sheets.reading import read
from paceline.plan.sheets.texts import is_formula, neutral, original
from paceline.plan.sheets.writing import Cell, FileFormat, write

# A cell of CSV keeps no lone surrogate, nor does the database; and U+FFFE and U+FFFF are characters in no workbook.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12)
ODD = st.one_of(
    TEXTS,
    st.builds("{}{}".format, st.sampled_from(["=", "+", "-", "@", "\t", "'", "'=", "''@", "\uff1d", "_x0041_"]), TEXTS),
    st.sampled_from(['a,b;"c"', "two\nlines", "line\r\nend", "#N/A", "TRUE", "1e5", "007", "=1+1"]),
)
AMOUNTS = st.decimals(0, Decimal(10) ** 15, places=2)


def workbook(*rows: list[Any]) -> bytes:
    """A file as a spreadsheet program saves it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # pyright: ignore[reportOptionalMemberAccess]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def fault(content: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        read(content)
    return str(refused.value)


@pytest.mark.parametrize("format_", FileFormat)
@settings(max_examples=60)
@given(rows=st.lists(st.tuples(ODD, AMOUNTS, st.integers(0, 10**17)), min_size=1, max_size=4))
@example(rows=[("_x005F_", Decimal("0.00"), 0)])
@example(rows=[("-1", Decimal("999999999999999.99"), 10**17)])
def test_what_is_written_is_read_back(format_: FileFormat, rows: list[tuple[str, Decimal, int]]) -> None:
    found = read(write(["name", "value", "id"], rows, format_))
    assert found[0].cells == ["name", "value", "id"]
    for line, (name, value, number) in zip(found[1:], rows, strict=True):
        assert line.bad == {}
        text, amount, id_ = line.cells
        assert (text, Decimal(amount), int(id_)) == (name, value, number)


@given(text=ODD)
def test_marks_are_taken_off_again(text: str) -> None:
    assert original(neutral(text)) == text
    assert not is_formula(neutral(text))


def test_no_cell_is_a_formula() -> None:
    rows: list[list[Cell]] = [["=HYPERLINK(1)"], ["+1"], ["-1"], ["@x"], ["\tx"], ["'=1"], ["\uff1d1"], ["fine"]]
    texts = [row[0] for row in csv.reader(io.StringIO(write(["name"], rows, FileFormat.CSV).decode("utf-8-sig")))]
    assert texts == ["name", "'=HYPERLINK(1)", "'+1", "'-1", "'@x", "'\tx", "''=1", "'\uff1d1", "fine"]
    sheet = openpyxl.load_workbook(io.BytesIO(write(["name"], rows, FileFormat.XLSX))).active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]  # pyright: ignore[reportOptionalMemberAccess]
    assert {each.data_type for each in cells} == {"s"}
    assert [each.quotePrefix for each in cells] == [True] * 5 + [False, True, False]


def test_numbers_are_numbers_with_their_decimals() -> None:
    rows = [[Decimal("1234.50"), Decimal(7), 12], [Decimal("12345678901234567.89"), None, None]]
    sheet = openpyxl.load_workbook(io.BytesIO(write(["a", "b", "c"], rows, FileFormat.XLSX))).active
    first, second = sheet.iter_rows(min_row=2)  # pyright: ignore[reportOptionalMemberAccess]
    assert [(each.value, each.number_format) for each in first] == [(1234.5, "#,##0.00"), (7, "#,##0"), (12, "General")]
    # More digits than floating point keeps.
    assert second[0].value == "12345678901234567.89"


def altered(content: bytes, **parts: tuple[bytes, bytes]) -> bytes:
    """The workbook with something replaced in its sheet."""
    source, made = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for old, new in parts.values():
                    # An empty element is written in one of two ways, by what openpyxl writes XML with.
                    data = data.replace(b"<v></v>", b"<v />")
                    assert old in data
                    data = data.replace(old, new)
            archive.writestr(name, data)
    return made.getvalue()


def test_what_a_workbook_may_hold() -> None:
    content = workbook(["a"] * 6, ["x", 4.56, 0.3, date(2026, 1, 2), True, "=1+1"])
    # Some programs write all digits of the floating-point number, which then is the same, or not.
    content = altered(content, same=(b">4.56<", b">4.5599999999999996<"), other=(b">0.3<", b">0.30000000000000004<"))
    header, line = read(content)
    assert header.cells == ["a"] * 6
    assert line.cells[:2] == ["x", "4.56"]
    assert line.cells[4] == "yes"
    assert [line.bad[place].partition(":")[0] for place in (2, 3, 5)] == [
        "0.30000000000000004 has more digits than a workbook keeps",
        "holds a date, 2026-01-02",
        "holds a formula that was never computed",
    ]


def test_a_computed_formula_has_its_value() -> None:
    content = altered(workbook(["value"], ["=1+1"]), computed=(b"</f><v />", b"</f><v>2</v>"))
    assert [(line.cells, line.bad) for line in read(content)] == [(["value"], {}), (["2"], {})]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a;b\n1;2\n", [["a", "b"], ["1", "2"]]),
        ("a\tb\r\n1\t2", [["a", "b"], ["1", "2"]]),
        ('a,b\n\n"x\ny",\n', [["a", "b"], ["x\ny"]]),
    ],
)
def test_csv_as_programs_write_it(text: str, rows: list[list[str]]) -> None:
    for content in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert [line.cells for line in read(content)] == rows


def test_what_is_no_plan_is_said() -> None:
    assert fault(b"") == "file: is empty"
    assert fault(b"a,b\n\xff,1\n") == "file: line 2 is not UTF-8 text: save it as CSV UTF-8, or as XLSX"
    assert fault(b'a\n"x" y\n').startswith("row 2: cannot be read")
    assert "old or a locked Excel workbook" in fault(b"\xd0\xcf\x11\xe0abc")
    assert "damaged workbook" in fault(b"PK\x03\x04abc")
    assert "damaged workbook" in fault(bomb(b"text", parts=1, bytes_each=4))


def bomb(content: bytes, parts: int, bytes_each: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(parts):
            archive.writestr(f"xl/{number}.xml", content * (bytes_each // len(content)))
    return file.getvalue()


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "UNPACKED_BYTES_MAX", 1_000_000)
    monkeypatch.setattr(workbooks, "load_workbook", None)
    assert "unpacks to more than 1,000,000 bytes" in fault(bomb(b"\0", parts=2, bytes_each=600_000))
    assert "more than 1,000 parts" in fault(bomb(b"\0", parts=1_001, bytes_each=1))
    monkeypatch.setattr(workbooks, "TEXTS_BYTES_MAX", 1_000)
    assert "more than 1,000 bytes beside its sheets" in fault(bomb(b"\0", parts=1, bytes_each=2_000))
    monkeypatch.setattr(reading, "FILE_BYTES_MAX", 10)
    assert fault(b"a,b\n1,2,3,4") == "file: is larger than 10 bytes"


def test_entities_are_not_expanded() -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet '
    assert "cannot be read as a workbook" in fault(altered(workbook(["kind"]), root=(b"<worksheet ", entities)))


def test_cells_far_apart_are_refused_before_room_is_made_for_all_between(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"], sheet["F9"] = "kind", "x"
    file = io.BytesIO()
    book.save(file)
    assert [line.cells for line in read(file.getvalue())] == [["kind"], ["", "", "", "", "", "x"]]
    far = altered(file.getvalue(), row=(b'r="A1"', b'r="A1048576"'))
    assert fault(far) == "file: has more than 50,000 lines"
    monkeypatch.setattr(workbooks, "AREA_CELLS_MAX", 53)
    monkeypatch.setattr(workbooks, "load_workbook", None)
    assert fault(file.getvalue()) == "file: spans more than 53 cells: delete what stands far off"


def test_an_error_is_told_from_the_text_that_looks_like_one() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["B3"], sheet["C3"], sheet["D3"] = "#REF!", "x", "#N/A"
    sheet["D3"].data_type = "s"
    file = io.BytesIO()
    book.save(file)
    (line,) = read(file.getvalue())
    assert (line.number, line.cells, line.bad) == (3, ["", "#REF!", "x", "#N/A"], {1: "holds the error #REF!"})


def test_every_count_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LINES_MAX", 3)
    lines = [["x"]] * 4
    assert fault(workbook(*lines)) == fault(b"x\n" * 4) == "file: has more than 3 lines"
    monkeypatch.setattr(reading, "COLUMNS_MAX", 2)
    assert fault(workbook(["x"] * 3)) == fault(b"x,x,x\n") == "row 1: has more than 2 columns"
    monkeypatch.setattr(reading, "CELLS_MAX", 1)
    assert fault(b"x,x\n") == "file: has more than 1 cells"
