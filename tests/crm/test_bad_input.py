"""Every kind of bad input has its own message, at its line and column, and the rows beside it are read."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.crm.lines import LINE_CHARACTERS_MAX
from paceline.crm.mapping import RecordMapping, read_mapping
from paceline.crm.parsing import read_records
from paceline.crm.reading import COLUMNS_MAX, CONTENT_CHARACTERS_MAX
from paceline.crm.values import Defaults
from paceline.domain.money import parse_amount
from paceline.domain.record import FIELDS, Module
from paceline.domain.rejection import Rejected
from paceline.errors import InvalidInput

DEFAULTS = Defaults("USD", ZoneInfo("America/New_York"))
MAPPING = """
[columns]
external_id = "id"
name = "name"
owner = "owner"
created = "created"
amount = "amount"
currency = "currency"
stage = "stage"
expected_close = "expected"
modified = "modified"
deleted = "deleted"
closed = { column = "closed", when = { column = "stage", in = ["Won", "Lost"] } }
[stages]
Open = "open"
Won = "won"
Lost = "lost"
[custom]
score = { column = "score", type = "number" }
hot = { column = "hot", type = "flag" }
signed = { column = "signed", type = "day" }
fee = { column = "fee", type = "money" }
"""
GOOD = {
    "id": "D-1",
    "name": "Lamps",
    "owner": "tariq@example.com",
    "created": "2026-01-02",
    "amount": "1200.50",
    "currency": "EUR",
    "stage": "Open",
    "expected": "2026-03-31",
    "modified": "2026-01-02T10:00:00Z",
    "deleted": "no",
    "closed": "",
    "score": "7.5",
    "hot": "yes",
    "signed": "2026-02-01",
    "fee": "10",
}


def line(**cells: str) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in (GOOD | cells).values())


def file(*lines: str | bytes) -> bytes:
    made = [each if isinstance(each, bytes) else each.encode() for each in (",".join(GOOD), *lines, line(id="D-2"))]
    return b"\n".join(made) + b"\n"


def rejected(data: bytes, mapping: RecordMapping) -> list[Rejected]:
    """The rows refused, of a file whose last row is good and taken."""
    rows = list(read_records(BytesIO(data), mapping, DEFAULTS))
    assert isinstance(rows[-1], tuple)
    assert rows[-1][0] == "D-2"
    return [row for row in rows if isinstance(row, Rejected)]


def no_amount(text: str, exponent: int = 2) -> str:
    """What the one home of amounts says of it."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is what is asked for
        parse_amount(text, exponent=exponent)
    return str(refused.value)


ISO = "such as 2026-01-31 or 2026-01-31T14:05:00+01:00"
CELLS: list[tuple[str, dict[str, str], str, str]] = [
    ("no id", {"id": ""}, "id", "is blank, and every record needs its own id"),
    ("blank id", {"id": "  "}, "id", "is blank, and every record needs its own id"),
    ("long id", {"id": "x" * 201}, "id", "201 characters, where at most 200 fit"),
    ("NUL in id", {"id": "D\0"}, "id", "holds a NUL character"),
    ("long name", {"name": "x" * 1001}, "name", "1,001 characters, where at most 1,000 fit"),
    ("NUL in name", {"name": "a\0b"}, "name", "holds a NUL character"),
    ("long owner", {"owner": "x" * 201}, "owner", "201 characters, where at most 200 fit"),
    ("huge cell", {"owner": "x" * 900_000}, "owner", "900,000 characters, where at most 200 fit"),
    ("word as amount", {"amount": "lots"}, "amount", "'lots' is not an amount"),
    ("NUL in amount", {"amount": "1\0"}, "amount", "holds a NUL character"),
    (
        "two decimal signs",
        {"amount": "1.2.3"},
        "amount",
        no_amount("1.2.3"),
    ),
    (
        "decimal comma",
        {"amount": "12,50"},
        "amount",
        no_amount("12,50"),
    ),
    ("part of a cent", {"amount": "1.005"}, "amount", no_amount("1.005")),
    (
        "part of a yen",
        {"amount": "1.5", "currency": "JPY", "fee": ""},
        "amount",
        no_amount("1.5", exponent=0),
    ),
    ("exponent", {"amount": "1e6"}, "amount", no_amount("1e6")),
    ("not a number", {"amount": "NaN"}, "amount", no_amount("NaN")),
    ("endless number", {"amount": "inf"}, "amount", no_amount("inf")),
    ("formula error", {"amount": "#REF!"}, "amount", no_amount("#REF!")),
    ("two signs", {"amount": "--5"}, "amount", no_amount("--5")),
    (
        "overflowing amount",
        {"amount": "10000000000000.01"},
        "amount",
        no_amount("10000000000000.01"),
    ),
    ("endless digits", {"amount": "9" * 5000}, "amount", no_amount("9" * 5000)),
    (
        "unknown currency",
        {"currency": "XXY"},
        "currency",
        "'XXY' is not the ISO 4217 code of a currency, such as EUR",
    ),
    (
        "currency sign",
        {"currency": "€"},
        "currency",
        "'€' is not the ISO 4217 code of a currency, such as EUR",
    ),
    ("gold", {"currency": "XAU"}, "currency", "'XAU' is not the ISO 4217 code of a currency, such as EUR"),
    ("unknown stage", {"stage": "Wonn"}, "stage", "the mapping has no stage 'Wonn'; did you mean won?"),
    ("no stage", {"stage": ""}, "stage", 'the stage is blank, and the mapping has no stage ""'),
    ("word as day", {"created": "soon"}, "created", f"'soon' is not a day or time written iso, {ISO}"),
    (
        "day first",
        {"created": "31/01/2026"},
        "created",
        f"'31/01/2026' is not a day or time written iso, {ISO}",
    ),
    ("no dashes", {"created": "20260131"}, "created", f"'20260131' is not a day or time written iso, {ISO}"),
    ("a week", {"created": "2026-W05-6"}, "created", f"'2026-W05-6' is not a day or time written iso, {ISO}"),
    (
        "two-digit year",
        {"created": "26-01-31"},
        "created",
        f"'26-01-31' is not a day or time written iso, {ISO}",
    ),
    ("serial number", {"created": "46053"}, "created", f"'46053' is not a day or time written iso, {ISO}"),
    ("no such day", {"created": "2026-02-30"}, "created", "there is no such day or time as '2026-02-30'"),
    ("no leap year", {"created": "2100-02-29"}, "created", "there is no such day or time as '2100-02-29'"),
    ("no such month", {"created": "2026-13-01"}, "created", "there is no such day or time as '2026-13-01'"),
    (
        "no such hour",
        {"created": "2026-01-31T25:00"},
        "created",
        "there is no such day or time as '2026-01-31T25:00'",
    ),
    (
        "no such offset",
        {"created": "2026-01-31T05:00+99:00"},
        "created",
        "there is no such day or time as '2026-01-31T05:00+99:00'",
    ),
    ("long ago", {"created": "0201-01-31"}, "created", "the year 0201 is before 1900"),
    ("far ahead", {"created": "2206-01-31"}, "created", "the year 2206 is after 2199"),
    (
        "the first time of all",
        {"created": "0001-01-01T00:00+14:00"},
        "created",
        "the year 0001 is before 1900",
    ),
    ("the last time of all", {"created": "9999-12-31T23:59-12:00"}, "created", "the year 9999 is after 2199"),
    (
        "before the first day here",
        {"created": "1900-01-01T01:00Z"},
        "created",
        "the year 1899 is before 1900",
    ),
    ("absurd change", {"modified": "0201-01-31"}, "modified", "the year 0201 is before 1900"),
    ("word as change", {"modified": "now"}, "modified", f"'now' is not a day or time written iso, {ISO}"),
    (
        "time as day",
        {"expected": "2026-01-31T14:05"},
        "expected",
        "14:05:00 is a time, where only a day can stand",
    ),
    (
        "closed in no month",
        {"stage": "Won", "closed": "2026-00-01"},
        "closed",
        "there is no such day or time as '2026-00-01'",
    ),
    ("word as flag", {"deleted": "maybe"}, "deleted", "'maybe' is none of true, false, yes, no, 1, 0"),
    ("number as flag", {"deleted": "2"}, "deleted", "'2' is none of true, false, yes, no, 1, 0"),
    ("word as number", {"score": "high"}, "score", "'high' is not a number such as 1234.5"),
    ("grouped number", {"score": "1,234"}, "score", "'1,234' is not a number such as 1234.5"),
    ("huge number", {"score": "9" * 19}, "score", "the number is beyond 4,611,686,018,427,387,903"),
    (
        "too exact",
        {"score": "1.234567890123456"},
        "score",
        "'1.234567890123456' has more than 15 digits",
    ),
    (
        "too many digits",
        {"score": "12.34567890123456"},
        "score",
        "'12.34567890123456' has more than 15 digits",
    ),
    ("custom flag", {"hot": "warm"}, "hot", "'warm' is none of true, false, yes, no, 1, 0"),
    ("custom day", {"signed": "1066-10-14"}, "signed", "the year 1066 is before 1900"),
    ("custom money", {"fee": "ten"}, "fee", "'ten' is not an amount"),
]


@pytest.fixture(scope="module")
def mapping() -> RecordMapping:
    return read_mapping(Module.DEALS, MAPPING.encode())


@pytest.mark.parametrize(("cells", "column", "reason"), [each[1:] for each in CELLS], ids=[each[0] for each in CELLS])
def test_cell(mapping: RecordMapping, cells: dict[str, str], column: str, reason: str) -> None:
    (found,) = rejected(file(line(**cells)), mapping)
    assert (found.line, found.column, found.reason) == (2, column, reason)


UNCLOSED = "a quote opens here and never closes: close it, or write it twice if it is meant as a quote"
STRAY = "text follows a closing quote: write a quote twice if it is meant as one"
LONG = "the line is longer than 1,000,000 characters"
LATIN = "byte 0xE9 is not utf-8: name the file's own encoding in the mapping, such as latin-1"
ROWS: list[tuple[str, list[str | bytes], list[tuple[int, str | None, str]]]] = [
    ("too few cells", ["D-1,Lamps"], [(2, None, "2 cells, where the header has 15")]),
    ("one cell", ["D-1"], [(2, None, "1 cell, where the header has 15")]),
    ("too many cells", [line() + ",more"], [(2, None, "16 cells, where the header has 15")]),
    ("an unquoted comma", [line().replace("Lamps", "Lamps, big")],
     [(2, None, "16 cells, where the header has 15")]),
    ("another delimiter", [line().replace(",", ";")], [(2, None, "1 cell, where the header has 15")]),
    ("Latin-1", [line(name="Café").encode("latin-1")], [(2, "name", LATIN)]),
    ("Latin-1 in an amount", [line(amount="9é").encode("latin-1")], [(2, "amount", LATIN)]),
    ("Latin-1 in a condition", [line(stage="é").encode("latin-1")], [(2, "stage", LATIN)]),
    ("a long line", [line(name="x" * LINE_CHARACTERS_MAX)], [(2, None, LONG)]),
    ("long lines", ["x" * 3 * LINE_CHARACTERS_MAX, line(id=""), "y" * 2 * LINE_CHARACTERS_MAX],
     [(2, None, LONG), (3, "id", "is blank, and every record needs its own id"), (4, None, LONG)]),
    ("text after a quote", [line().replace("Lamps", '"Lamps" big')], [(2, None, STRAY)]),
    ("an open quote", [line().replace("Lamps", '"Lamps'), line(id="D-3")], [(2, "name", UNCLOSED)]),
    ("an open quote before a quoted cell", [line().replace("Lamps", '"Lamps'), line(id="D-3", name="a, b")],
     [(2, "name", UNCLOSED)]),
    ("open quotes", [line().replace("Lamps", '"Lamps')] * 2, [(2, "name", UNCLOSED), (3, "name", UNCLOSED)]),
    ("an open quote before a long line", [line().replace("Lamps", '"Lamps'), "x" * (LINE_CHARACTERS_MAX - 1)],
     [(2, "name", UNCLOSED), (3, None, "1 cell, where the header has 15")]),
    ("an open quote before a longer line", [line().replace("Lamps", '"Lamps'), "x" * 2 * LINE_CHARACTERS_MAX],
     [(2, "name", UNCLOSED), (3, None, LONG)]),
    ("a quoted cell of many lines", ['D-1,"' + "x\n" * 3], [
        (2, "name", UNCLOSED), *((number, None, "1 cell, where the header has 15") for number in (3, 4))]),
    ("several faults", [line(id="", amount="lots", created="soon")], [
        (2, "id", "; ".join([
            "is blank, and every record needs its own id",
            f"created: 'soon' is not a day or time written iso, {ISO}",
            "amount: 'lots' is not an amount"]))]),
    ("characters and a fault", [line(name="a\0b", hot="warm")],
     [(2, "name", "holds a NUL character; hot: 'warm' is none of true, false, yes, no, 1, 0")]),
    ("a fault that two fields share", [line(currency="XXY", amount="lots")],
     [(2, "currency", "'XXY' is not the ISO 4217 code of a currency, such as EUR")]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), [each[1:] for each in ROWS], ids=[each[0] for each in ROWS])
def test_row(mapping: RecordMapping, lines: list, expected: list) -> None:
    found = rejected(file(*lines), mapping)
    assert [(each.line, each.column, each.reason) for each in found] == expected


def test_what_a_refused_row_keeps_can_be_stored(mapping: RecordMapping) -> None:
    (found,) = rejected(file(line(name="a\0b", owner="é").encode("latin-1")), mapping)
    assert found.content == line(name="a␀b", owner="\ufffd")
    (found,) = rejected(file(line(name="x" * 900_000)), mapping)
    assert len(found.content) == CONTENT_CHARACTERS_MAX
    assert found.content.endswith("x…")


def test_open_quote_at_the_end(mapping: RecordMapping) -> None:
    rows = list(read_records(BytesIO(file() + b'D-9,"x\n'), mapping, DEFAULTS))
    assert rows[1:] == [Rejected(3, "name", UNCLOSED, 'D-9,"x')]


def utf_16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


HEADER = ",".join(GOOD)
FILES: list[tuple[str, str, Callable[[], bytes], list[tuple[str, str]]]] = [
    ("empty", "", lambda: b"", [("file", "the file is empty")]),
    ("blank lines alone", "", lambda: b"\n\r\n \n", [("file", "the file is empty")]),
    ("mark alone", "", lambda: b"\xef\xbb\xbf", [("file", "the file is empty")]),
    ("workbook", "", lambda: b"PK\x03\x04rest",
     [("file", "the file is a workbook or another zip archive: save it as CSV in UTF-8")]),
    ("old workbook", "", lambda: b"\xd0\xcf\x11\xe0rest",
     [("file", "the file is an old Excel workbook: save it as CSV in UTF-8")]),
    ("compressed", "", lambda: b"\x1f\x8brest", [("file", "the file is compressed: unpack it first")]),
    ("UTF-16 by mistake", "", lambda: utf_16(HEADER),
     [("file", 'the file is UTF-16: save it as UTF-8, or write encoding = "utf-16" in the mapping')]),
    ("UTF-16 without a mark", "", lambda: HEADER.encode("utf-16-le"),
     [("line 1", "the header holds NUL characters: the file is not text, or is UTF-16 (save it as UTF-8)")]),
    ("UTF-8 told to be Latin-1", 'encoding = "latin-1"', lambda: b"\xef\xbb\xbf" + HEADER.encode(),
     [("file", "the file is marked as UTF-8, not latin-1: leave the encoding out of the mapping")]),
    ("Latin-1 header", "", lambda: b"caf\xe9," + HEADER.encode(), [("line 1", LATIN)]),
    ("header with an open quote", "", lambda: b'"id,name\n', [("line 1", UNCLOSED)]),
    ("long header", "", lambda: b"x" * 2 * LINE_CHARACTERS_MAX, [("line 1", LONG)]),
    ("long name of a column", "", lambda: b"id," + b"x" * 1001,
     [("line 1", "a column's name has 1,001 characters, where at most 1,000 fit")]),
    ("many columns", "", lambda: b"a," * COLUMNS_MAX + b"a",
     [("line 1", "2,001 columns, where at most 2,000 can be")]),
    ("missing column", '[columns]\nexternal_id = "id"\nowner = "Ownr"', lambda: b"id,Owner,Amount\n",
     [("columns.owner", "the file has no column 'Ownr'; did you mean Owner? It has: id, Owner, Amount")]),
    ("missing columns",
     '[columns]\nexternal_id = "id"\nclosed = { column = "Z", when = { column = "Y", equals = 1 } }',
     lambda: b"id,Owner\n",
     [("columns.closed", "the file has no column 'Z'. It has: id, Owner"),
      ("columns.closed.when", "the file has no column 'Y'. It has: id, Owner")]),
    ("missing custom column", '[custom]\nscore = "Q"', lambda: b"external_id\n",
     [("custom.score", "the file has no column 'Q'. It has: external_id")]),
    ("repeated column", '[columns]\nexternal_id = "id"', lambda: b"id,name,id\n",
     [("columns.external_id", "the file has 'id' more than once, as columns 1, 3")]),
    ("no id without a mapping", "", lambda: b"Deal,Owner\n",
     [("external_id", "the file has no column 'external_id'. It has: Deal, Owner")]),
    ("two names for a field", "", lambda: b"external_id,External Id\n",
     [("external_id", "both columns 'external_id' and 'External Id' give it")]),
    ("another delimiter", "", lambda: b"external_id;owner\n",
     [("external_id",
       "the file has no column 'external_id'. It has: external_id;owner. Is ';' its delimiter?")]),
    ("stages without a stage", '[stages]\nWon = "won"', lambda: b"external_id\n",
     [("stage", "the file has no column 'stage'. It has: external_id")]),
    ("bad currency of amounts",
     '[columns]\nexternal_id = "id"\namount = "a"\n[constants]\ncurrency = "X"', lambda: b"id,a\n",
     [("constants.currency", "'X' is not the ISO 4217 code of a currency, such as EUR")]),
    ("bad constants",
     '[columns]\nexternal_id = "id"\n[constants]\ncreated = "31/01/2026"\ncurrency = "X"\nstatus = "done"',
     lambda: b"id\n",
     [("constants.created", f"'31/01/2026' is not a day or time written iso, {ISO}"),
      ("constants.currency", "'X' is not the ISO 4217 code of a currency, such as EUR"),
      ("constants.status", "'done' is none of open, won, lost")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "data", "expected"), [each[1:] for each in FILES], ids=[each[0] for each in FILES])
def test_file(text: str, data: Callable[[], bytes], expected: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_records(BytesIO(data()), read_mapping(Module.DEALS, text.encode()), DEFAULTS)
    assert [(fault.where, fault.message) for fault in refused.value.faults] == expected


CELL = st.sampled_from(["", *GOOD.values()]) | st.text(
    st.characters() | st.sampled_from("0123456789-.,:/TZ "), max_size=30
)


@given(cells=st.fixed_dictionaries(dict.fromkeys(GOOD, CELL)), encoding=st.sampled_from(["utf-8", "latin-1"]))
def test_any_cells_are_a_row_or_a_refusal_that_can_be_stored(cells: dict[str, str], encoding: str) -> None:
    written = StringIO(newline="")
    csv.writer(written).writerows([GOOD, cells.values()])
    mapping = read_mapping(Module.DEALS, MAPPING.encode())
    for row in read_records(BytesIO(written.getvalue().encode(encoding, "replace")), mapping, DEFAULTS):
        if isinstance(row, Rejected):
            assert row.reason
            assert "\0" not in row.reason + row.content
            (row.reason + row.content).encode()
        else:
            assert len(row) == len(FIELDS[Module.DEALS]) - 3


def test_there_are_many_kinds() -> None:
    assert len(CELLS) + len(ROWS) + len(FILES) > 90
