"""What a mapping makes of good rows."""

from datetime import UTC, date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from paceline.crm.conversion import REMEMBERED_MAX, Remembered
from paceline.crm.mapping import RecordMapping, read_mapping
from paceline.crm.parsing import read_records
from paceline.crm.values import Defaults
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected

DEFAULTS = Defaults("USD", ZoneInfo("America/New_York"))


def read(data: str, mapping: str = "", module: Module = Module.DEALS) -> list[dict[str, object]]:
    rows = read_records(BytesIO(data.encode()), read_mapping(module, mapping.encode()), DEFAULTS)
    return [dict(zip(rows.fields, row, strict=True)) for row in rows if not isinstance(row, Rejected)]


def values(data: str, mapping: str, field: str, module: Module = Module.DEALS) -> list[object]:
    return [row[field] for row in read(data, mapping, module)]


def test_by_name() -> None:
    rows = read_records(
        BytesIO(
            b"External ID,Expected_Close,closed,Amount,lead source,Ownr,Status,DELETED\nD-1,2026-03-31,,5,,x,WON,\n"
        ),
        RecordMapping(Module.DEALS),
        DEFAULTS,
    )
    assert rows.fields == (
        "external_id",
        "amount",
        "currency",
        "status",
        "expected_close",
        "closed",
        "deleted",
    )
    assert rows.ignored == ("lead source", "Ownr")
    assert list(rows) == [("D-1", 500, "USD", "won", date(2026, 3, 31), None, False)]


@pytest.mark.parametrize(
    ("decimal", "text", "expected"),
    [
        (".", "1234.5", 123450),
        (".", "1,234.50", 123450),
        (".", "$1,234.50", 123450),
        (".", "USD 1 234.50", 123450),
        (".", "-0.01", -1),
        (".", "(12.00)", -1200),
        (".", "10000000000000", 10**15),
        (",", "1.234,50 $", 123450),
        (",", "1234,5", 123450),
        (".", " ", None),
    ],
)
def test_amounts(decimal: str, text: str, expected: int | None) -> None:
    data = f'external_id;amount\nD-1;"{text}"\n'
    assert values(data, f'delimiter = ";"\ndecimal = "{decimal}"', "amount") == [expected]


def test_amounts_in_the_currency_of_their_row() -> None:
    data = "external_id,amount,currency,fee\na,1.5,,1\nb,15,JPY,2\nc,1.5,kwd,3\n"
    rows = read(data, '[custom]\nfee = { column = "fee", type = "money" }')
    assert [(row["amount"], row["currency"], row["custom"]) for row in rows] == [
        (150, "USD", {"fee": 100}),
        (15, "JPY", {"fee": 2}),
        (1500, "KWD", {"fee": 3000}),
    ]


def test_an_amount_brings_the_currency_that_it_is_in() -> None:
    assert read("external_id,amount\na,1\n")[0] == {"external_id": "a", "amount": 100, "currency": "USD"}
    assert "currency" not in read("external_id,name\na,b\n")[0]


def test_a_constant_amount_and_currency() -> None:
    mapping = '[columns]\nexternal_id = "id"\n[constants]\namount = 5\ncurrency = "JPY"'
    assert read("id\na\n", mapping) == [{"external_id": "a", "amount": 5, "currency": "JPY"}]
    mapping = '[columns]\nexternal_id = "id"\ncurrency = "c"\n[constants]\namount = "5.5"'
    assert [row["amount"] for row in read("id,c\na,USD\nb,JPY\nc,KWD\n", mapping)] == [550, 5500]


def test_times_are_of_the_mappings_zone_or_the_organizations() -> None:
    data = "external_id,created\na,2026-01-31 12:00\nb,2026-01-31\nc,2026-01-31 12:00Z\n"
    zone = 'time_zone = "Asia/Tokyo"'
    assert values(data, "", "created") == [
        datetime(2026, 1, 31, 17, tzinfo=UTC),
        date(2026, 1, 31),
        datetime(2026, 1, 31, 12, tzinfo=UTC),
    ]
    assert values(data, zone, "created")[0] == datetime(2026, 1, 31, 3, tzinfo=UTC)


@pytest.mark.parametrize(("dates", "expected"), [("day-first", date(2026, 2, 1)), ("month-first", date(2026, 1, 2))])
def test_days_in_the_order_told(dates: str, expected: date) -> None:
    assert values("external_id,created\na,01/02/2026\n", f'dates = "{dates}"', "created") == [expected]


def test_constants_are_iso_whatever_the_files_order() -> None:
    mapping = 'dates = "day-first"\n[columns]\nexternal_id = "id"\n[constants]\ncreated = 2026-01-02'
    assert values("id\na\n", mapping, "created") == [date(2026, 1, 2)]


def test_stages() -> None:
    mapping = '[stages]\n"Closed Won" = "won"\nLost = "lost"\n"" = "open"'
    data = "external_id,stage,status\na, CLOSED won,x\nb,lost,\nc,,\n"
    rows = read(data, mapping)
    assert [(row["stage"], row["status"]) for row in rows] == [
        ("CLOSED won", "won"),
        ("lost", "lost"),
        (None, "open"),
    ]


def test_stages_by_pipeline() -> None:
    mapping = """
    [stages]
    Done = "won"
    Open = "open"
    [stages_by_pipeline.Renewals]
    Done = "lost"
    """
    data = "external_id,stage,pipeline\na,Done,New\nb,Done,renewals\nc,Open,Renewals\nd,Done,\ne,Gone,Renewals\n"
    assert values(data, mapping, "status") == ["won", "lost", "open", "won"]
    rows = list(read_records(BytesIO(data.encode()), read_mapping(Module.DEALS, mapping.encode()), DEFAULTS))
    assert rows[-1] == Rejected(
        6,
        "stage",
        "the mapping has no stage 'Gone' of pipeline 'Renewals'; did you mean done?",
        "e,Gone,Renewals",
    )


def test_a_value_only_where_a_column_says_so() -> None:
    mapping = """
    [columns]
    external_id = "id"
    created = "day"
    qualified = { column = "day", when = { column = "is_sql", equals = true } }
    status = { column = "is_sql", values = { True = "qualified", "" = "disqualified", False = "open" } }
    """
    data = "id,day,is_sql\na,2026-01-02,True\nb,2026-01-03,false\nc,2026-01-04,\n"
    rows = read(data, mapping, Module.LEADS)
    assert [(row["qualified"], row["status"]) for row in rows] == [
        (date(2026, 1, 2), "qualified"),
        (None, "open"),
        (None, "disqualified"),
    ]


def test_types_of_tasks() -> None:
    mapping = '[types]\nPhone = "call"'
    data = "external_id,type\na,PHONE\nb,Site Visit\nc,\n"
    assert values(data, mapping, "type", Module.TASKS) == ["call", "site visit", None]
    assert values(data, "", "type", Module.TASKS) == ["phone", "site visit", None]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("text", " gold ", "gold"),
        ("number", "12", 12),
        ("number", "-12.50", -12.5),
        ("number", "0.1", 0.1),
        ("number", "123456789.123456", 123456789.123456),
        ("money", "1.5", 150),
        ("day", "2026-01-31", "2026-01-31"),
        ("day", "2026-01-31T00:00:00Z", "2026-01-31"),
        ("flag", "YES", True),
        ("flag", "0", False),
        *((kind, "", None) for kind in ("text", "number", "money", "day", "flag")),
    ],
)
def test_custom_fields(kind: str, text: str, expected: object) -> None:
    data = f"external_id,c\na,{text}\n"
    (found,) = values(data, f'[custom]\nmine = {{ column = "c", type = "{kind}" }}', "custom")
    assert found == {"mine": expected}
    assert isinstance(found, dict)
    assert type(found["mine"]) is type(expected)


def test_custom_fields_have_room_together() -> None:
    names = [f"c{each}" for each in range(25)]
    mapping = "[custom]\n" + "\n".join(f'{name} = "{name}"' for name in names)
    data = ",".join(["external_id", *names]) + "\n" + ",".join(["a", *["x" * 700] * 25])
    data += "\n" + ",".join(["b", *["x" * 900] * 25])
    rows = list(read_records(BytesIO(data.encode()), read_mapping(Module.DEALS, mapping.encode()), DEFAULTS))
    assert isinstance(rows[0], tuple)
    assert isinstance(rows[1], Rejected)
    assert rows[1].reason == "the custom fields are 22,765 characters, where at most 20,000 fit"
    assert rows[1].column is None


def test_what_nothing_uses_is_not_looked_at() -> None:
    data = b"external_id,notes\na,caf\xe9 \0\n"
    rows = read_records(BytesIO(data), RecordMapping(Module.DEALS), DEFAULTS)
    assert rows.ignored == ("notes",)
    assert list(rows) == [("a",)]


def test_what_is_remembered_is_bounded() -> None:
    found = Remembered(len)
    assert [found[str(number)] for number in range(REMEMBERED_MAX + 5)][-1] == 5
    assert len(found) == 5
    assert found["x" * 1000] == 1000
    assert len(found) == 5
