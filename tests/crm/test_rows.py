"""Records from elsewhere than a file: the same limits, in the same words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from paceline.crm.rows import check_row
from paceline.crm.values import Defaults
from paceline.domain.record import Module
from paceline.errors import InvalidInput

DEFAULTS = Defaults("USD", ZoneInfo("America/New_York"))


def test_a_deal() -> None:
    given = {
        "amount": 120_050,
        "external_id": " D-1 ",
        "name": "Lamps",
        "owner": "tariq@example.com",
        "created": "2026-01-02",
        "currency": "eur",
        "status": "Won",
        "stage": "",
        "expected_close": date(2026, 3, 31),
        "closed": "2026-03-30T22:00:00-05:00",
        "modified": "2026-03-31T10:00",
        "deleted": False,
        "custom": {"tier": " gold ", "seats": 12, "rate": 0.25, "hot": True, "gone": None},
    }
    assert list(check_row(Module.DEALS, given, DEFAULTS).items()) == [
        ("external_id", "D-1"),
        ("name", "Lamps"),
        ("owner", "tariq@example.com"),
        ("created", date(2026, 1, 2)),
        ("amount", 120_050),
        ("currency", "EUR"),
        ("status", "won"),
        ("stage", None),
        ("expected_close", date(2026, 3, 31)),
        ("closed", datetime(2026, 3, 31, 3, tzinfo=UTC)),
        ("modified", datetime(2026, 3, 31, 14, tzinfo=UTC)),
        ("deleted", False),
        ("custom", {"tier": "gold", "seats": 12, "rate": 0.25, "hot": True, "gone": None}),
    ]


def test_only_what_is_given() -> None:
    assert check_row(Module.LEADS, {"external_id": "L-1"}, DEFAULTS) == {"external_id": "L-1"}
    assert check_row(Module.TASKS, {"external_id": "T-1", "type": "Call"}, DEFAULTS) == {
        "external_id": "T-1",
        "type": "call",
    }


def test_none_clears() -> None:
    given = dict.fromkeys(["owner", "amount", "currency", "status", "closed", "modified", "deleted", "custom"])
    made = check_row(Module.DEALS, {"external_id": "D-1", **given}, DEFAULTS)
    assert made == {"external_id": "D-1", **given, "deleted": False}


ISO = "such as 2026-01-31 or 2026-01-31T14:05:00+01:00"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("external_id", None, "is blank, and every record needs its own id"),
        ("external_id", " ", "is blank, and every record needs its own id"),
        ("external_id", 17, "'17' is not a text"),
        ("external_id", "x" * 201, "201 characters, where at most 200 fit"),
        ("name", ["Lamps"], "'['Lamps']' is not a text"),
        ("name", "a\0b", "holds a NUL character"),
        ("name", "a\ud800b", "holds half of a character"),
        ("owner", "x" * 201, "201 characters, where at most 200 fit"),
        ("amount", "1200.50", "'1200.50' is not a whole number of minor units"),
        ("amount", 1200.5, "'1200.5' is not a whole number of minor units"),
        ("amount", True, "'True' is not a whole number of minor units"),
        ("amount", 10**15 + 1, "the amount is beyond 1,000,000,000,000,000 minor units"),
        ("currency", "XXY", "'XXY' is not the ISO 4217 code of a currency, such as EUR"),
        ("status", "wonn", "'wonn' is none of open, won, lost"),
        ("status", 1, "'1' is not a text"),
        ("created", "02.01.2026", f"'02.01.2026' is not a day or time written iso, {ISO}"),
        ("created", 1767312000, "'1767312000' is not a text"),
        ("created", date(201, 1, 1), "the year 0201 is before 1900"),
        ("created", datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo")), "the year 0001 is before 1900"),
        ("expected_close", "2026-03-31T10:00Z", "10:00:00 is a time, where only a day can stand"),
        ("modified", "yesterday", f"'yesterday' is not a day or time written iso, {ISO}"),
        ("deleted", "yes", "'yes' is neither true nor false"),
        ("deleted", 1, "'1' is neither true nor false"),
        ("custom", [], "write an object of names and values"),
        ("custom", {"": 1}, "a custom field has no name"),
        ("custom", {"x" * 201: 1}, "201 characters, where at most 200 fit"),
        ("custom", {"a": [1]}, "a custom field holds text, a number, true, false or nothing"),
        ("custom", {"a": "x" * 1001}, "1,001 characters, where at most 1,000 fit"),
        ("custom", {"a": "\0"}, "holds a NUL character"),
        ("custom", {"a": float("nan")}, "the number is beyond 4,611,686,018,427,387,903"),
        (
            "custom",
            {f"a{each}": "x" * 990 for each in range(21)},
            "the custom fields are 21,011 characters, where at most 20,000 fit",
        ),
        ("ownr", "Tariq", "deals have no field 'ownr'; did you mean owner?"),
        ("\0", "Tariq", "deals have no field '␀'"),
    ],
)
def test_refused(field: str, value: object, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_row(Module.DEALS, {"external_id": "D-1", field: value}, DEFAULTS)
    assert [(fault.where, fault.message) for fault in refused.value.faults] == [(field.replace("\0", "␀"), message)]


def test_numbers_too_long_to_be_written_out() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_row(Module.DEALS, {"external_id": "D", "amount": -(10**5000), "custom": {"a": 10**5000}}, DEFAULTS)
    assert [fault.message for fault in refused.value.faults] == [
        "the amount is beyond 1,000,000,000,000,000 minor units",
        "the number is beyond 4,611,686,018,427,387,903",
    ]


def test_all_faults_are_told() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_row(Module.TASKS, {"amount": 5, "status": "done", "completed": "soon"}, DEFAULTS)
    assert [fault.where for fault in refused.value.faults] == ["amount", "external_id", "status", "completed"]
