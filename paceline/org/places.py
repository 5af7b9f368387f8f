"""What the libraries know of the world: time zones, currencies, holidays."""

from functools import cache
from zoneinfo import available_timezones

import holidays
from django.db import connection
from iso4217 import Currency


@cache
def time_zones() -> frozenset[str]:
    """The time zones that both this machine and the database know, for days are made in both."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return frozenset(available_timezones() & {name for (name,) in cursor.fetchall()})


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217 that have minor units: metals, funds and test codes have none."""
    return frozenset(each.value for each in Currency if each.exponent is not None)


def currency_exponent(code: str) -> int:
    """How many digits the minor unit of a currency has: 2 for cents. Raises ValueError."""
    exponent = Currency(code).exponent
    if exponent is None:
        raise ValueError(f"{code} has no minor unit")
    return exponent


@cache
def holiday_subdivisions() -> dict[str, list[str]]:
    """The countries whose holidays are known, by ISO 3166 code, with the subdivisions that have their own."""
    return {
        country: list(subdivisions)
        for country, subdivisions in holidays.list_supported_countries(include_aliases=True).items()
    }
