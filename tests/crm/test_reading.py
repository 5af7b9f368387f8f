"""Any table comes back as it was written, in any encoding; what cannot be read costs one row."""

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.crm import lines
from paceline.crm.layout import Layout
from paceline.crm.lines import Lines
from paceline.crm.reading import CsvRows
from paceline.domain.rejection import Rejected

# Everything but the halves of characters, which no encoding has.
TEXTS = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from('",;\t\r\n \0'), max_size=12)


def read(data: bytes, **layout: str) -> list:
    rows = CsvRows(BytesIO(data), Layout(**layout))  # pyright: ignore[reportArgumentType]
    return [list(rows.header), *rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252", "cp037"])
def test_encodings(encoding: str) -> None:
    data = "id,name\nD-1,Café Müller\n".encode(encoding)
    assert read(data, encoding=encoding) == [["id", "name"], (2, ["D-1", "Café Müller"])]


def test_a_mark_in_front_of_utf_8_is_no_part_of_the_header() -> None:
    assert read("\ufeffid,näme\n1,ä".encode()) == [["id", "näme"], (2, ["1", "ä"])]


def test_characters_of_two_bytes_across_codepages() -> None:
    data = "名,番号\nソ表,十\n".encode("shift_jis")
    assert read(data, encoding="shift_jis") == [["名", "番号"], (2, ["ソ表", "十"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    data = f'a,b{end}1,2{end}{end}3,"4{end}5"{end}6,7'.encode()
    assert read(data) == [["a", "b"], (2, ["1", "2"]), (4, ["3", f"4{end}5"]), (6, ["6", "7"])]


def test_line_ends_of_other_kinds_are_text() -> None:
    assert read("a,b\n1\x0b\x0c\x1c,2\x85\u2028\n".encode()) == [
        ["a", "b"],
        (2, ["1\x0b\x0c\x1c", "2\x85\u2028"]),
    ]


def test_blank_rows_are_passed_over() -> None:
    assert read(b"\n \na,b\n\n , \n,\n1,2\n   \n") == [["a", "b"], (5, [" ", " "]), (7, ["1", "2"])]


def test_header_alone() -> None:
    assert read(b" a , b\n") == [["a", "b"]]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    data = f'a{delimiter}b\n1,5{delimiter}"x{delimiter}y"\n'.encode()
    assert read(data, delimiter=delimiter) == [["a", "b"], (2, ["1,5", f"x{delimiter}y"])]


def test_quotes() -> None:
    data = b'a,b\n"He said ""yes""",5" pipe\n"",x\n'
    assert read(data) == [["a", "b"], (2, ['He said "yes"', '5" pipe']), (3, ["", "x"])]


def test_lines_after_an_open_quote_are_read_and_counted_on() -> None:
    rows = read(b'a,b\n1,"x\n2,y\n3,"z\nz"\n4,w\n')
    assert isinstance(rows[1], Rejected)
    assert (rows[1].line, rows[1].column, rows[1].content) == (2, "b", '1,"x')
    assert rows[2:] == [(3, ["2", "y"]), (4, ["3", "z\nz"]), (6, ["4", "w"])]


def test_content_is_the_row_as_it_stands() -> None:
    rows = CsvRows(BytesIO(b'a,b\r\n1,"x\r\ny"\r\n'), Layout())
    assert [rows.content for _ in rows] == ['1,"x\r\ny"']


def test_bytes_read_reach_the_size_of_the_file() -> None:
    data = b"a,b\n" + "é,x\n".encode() * 100_000
    rows = CsvRows(BytesIO(data), Layout())
    seen = [rows.bytes_read for _ in rows]
    assert 0 < seen[0] < len(data)
    assert seen == sorted(seen)
    assert rows.bytes_read == len(data)


# The writer leaves a CR bare where it does not end lines, so there every cell is quoted.
WAYS = st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)])


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=5), WAYS, st.sampled_from(",;\t"))
def test_any_table_comes_back(table: list[list[str]], way: tuple, delimiter: str) -> None:
    written = StringIO(newline="")
    end, quoting = way
    writer = csv.writer(written, lineterminator=end, quoting=quoting, delimiter=delimiter)
    writer.writerows([["a", "b", "c"], *table])
    found = [row[1] for row in read(written.getvalue().encode(), delimiter=delimiter)[1:]]
    assert found == [row for row in table if any(row)]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_to_the_end(data: bytes) -> None:
    for row in read(b"a,b\n" + data)[1:]:
        assert isinstance(row, Rejected) or len(row[1]) == 2


@given(text=st.text(st.sampled_from('a\r\n"é'), max_size=60), block=st.integers(1, 7))
def test_lines_are_the_same_wherever_a_read_ends(text: str, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK_BYTES", block)
        found = list(Lines(BytesIO(b"x" + text.encode()), "utf-8"))
    assert found == StringIO("x" + text, newline="").readlines()


@given(sizes=st.lists(st.integers(0, 30), min_size=1, max_size=8), block=st.integers(1, 10))
def test_long_lines_are_left_out_wherever_a_read_ends(sizes: list[int], block: int) -> None:
    text = "x" + "".join(f"{'y' * size}\n" for size in sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK_BYTES", block)
        patch.setattr(lines, "LINE_CHARACTERS_MAX", 10)
        found = list(Lines(BytesIO(text.encode()), "utf-8"))
    assert found == [line if len(line) <= 10 else None for line in StringIO(text, newline="")]
