"""Opening an organization and changing what its figures rest on: the differences are posted at once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from paceline.domain.record import Module
from paceline.errors import InvalidInput, NotFound
from paceline.facts import rulebook
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.models import Organization
from paceline.plan import registry, verification
from paceline.plan.actions.settings import RATE_MAX, change_settings, open_organization, set_rates, targets_in_money
from paceline.plan.models import FormerSetting
from tests.plan.cast import (
    ORGANIZATION,
    Cast,
    asked,
    at,
    changes,
    currents,
    faults,
    give,
    on,
    opened,
    person,
    quarter,
    stamp,
    won,
    write,
)

NEW_YEAR = date(2025, 1, 1)


def set_(scope: Scope, **settings: Any) -> None:
    change_settings(scope, **settings)
    assert list(verification.differences(scope)) == []


def revenue(scope: Scope) -> int:
    """The revenue of the first quarter."""
    from paceline.plan.models import Target

    target = Target.objects.filter(org_id=scope.org_id, name="revenue").first()
    target_id = target.id if target else quarter(scope)
    if target is None:
        give(scope, target_id, ORGANIZATION, 1)
    return currents(asked(scope, target_id, at(89)))[directory.own_organization(scope).name]


def test_a_new_organization_can_be_aimed_at(connection: psycopg.Connection) -> None:
    made = open_organization(connection, "root", name="Initech", currency="eur", time_zone="Asia/Tokyo")
    scope = Scope(made.id, connection, "root")
    assert (made.slug, made.currency) == ("initech", "EUR")
    assert len(registry.listed(scope)) == 8
    assert list(verification.differences(scope)) == []
    assert revenue(scope) == 0


def test_a_refused_organization_leaves_nothing(connection: psycopg.Connection) -> None:
    with pytest.raises(InvalidInput):
        open_organization(connection, "root", name="Initech", currency="EURO")
    assert not Organization.objects.filter(name="Initech").exists()


def test_another_time_zone_dates_the_records_anew(cast: Cast) -> None:
    """A record that knows its time moves, one that knows only its day does not."""
    scope = cast.scope
    last_hour = datetime(2025, 3, 31, 21, 30, tzinfo=UTC)
    won(scope, "time", "Sam", 5, 1_00, closed=last_hour)
    won(scope, "next", "Sam", 5, 10_00, closed=datetime(2025, 3, 31, 22, 30, tzinfo=UTC))
    won(scope, "day", "Sam", 5, 100_00, closed=date(2025, 3, 31))
    assert revenue(scope) == 101_00
    set_(scope, time_zone="America/New_York", reason="we have moved")
    assert revenue(scope) == 111_00
    set_(scope, time_zone="Asia/Tokyo")
    assert revenue(scope) == 100_00
    (_, *moved) = changes(scope, "change_settings")[0]
    assert moved == [{"time_zone": "Europe/Berlin"}, {"time_zone": "America/New_York"}, "we have moved"]


def test_the_owner_at_close_is_credited_if_wanted(cast: Cast) -> None:
    scope = cast.scope
    target_id = quarter(scope)
    for who in (cast.sam, cast.eve):
        give(scope, target_id, person(who), 1)
    won(scope, "d", "Sam", 5, 1_00)
    write(scope, Module.DEALS, [{"external_id": "d", "owner": "Eve"}])
    assert currents(asked(scope, target_id)) == {"Eve": 1_00, "Sam": 0}
    set_(scope, credit_owner="at_close")
    assert currents(asked(scope, target_id)) == {"Eve": 0, "Sam": 1_00}
    set_(scope, credit_owner="current")
    assert currents(asked(scope, target_id)) == {"Eve": 1_00, "Sam": 0}


def test_with_another_currency_the_rates_are_gone(cast: Cast) -> None:
    scope = cast.scope
    set_rates(scope, {("USD", NEW_YEAR): Decimal("0.5")})
    won(scope, "euros", "Sam", 5, 1_00, currency="EUR")
    won(scope, "dollars", "Sam", 5, 10_00, currency="USD")
    assert revenue(scope) == 6_00
    set_(scope, currency="usd")
    assert (revenue(scope), rulebook.rates(scope)) == (10_00, [])
    set_rates(scope, {("EUR", NEW_YEAR): Decimal(3)})
    assert revenue(scope) == 13_00


def test_values_of_targets_keep_their_numbers(cast: Cast) -> None:
    """Which another currency's number of decimals would not let them."""
    scope = cast.scope
    target_id = quarter(scope, value=900_00)
    quarter(scope, "deal_count", 5)
    assert targets_in_money(scope) == ["revenue"]
    set_(scope, currency="USD")
    give(scope, target_id, ORGANIZATION, 900_00)
    assert asked(scope, target_id).currency == "USD"
    with pytest.raises(InvalidInput) as refused:
        change_settings(scope, currency="JPY")
    assert faults(refused) == [
        (
            "currency",
            "targets have values in USD with 2 decimals, and JPY has 0: make another organization for it",
        )
    ]
    assert asked(scope, target_id).currency == "USD"
    set_(cast.abroad, currency="JPY")


def test_settings_that_post_nothing_still_have_a_before(cast: Cast) -> None:
    before = stamp(cast.scope)
    set_(cast.scope, on_pace_percent=5, name="Acme Inc.")
    set_(cast.scope, name="Acme", slug="acme-inc", fiscal_year_first_month=4, week_first_day=6)
    was = {
        "currency": "EUR",
        "fiscal_year_first_month": 1,
        "holiday_country": "",
        "holiday_subdivision": "",
        "on_pace_percent": 10,
        "time_zone": "Europe/Berlin",
        "week_first_day": 0,
        "working_weekdays": [0, 1, 2, 3, 4],
    }
    rows = FormerSetting.objects.order_by("id").values_list("kind", "object_id", "settings")
    number = cast.scope.org_id
    assert list(rows) == [("organization", number, was), ("organization", number, {**was, "on_pace_percent": 5})]
    assert stamp(cast.scope) > before


def test_the_same_settings_again_change_nothing(cast: Cast) -> None:
    before = stamp(cast.scope)
    set_(cast.scope, time_zone="Europe/Berlin", currency="EUR", credit_owner="current", on_pace_percent=10)
    assert (stamp(cast.scope), changes(cast.scope, "change_settings")) == (before, [])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": ""}, ("name", "give a name")),
        ({"time_zone": "Europe/Berln"}, ("time_zone", None)),
        ({"time_zone": "\0"}, ("time_zone", None)),
        ({"currency": "EURO"}, ("currency", None)),
        ({"currency": "XAU"}, ("currency", None)),
        ({"credit_owner": "first"}, ("credit_owner", "'first' is not at_close or current")),
        ({"on_pace_percent": 100}, ("on_pace_percent", "100 is not a percentage (0 to 99)")),
        ({"fiscal_year_first_month": 13}, ("fiscal_year_first_month", "13 is not a month (1 to 12)")),
        ({"working_weekdays": []}, ("working_weekdays", "give at least one working day")),
        ({"working_weekdays": [7]}, ("working_weekdays", "7 is not a weekday (0 to 6)")),
        ({"holiday_country": "Atlantis"}, ("holiday_country", "no holidays are known for 'ATLANTIS'")),
        ({"reason": "\0"}, ("reason", "holds a control character")),
    ],
)
def test_what_a_setting_cannot_be(cast: Cast, given: dict[str, Any], expected: tuple[str, str | None]) -> None:
    before = stamp(cast.scope)
    with pytest.raises(InvalidInput) as refused:
        change_settings(cast.scope, **given)
    assert [where for where, _ in faults(refused)] == [expected[0]]
    assert expected[1] is None or faults(refused) == [expected]
    assert (stamp(cast.scope), FormerSetting.objects.count()) == (before, 0)


def test_a_rate_holds_from_its_day_until_the_next(cast: Cast) -> None:
    scope = cast.scope
    for day, external_id in ((4, "before"), (5, "first"), (9, "last"), (10, "after")):
        won(scope, external_id, "Sam", day, 1_00, currency="USD")
    opened(scope, "open", "Sam", 5, 1_00, currency="USD")
    assert revenue(scope) == 0
    set_rates(scope, {("USD", on(5)): Decimal(2), ("USD", on(10)): Decimal(10)})
    assert revenue(scope) == 2_00 + 2_00 + 10_00
    set_rates(scope, {("USD", on(5)): Decimal("0.004999999999"), ("USD", on(10)): None})
    # Half a cent is rounded away from zero, just below half a cent is none.
    assert revenue(scope) == 0
    set_rates(scope, {("USD", on(5)): Decimal("0.005")})
    assert revenue(scope) == 3
    set_rates(scope, {("USD", NEW_YEAR): Decimal(1)})
    assert revenue(scope) == 1_00 + 3
    assert list(verification.differences(scope)) == []


def test_a_rate_between_currencies_of_other_decimals(cast: Cast) -> None:
    won(cast.scope, "yen", "Sam", 5, 10_000, currency="JPY")
    won(cast.scope, "dinar", "Sam", 5, 10_000, currency="KWD")
    set_rates(cast.scope, {("JPY", NEW_YEAR): Decimal("0.006"), ("KWD", NEW_YEAR): Decimal("3.1")})
    assert revenue(cast.scope) == 60_00 + 31_00


def test_rates_are_recorded(cast: Cast) -> None:
    set_rates(cast.scope, {("USD", NEW_YEAR): Decimal("0.9")})
    set_rates(cast.scope, {("USD", NEW_YEAR): Decimal("0.95")})
    set_rates(cast.scope, {("USD", NEW_YEAR): None})
    key = {"currency": "USD", "from_day": "2025-01-01"}
    assert [(old, new) for _, old, new, _ in changes(cast.scope, "set_rates")] == [
        (None, {**key, "rate": "0.9"}),
        ({"rate": "0.9"}, {"rate": "0.95"}),
        ({**key, "rate": "0.95"}, None),
    ]


@pytest.mark.parametrize(
    ("currency", "day", "rate", "expected"),
    [
        ("USB", NEW_YEAR, "1", ("currency", None)),
        ("", NEW_YEAR, "1", ("currency", "'' is not an ISO 4217 currency")),
        ("\0", NEW_YEAR, "1", ("currency", "'\\x00' is not an ISO 4217 currency")),
        ("EUR", NEW_YEAR, "1", ("currency", "EUR is the reporting currency, which needs no rate")),
        ("USD", date.min, "1", ("from_day", "0001-01-01 is not a day between 1900-01-01 and 2199-12-31")),
        ("USD", NEW_YEAR, "0", ("rate", f"0 is not a rate above 0 and up to {RATE_MAX}")),
        ("USD", NEW_YEAR, "-1", ("rate", f"-1 is not a rate above 0 and up to {RATE_MAX}")),
        ("USD", NEW_YEAR, "NaN", ("rate", f"NaN is not a rate above 0 and up to {RATE_MAX}")),
        ("USD", NEW_YEAR, "sNaN", ("rate", f"sNaN is not a rate above 0 and up to {RATE_MAX}")),
        ("USD", NEW_YEAR, "Infinity", ("rate", f"Infinity is not a rate above 0 and up to {RATE_MAX}")),
        ("USD", NEW_YEAR, "1e10", ("rate", f"1E+10 is not a rate above 0 and up to {RATE_MAX}")),
        ("USD", NEW_YEAR, "1e999999", ("rate", f"1E+999999 is not a rate above 0 and up to {RATE_MAX}")),
        ("USD", NEW_YEAR, "1e-13", ("rate", "1E-13 has more than 12 decimals")),
        ("USD", NEW_YEAR, "999999999.1234567890123", ("rate", "999999999.1234567890123 has more than 12 decimals")),
        ("USD", NEW_YEAR, "1." + "1" * 60, ("rate", f"1.{'1' * 60} has more than 12 decimals")),
    ],
)
def test_what_a_rate_cannot_be(
    cast: Cast, currency: str, day: date, rate: str, expected: tuple[str, str | None]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_rates(cast.scope, {(currency, day): Decimal(rate)})
    assert [where for where, _ in faults(refused)] == [expected[0]]
    assert expected[1] is None or faults(refused) == [expected]
    assert rulebook.rates(cast.scope) == []


def test_a_rate_that_is_not_there_cannot_be_removed(cast: Cast) -> None:
    with pytest.raises(NotFound, match="there is no rate for USD from 2025-01-01"):
        set_rates(cast.scope, {("USD", NEW_YEAR): None})


def test_the_faults_of_all_rates_are_told_and_none_entered(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_rates(
            cast.scope,
            {("USD", NEW_YEAR): Decimal(1), ("EUR", NEW_YEAR): Decimal(0), ("GBP", date.max): Decimal(-1)},
        )
    assert [where for where, _ in faults(refused)] == ["currency", "rate", "from_day", "rate"]
    assert rulebook.rates(cast.scope) == []
