"""Opening an organization and changing the settings that its figures rest on."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Unpack

import psycopg
from django.db import transaction

from paceline.domain.access import Permission
from paceline.domain.kinds import Unit
from paceline.errors import InvalidInput
from paceline.facts import rulebook, tenancy
from paceline.facts.scope import Scope
from paceline.org import audit, directory
from paceline.org.actions import organization as organizations
from paceline.org.actions.organization import Settings
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.models import Organization
from paceline.org.names import did_you_mean
from paceline.org.places import currencies, currency_exponent
from paceline.plan import former, rules
from paceline.plan.actions import metrics
from paceline.plan.models import Target

# Far beyond any pair of currencies; a larger rate is a mistyped one, and could not be multiplied safely.
RATE_MAX = Decimal(10) ** 9
RATE_DIGITS_MAX = 12


def open_organization(connection: psycopg.Connection[Any], actor: str, **settings: Unpack[Settings]) -> Organization:
    """Make an organization with the built-in metrics. Raises InvalidInput."""
    with transaction.atomic(), tenancy.unscoped(connection):
        made = organizations.create_organization(connection, actor, **settings)
        scope = Scope(made.id, connection, actor)
        metrics.install_built_in(scope)
        rules.post(scope)
    return made


def change_settings(scope: Scope, *, reason: str = "", **settings: Unpack[Settings]) -> Organization:
    """Change these settings, and post the differences that they make to the ledger.

    What they were is kept, so that figures of then are read by them. Raises InvalidInput.
    """
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        before, entered = directory.own_organization(scope), rulebook.rates(scope)
        made = organizations.change_settings(scope, reason=reason, **settings)
        _check_currency(scope, before, made)
        rules.post(scope)
        if made.currency != before.currency:
            _note_dropped(scope, entered, Checks().reason(reason))
        names = former.SETTINGS["organization"]
        old, new = audit.values(before, *names), audit.values(made, *names)
        former.keep(scope, "organization", made.id, old=old, new=new)
    return made


def _note_dropped(scope: Scope, entered: list[tuple[str, date, Decimal]], reason: str) -> None:
    """Rates lead to one reporting currency: with another they are gone, and stay on the trail."""
    trail = audit.Trail(scope, "change_settings", reason)
    for currency, day, rate in entered:
        old = {"currency": currency, "from_day": str(day), "rate": str(rate)}
        trail.record("organization", scope.org_id, old=old, new=None)


def targets_in_money(scope: Scope) -> list[str]:
    """The names of the targets whose values are in the reporting currency, the archived ones among them."""
    own = Target.objects.filter(org_id=scope.org_id).select_related("metric").order_by("id")
    return [each.name for each in own if rules.definition(each.metric).unit == Unit.MONEY]


def _check_currency(scope: Scope, before: Organization, after: Organization) -> None:
    """Values of targets keep their numbers in another currency, which cannot be where its minor unit is another."""
    digits = rules.exponent(before), rules.exponent(after)
    if digits[0] != digits[1] and targets_in_money(scope):
        message = f"targets have values in {before.currency} with {digits[0]} decimals, and {after.currency} has"
        raise InvalidInput.at("currency", f"{message} {digits[1]}: make another organization for it")


def set_rates(scope: Scope, rates: Mapping[tuple[str, date], Decimal | None]) -> None:
    """Enter what one unit of a currency is worth in the reporting currency from a day on; None removes an entry.

    Amounts that waited for a rate count from now on, and those converted at another are converted anew.
    Raises InvalidInput, NotFound.
    """
    checks = Checks()
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        reporting = directory.own_organization(scope).currency
        entered: dict[tuple[str, date], tuple[Decimal, Decimal] | None] = {}
        for (currency, from_day), rate in rates.items():
            _check_rate(checks, reporting, currency, from_day, rate)
            if not checks.faults:
                entered[currency, from_day] = None if rate is None else (rate, _minor_rate(rate, currency, reporting))
        checks.done()
        held = {(currency, day): rate for currency, day, rate in rulebook.rates(scope)}
        rulebook.set_rates(scope, entered)
        trail = audit.Trail(scope, "set_rates")
        for (currency, from_day), rate in rates.items():
            old, key = held.get((currency, from_day)), {"currency": currency, "from_day": str(from_day)}
            trail.record(
                "organization",
                scope.org_id,
                old=None if old is None else {**key, "rate": str(old)},
                new=None if rate is None else {**key, "rate": str(rate)},
            )


def _check_rate(checks: Checks, reporting: str, currency: str, from_day: date, rate: Decimal | None) -> None:
    if currency not in currencies():
        checks.fault("currency", f"{currency!r} is not an ISO 4217 currency{did_you_mean(currency, currencies())}")
    elif currency == reporting:
        checks.fault("currency", f"{currency} is the reporting currency, which needs no rate")
    checks.day("from_day", from_day)
    if rate is None:
        return
    if not rate.is_finite() or not 0 < rate <= RATE_MAX:
        checks.fault("rate", f"{rate} is not a rate above 0 and up to {RATE_MAX}")
    elif rate != round(rate, RATE_DIGITS_MAX):
        checks.fault("rate", f"{rate} has more than {RATE_DIGITS_MAX} decimals")


def _minor_rate(rate: Decimal, currency: str, reporting: str) -> Decimal:
    return rate.scaleb(currency_exponent(reporting) - currency_exponent(currency))
