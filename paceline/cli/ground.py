"""Commands for the ground: migrate, doctor, verify, and the organization itself."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, counted, say, tell
from paceline.errors import InvalidInput

organizations = typer.Typer(help="The organization: make one, show it, change its settings.", no_args_is_help=True)
rates = typer.Typer(help="Currency rates: what one unit is worth in the reporting currency.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(migrate)
    app.command()(doctor)
    app.command()(verify)
    app.add_typer(organizations, name="organization")
    app.add_typer(rates, name="rate")


def migrate() -> None:
    """Bring the database up to this version of Paceline."""
    from paceline import setup

    setup.start()
    from paceline import schema

    done = schema.migrate()
    for name in done:
        tell(name)
    say(f"{counted(len(done), 'migration')} applied" if done else "the database is up to date")


def doctor() -> None:
    """Say in words what is wrong with this installation, and how to mend it."""
    from paceline import doctor as checks

    found = checks.examine()
    for check in found:
        tell(f"{check.grade:<5} {check.name}: {check.message}")
    if any(check.grade == "fail" for check in found):
        raise typer.Exit(1)


def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Post what is missing and correct the totals.")] = False,
    organization: OrganizationOption = None,
) -> None:
    """Recompute every credit, total and stay from the records, and name every difference."""
    with common.writing(organization) if repair else common.reading(organization) as scope:
        from paceline.plan import verification

        found = verification.repair(scope) if repair else list(verification.differences(scope))
    for each in found:
        tell(each)
    if not found:
        say("ledger, totals and stays agree with the records", style="green")
        return
    say(f"{counted(len(found), 'difference')}{', repaired' if repair else ''}", style="red")
    raise typer.Exit(1)


@organizations.command("create")
def create(
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    currency: Annotated[str, typer.Option(help="The currency that figures are in, ISO 4217, such as EUR.")] = "USD",
    time_zone: Annotated[str, typer.Option(help="The time zone that makes the days, such as Europe/Berlin.")] = "UTC",
    slug: Annotated[
        str | None, typer.Option(help="The short name that --organization takes. Default: made from the name.")
    ] = None,
    fiscal_year_first_month: Annotated[
        int, typer.Option(help="The first month of its fiscal year; 1 is January.", min=1, max=12)
    ] = 1,
    week_first_day: Annotated[
        int, typer.Option(help="The first day of its week; 0 is Monday, 6 is Sunday.", min=0, max=6)
    ] = 0,
    working_weekdays: Annotated[str, typer.Option(help="Its working days, with commas; 0 is Monday.")] = "0,1,2,3,4",
    holiday_country: Annotated[
        str, typer.Option(help="The country whose holidays are free, ISO 3166, such as DE.")
    ] = "",
    holiday_subdivision: Annotated[
        str, typer.Option(help="A part of that country with holidays of its own, such as BY.")
    ] = "",
    credit_owner: Annotated[
        str,
        typer.Option(
            help="Who is credited: the owner that a record has now (current), or had when it was won (at_close)."
        ),
    ] = "current",
) -> None:
    """Make an organization, with the built-in metrics."""
    common.get_ready()
    from paceline import edge
    from paceline.plan.actions.settings import open_organization

    given = {
        "name": name,
        "currency": currency,
        "time_zone": time_zone,
        "fiscal_year_first_month": fiscal_year_first_month,
        "week_first_day": week_first_day,
        "working_weekdays": _weekdays(working_weekdays),
        "holiday_country": holiday_country,
        "holiday_subdivision": holiday_subdivision,
        "credit_owner": credit_owner,
        **({} if slug is None else {"slug": slug}),
    }
    made = open_organization(edge.raw_connection(), edge.command_actor(), **given)  # pyright: ignore[reportArgumentType]
    tell(made.slug)
    say(f"made organization {made.name}: amounts in {made.currency}, days in {made.time_zone}")


@organizations.command("show")
def show(organization: OrganizationOption = None) -> None:
    """Show the organization's settings."""
    with common.reading(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions.organization import SETTINGS

        own = directory.own_organization(scope)
        for name in SETTINGS:
            tell(f"{name}: {getattr(own, name)}")


@organizations.command("set")
def change(
    setting: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE", help="name=value, such as time_zone=Europe/Berlin; see `organization show`."
        ),
    ],
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Change settings. Credit is restated where it rests on them."""
    common.get_ready()
    given = dict(_setting(each) for each in setting)
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.plan.actions.settings import change_settings, targets_in_money

        before = directory.own_organization(scope)
        after = change_settings(scope, reason=reason, **given)  # pyright: ignore[reportArgumentType]
        targets = targets_in_money(scope) if before.currency != after.currency else []
    common.say_changes(before.name, _told(before), _told(after))
    if targets:
        left = f"{counted(len(targets), 'target')} in money now in {after.currency}, the numbers unchanged"
        say(f"{left}: check the values", style="yellow")


def _told(organization: Any) -> dict[str, str]:
    from paceline.org.actions.organization import SETTINGS

    return {name: str(getattr(organization, name)) for name in SETTINGS}


@rates.command("set")
def set_rate(
    currency: Annotated[str, typer.Argument(metavar="CURRENCY", help="The other currency, ISO 4217, such as USD.")],
    from_day: Annotated[str, typer.Argument(metavar="DAY", help="The first day it holds.")],
    rate: Annotated[
        str, typer.Argument(metavar="RATE", help="What one unit is worth in the reporting currency; none removes it.")
    ],
    organization: OrganizationOption = None,
) -> None:
    """Enter a rate from a day until the next one entered."""
    day = common.needed_day(from_day, "day")
    worth = None if rate == "none" else _decimal(rate)
    with common.writing(organization) as scope:
        from paceline.plan.actions.settings import set_rates

        set_rates(scope, {(currency.upper(), day): worth})
    code = currency.upper()
    say(f"1 {code} is worth {worth} from {day} on" if worth is not None else f"removed the rate of {code} from {day}")


@rates.command("list")
def list_rates(organization: OrganizationOption = None) -> None:
    """List the entered rates."""
    with common.reading(organization) as scope:
        from paceline.facts import rulebook

        for currency, day, rate in rulebook.rates(scope):
            tell(f"{currency} {day} {rate}")


# Far more than any rate needs.
RATE_CHARACTERS_MAX = 40
# Settings that are whole numbers, all of them small.
WHOLE_DIGITS_MAX = 9
# So much of a wrong setting is repeated.
SETTING_CHARACTERS_MAX = 40
# Each with what one may look like.
_WHOLE = {
    "fiscal_year_first_month": "4 for April",
    "week_first_day": "0 for Monday",
    "on_pace_percent": "10",
    "audit_days": "365",
}


def _setting(text: str) -> tuple[str, object]:
    from paceline.org.actions.organization import SETTINGS
    from paceline.org.names import did_you_mean

    name, equals, value = text.partition("=")
    if not equals or name not in SETTINGS:
        near = "" if name in SETTINGS else did_you_mean(name, SETTINGS)
        raise InvalidInput.at(text, f"write name=value, the name one of {', '.join(SETTINGS)}{near}")
    if name == "working_weekdays":
        return name, _weekdays(value)
    if name in _WHOLE:
        if not value.isdecimal() or len(value) > WHOLE_DIGITS_MAX:
            shown = value[:SETTING_CHARACTERS_MAX]
            raise InvalidInput.at(name, f"{shown!r} is not a whole number: give one such as {_WHOLE[name]}")
        return name, int(value)
    return name, value


def _weekdays(text: str) -> list[int]:
    days = [each.strip() for each in text.split(",")]
    if not all(each.isdecimal() and len(each) == 1 for each in days):
        raise InvalidInput.at("working_weekdays", f"{text!r} is not a list such as 0,1,2,3,4, Monday being 0")
    return [int(each) for each in days]


def _decimal(text: str) -> Decimal:
    try:
        if len(text) <= RATE_CHARACTERS_MAX:
            return Decimal(text)
    except InvalidOperation:
        pass
    raise InvalidInput.at("rate", f"{text!r} is not a number such as 1.0845")
