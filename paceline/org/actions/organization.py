"""Making an organization and changing its settings."""

from typing import Any, TypedDict, Unpack

import psycopg
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from paceline.domain.access import Permission
from paceline.errors import InvalidInput
from paceline.facts import clock, tenancy
from paceline.facts.rules import CreditOwner
from paceline.facts.scope import Scope
from paceline.org import audit, directory
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.columns import SLUG_CHARACTERS_MAX
from paceline.org.models import AUDIT_DAYS_MAX, AUDIT_DAYS_MIN, Organization
from paceline.org.names import did_you_mean, folded, listed
from paceline.org.places import currencies, holiday_subdivisions, time_zones

# Holding less than nothing, or everything, to be on pace would leave no pace to speak of.
ON_PACE_PERCENT_MAX = 99


class Settings(TypedDict, total=False):
    """What an organization can be given; see semantics for what each one does to the figures."""

    name: str
    slug: str
    time_zone: str
    currency: str
    fiscal_year_first_month: int
    week_first_day: int
    working_weekdays: list[int]
    holiday_country: str
    holiday_subdivision: str
    credit_owner: str
    on_pace_percent: int
    audit_days: int


SETTINGS = tuple(Settings.__annotations__)


def create_organization(connection: psycopg.Connection[Any], actor: str, **settings: Unpack[Settings]) -> Organization:
    """Make an organization and start its clock.

    `name` is needed. The slug is made from it unless given; the time zone is UTC, the currency USD, and
    the rest as the columns have it. `connection` is the one that Django uses, so that all is one transaction.
    Raises InvalidInput.
    """
    settings = {"time_zone": "UTC", "currency": "USD", "name": "", **settings}
    settings.setdefault("slug", slugify(settings["name"])[:SLUG_CHARACTERS_MAX].strip("-"))
    # Before it is there, nothing can be held to it.
    with transaction.atomic(), tenancy.unscoped(connection):
        made = Organization()
        _set(made, settings)
        _save_new(made)
        scope = Scope(made.id, connection, actor)
        clock.open_clock(scope)
        new = audit.values(made, *SETTINGS)
        audit.Trail(scope, "create_organization").record("organization", made.id, old=None, new=new)
    return made


def _save_new(made: Organization) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        # Somebody made one of that slug between the check and now.
        raise InvalidInput.at("slug", f"{made.slug!r} is another organization's") from None


def change_settings(scope: Scope, *, reason: str = "", **settings: Unpack[Settings]) -> Organization:
    """Change these settings, and no others. Raises InvalidInput.

    Credit rests on the currency, the time zone and the credit owner: whoever changes one of them posts the
    ledger's differences in the same transaction.
    """
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        made = directory.own_organization(scope)
        old = audit.values(made, *SETTINGS)
        checks = Checks()
        trail = audit.Trail(scope, "change_settings", checks.reason(reason))
        _set(made, settings, checks)
        made.save()
        trail.record("organization", made.id, old=old, new=audit.values(made, *SETTINGS))
    return made


def _set(made: Organization, settings: Settings, checks: Checks | None = None) -> None:
    """Put the settings on the organization. Raises InvalidInput with every fault of them."""
    checks = checks or Checks()
    if settings.get("holiday_country", made.holiday_country).strip().upper() != made.holiday_country:
        # Another country's subdivisions mean nothing here.
        settings = {"holiday_subdivision": "", **settings}
    for name, value in settings.items():
        setattr(made, name, value.strip() if isinstance(value, str) else value)
    if "name" in settings:
        made.name = checks.name("name", made.name)
    if "slug" in settings:
        _check_slug(made, checks)
    _check_world(made, checks)
    _check_week(made, checks)
    checks.choice("credit_owner", made.credit_owner, CreditOwner)
    checks.one_of("on_pace_percent", made.on_pace_percent, 0, ON_PACE_PERCENT_MAX, "a percentage")
    if made.audit_days and not AUDIT_DAYS_MIN <= made.audit_days <= AUDIT_DAYS_MAX:
        checks.fault("audit_days", f"give {AUDIT_DAYS_MIN} to {AUDIT_DAYS_MAX:,} days, or 0 to keep the trail for ever")
    checks.done()


def _check_slug(made: Organization, checks: Checks) -> None:
    if not made.slug or slugify(made.slug) != made.slug or len(made.slug) > SLUG_CHARACTERS_MAX:
        checks.fault("slug", f"give 1 to {SLUG_CHARACTERS_MAX} small letters, digits and hyphens")
        return
    # Which short names are taken is a question about all organizations.
    with tenancy.unscoped(transaction.get_connection().connection):
        is_taken = Organization.objects.filter(slug=made.slug).exclude(pk=made.pk).exists()
    if is_taken:
        checks.fault("slug", f"{made.slug!r} is another organization's")


def _check_world(made: Organization, checks: Checks) -> None:
    if made.time_zone not in time_zones():
        near = did_you_mean(made.time_zone, time_zones())
        checks.fault("time_zone", f"{made.time_zone!r} is not a time zone such as Europe/Berlin{near}")
    made.currency = made.currency.upper()
    if made.currency not in currencies():
        near = did_you_mean(made.currency, currencies())
        checks.fault("currency", f"{made.currency!r} is not an ISO 4217 currency such as EUR{near}")
    made.holiday_country = made.holiday_country.upper()
    subdivisions = holiday_subdivisions().get(made.holiday_country, [])
    if made.holiday_country and made.holiday_country not in holiday_subdivisions():
        checks.fault("holiday_country", f"no holidays are known for {made.holiday_country!r}")
        return
    by_key = {folded(each): each for each in ["", *subdivisions]}
    if folded(made.holiday_subdivision) not in by_key:
        known = f": give {listed(subdivisions, 'or')}" if subdivisions else ""
        checks.fault("holiday_subdivision", f"{made.holiday_subdivision!r} has no holidays of its own{known}")
    made.holiday_subdivision = by_key.get(folded(made.holiday_subdivision), "")


def _check_week(made: Organization, checks: Checks) -> None:
    checks.one_of("fiscal_year_first_month", made.fiscal_year_first_month, 1, 12, "a month")
    checks.one_of("week_first_day", made.week_first_day, 0, 6, "a weekday")
    for day in made.working_weekdays:
        checks.one_of("working_weekdays", day, 0, 6, "a weekday")
    made.working_weekdays = sorted(set(made.working_weekdays))
    if not made.working_weekdays:
        checks.fault("working_weekdays", "give at least one working day")
