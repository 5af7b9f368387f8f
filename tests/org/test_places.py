"""The world as the libraries have it."""

import psycopg
import pytest

from paceline.org.places import currencies, currency_exponent, holiday_subdivisions, time_zones


@pytest.mark.parametrize(("code", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_a_currency_has_its_minor_units(code: str, digits: int):
    assert currency_exponent(code) == digits
    assert code in currencies()


@pytest.mark.parametrize("code", ["XAU", "XXX", "EURO", ""])
def test_what_has_no_minor_units_is_no_currency(code: str):
    assert code not in currencies()
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own, or ours
        currency_exponent(code)


def test_time_zones_are_those_that_both_sides_know(connection: psycopg.Connection):
    assert {"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"} <= time_zones()
    for zone in ("Europe/Berlin", "Asia/Kathmandu"):
        connection.execute("SELECT now() AT TIME ZONE %s", [zone])


def test_countries_have_their_subdivisions():
    assert "BY" in holiday_subdivisions()["DE"]
    assert holiday_subdivisions()["JP"] == []
