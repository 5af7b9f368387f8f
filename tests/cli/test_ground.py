"""The organization, its rates, and verifying its books."""

import pytest

from tests.cli.terminal import Terminal
from tests.databases import Database


def test_an_organization_is_made_and_shown(terminal: Terminal) -> None:
    made = terminal(
        "organization",
        "create",
        "--name",
        "Acme & Söhne",
        "--currency",
        "eur",
        "--time-zone",
        "Europe/Berlin",
        "--fiscal-year-first-month",
        "4",
        "--week-first-day",
        "6",
        "--working-weekdays",
        "0, 1,2,3",
        "--holiday-country",
        "de",
        "--holiday-subdivision",
        "by",
        "--credit-owner",
        "at_close",
    )
    said = "made organization Acme & Söhne: amounts in EUR, days in Europe/Berlin\n"
    assert (made.out, made.err) == ("acme-sohne\n", said)
    assert terminal("organization", "show").told == {
        "name": "Acme & Söhne",
        "slug": "acme-sohne",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "fiscal_year_first_month": "4",
        "week_first_day": "6",
        "working_weekdays": "[0, 1, 2, 3]",
        "holiday_country": "DE",
        "holiday_subdivision": "BY",
        "credit_owner": "at_close",
        "on_pace_percent": "10",
        "audit_days": "0",
    }


def test_settings_are_changed_together_or_not_at_all(acme: Terminal) -> None:
    given = ("time_zone=Asia/Tokyo", "on_pace_percent=5", "working_weekdays=0")
    assert acme("organization", "set", *given, "--reason", "moved").err == (
        "changed Acme: time_zone from UTC to Asia/Tokyo, working_weekdays from [0, 1, 2, 3, 4] to [0],"
        " on_pace_percent from 10 to 5\n"
    )
    assert acme("organization", "set", *given).err == "Acme was so already\n"
    told = acme("organization", "show").told
    assert (told["time_zone"], told["on_pace_percent"], told["working_weekdays"]) == ("Asia/Tokyo", "5", "[0]")
    acme.refused("organization", "set", "time_zone=UTC", "on_pace_percent=101")
    assert acme("organization", "show").told == told


def test_another_currency_is_said_aloud(acme: Terminal) -> None:
    ran = acme("organization", "set", "currency=USD")
    assert ran.err.splitlines() == [
        "changed Acme: currency from EUR to USD",
        "2 targets in money now in USD, the numbers unchanged: check the values",
    ]
    assert "JPY has 0: make another organization for it" in acme.refused("organization", "set", "currency=JPY")


def test_several_organizations_must_be_named(acme: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    acme("organization", "create", "--name", "Globex")
    for command in (("target", "list"), ("person", "list"), ("verify",), ("progress", "Q1"), ("rate", "list")):
        assert acme.refused(*command) == "say which organization: acme or globex"
    assert "there is no target 'Q1'" in acme.refused("progress", "Q1", "--organization", "globex")
    assert len(acme("target", "list", "--organization", "globex").out.splitlines()) == 1
    monkeypatch.setenv("PACELINE_ORGANIZATION", "acme")
    assert len(acme("target", "list").out.splitlines()) == 3
    assert len(acme("target", "list", "--organization", "globex").out.splitlines()) == 1
    assert acme.refused("target", "list", "--organization", "acne") == (
        "there is no organization 'acne'; did you mean acme?"
    )


def test_before_there_is_any(terminal: Terminal) -> None:
    for command in (("target", "list"), ("verify",), ("progress", "Q1"), ("import", "deals", "/dev/null")):
        assert terminal.refused(*command) == (
            "there is no organization yet: make one with `paceline organization create`"
        )


def test_rates(acme: Terminal) -> None:
    assert acme("rate", "set", "usd", "2025-01-01", "0.9").err == "1 USD is worth 0.9 from 2025-01-01 on\n"
    acme("rate", "set", "USD", "2025-02-01", "1.25")
    acme("rate", "set", "GBP", "2025-01-01", "1e0")
    assert acme("rate", "list").out.splitlines() == ["GBP 2025-01-01 1", "USD 2025-01-01 0.9", "USD 2025-02-01 1.25"]
    assert acme("rate", "set", "USD", "2025-01-01", "none").err == "removed the rate of USD from 2025-01-01\n"
    assert acme("rate", "list").out.splitlines() == ["GBP 2025-01-01 1", "USD 2025-02-01 1.25"]
    assert acme.refused("rate", "set", "USD", "2025-01-01", "none") == "there is no rate for USD from 2025-01-01"


def test_verify_finds_and_repairs(acme: Terminal, committed: Database) -> None:
    clean = acme("verify")
    assert (clean.out, clean.err) == ("", "ledger, totals and stays agree with the records\n")
    assert acme("verify", "--repair").err == clean.err
    with committed.connect(autocommit=True) as connection:
        connection.execute("UPDATE daily_total SET value = value + 1")
        connection.execute("DELETE FROM rollup")
    before = acme("progress", "Q1").out
    found = acme.run("verify")
    assert found.code == 1
    assert found.err == f"{len(found.out.splitlines())} differences\n"
    assert {line.split()[0] for line in found.out.splitlines()} == {"daily_total:", "stay"}
    assert acme("progress", "Q1").out == before
    repaired = acme.run("verify", "--repair")
    assert (repaired.code, repaired.out) == (1, found.out)
    assert repaired.err == f"{len(found.out.splitlines())} differences, repaired\n"
    assert acme("verify").out == ""
    assert acme("progress", "Q1").out != before
