"""Rosa sets up Acme, and every wrong setting is told at once."""

import psycopg
import pytest

from paceline.errors import InvalidInput
from paceline.facts import clock
from paceline.facts.scope import Scope
from paceline.org.actions.organization import SETTINGS, change_settings, create_organization
from paceline.org.audit import values
from tests.org.cast import Cast, changes


def test_a_new_organization_has_usual_settings_and_a_clock(connection: psycopg.Connection):
    acme = create_organization(connection, "rosa", name=" Acme & Söhne ")
    assert values(acme, *SETTINGS) == {
        "name": "Acme & Söhne",
        "slug": "acme-sohne",
        "time_zone": "UTC",
        "currency": "USD",
        "fiscal_year_first_month": 1,
        "week_first_day": 0,
        "working_weekdays": [0, 1, 2, 3, 4],
        "holiday_country": "",
        "holiday_subdivision": "",
        "credit_owner": "current",
        "on_pace_percent": 10,
        "audit_days": 0,
    }
    scope = Scope(acme.id, connection, "rosa")
    assert clock.known_now(scope)
    ((kind, old, new, _),) = changes(scope, "create_organization")
    assert (kind, old, new["name"]) == ("organization", None, "Acme & Söhne")


def test_every_fault_of_the_settings_is_told_at_once(connection: psycopg.Connection):
    with pytest.raises(InvalidInput) as refused:
        create_organization(
            connection,
            "rosa",
            name="  ",
            slug="Acme!",
            time_zone="Europe/Berln",
            currency="EURO",
            fiscal_year_first_month=13,
            week_first_day=7,
            working_weekdays=[],
            holiday_country="ZZ",
            credit_owner="nobody",
            on_pace_percent=100,
            audit_days=89,
        )
    assert {fault.where: fault.message for fault in refused.value.faults} == {
        "name": "give a name",
        "slug": "give 1 to 50 small letters, digits and hyphens",
        "time_zone": "'Europe/Berln' is not a time zone such as Europe/Berlin"
        "; did you mean Europe/Berlin, Europe/Dublin or Europe/Belfast?",
        "currency": "'EURO' is not an ISO 4217 currency such as EUR; did you mean EUR?",
        "fiscal_year_first_month": "13 is not a month (1 to 12)",
        "week_first_day": "7 is not a weekday (0 to 6)",
        "working_weekdays": "give at least one working day",
        "holiday_country": "no holidays are known for 'ZZ'",
        "credit_owner": "'nobody' is not at_close or current",
        "on_pace_percent": "100 is not a percentage (0 to 99)",
        "audit_days": "give 90 to 36,500 days, or 0 to keep the trail for ever",
    }


@pytest.mark.parametrize("code", ["XAU", "XXX", "usd ", "€"])
def test_a_currency_is_one_that_has_minor_units(connection: psycopg.Connection, code: str):
    if code == "usd ":
        assert create_organization(connection, "rosa", name="Acme", currency=code).currency == "USD"
        return
    with pytest.raises(InvalidInput, match="currency"):
        create_organization(connection, "rosa", name="Acme", currency=code)


@pytest.mark.parametrize("zone", ["", "Berlin", "../etc/passwd", "localtime", "Europe", "europe/berlin"])
def test_a_time_zone_is_one_that_the_database_knows_too(connection: psycopg.Connection, zone: str):
    with pytest.raises(InvalidInput, match="time_zone"):
        create_organization(connection, "rosa", name="Acme", time_zone=zone)


def test_two_organizations_have_two_slugs(cast: Cast):
    with pytest.raises(InvalidInput, match="slug: 'acme' is another organization's"):
        create_organization(cast.scope.connection, "rosa", name="ACME")
    with pytest.raises(InvalidInput, match="slug: 'globex' is another organization's"):
        change_settings(cast.scope, slug="globex")


def test_holidays_are_those_of_a_country_and_one_of_its_subdivisions(cast: Cast):
    acme = change_settings(cast.scope, holiday_country="de", holiday_subdivision="by")
    assert (acme.holiday_country, acme.holiday_subdivision) == ("DE", "BY")
    with pytest.raises(InvalidInput, match="holiday_subdivision: 'QQ' has no holidays of its own: give BB, BE"):
        change_settings(cast.scope, holiday_subdivision="QQ")
    acme = change_settings(cast.scope, holiday_country="FR")
    assert (acme.holiday_country, acme.holiday_subdivision) == ("FR", "")


def test_changing_settings_touches_no_others_and_leaves_a_trace(cast: Cast):
    acme = change_settings(cast.scope, fiscal_year_first_month=4, week_first_day=6, reason="UK books")
    assert (acme.name, acme.time_zone, acme.currency) == ("Acme", "Europe/Berlin", "EUR")
    change_settings(cast.scope, week_first_day=6)
    assert changes(cast.scope, "change_settings") == [
        (
            "organization",
            {"fiscal_year_first_month": 1, "week_first_day": 0},
            {"fiscal_year_first_month": 4, "week_first_day": 6},
            "UK books",
        )
    ]
