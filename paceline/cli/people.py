"""Commands for people and units: who there is, and dated moves."""

from typing import Annotated

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.errors import InvalidInput

persons = typer.Typer(help="People: list them, move them, end them.", no_args_is_help=True)
units = typer.Typer(help="Departments and teams: list, place, hang. Importing people makes them.", no_args_is_help=True)

FromOption = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day it holds.")]
PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="E-mail, name or external id.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(persons, name="person")
    app.add_typer(units, name="unit")


@persons.command("list")
def list_people(organization: OrganizationOption = None) -> None:
    """List the people."""
    with common.reading(organization) as scope:
        from paceline.org.models import Person

        for each in Person.objects.filter(org_id=scope.org_id).order_by("name", "id"):
            ended = f", until {each.end_day}" if each.end_day else ""
            tell(f"{each.id}: {each.name}{f' <{each.email}>' if each.email else ''}{ended}")


@persons.command("move")
def move(
    person: PersonArgument,
    from_day: FromOption,
    department: Annotated[str | None, typer.Option("--department", help="none takes them out of any.")] = None,
    join: Annotated[
        str | None, typer.Option("--join", metavar="TEAM", help="A team, beside those they are in.")
    ] = None,
    primary: Annotated[bool | None, typer.Option("--primary/--not-primary", help="Of several teams.")] = None,
    leave: Annotated[str | None, typer.Option("--leave", metavar="TEAM", help="A team they are in.")] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Move a person from a day on: what was won before stays with the units of then."""
    day = common.needed_day(from_day, "from")
    if department is None and join is None and leave is None:
        raise InvalidInput.at("person move", "say where to: --department, --join or --leave")
    if primary is not None and join is None:
        raise InvalidInput.at("primary", "it is said of the team to --join")
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import moves

        found = directory.find_person(scope, person)
        if department is not None:
            to = None if department == "none" else directory.find_department(scope, department).id
            moves.move_person(scope, found.id, department_id=to, from_day=day, reason=reason)
        if leave is not None:
            moves.leave_team(scope, found.id, directory.find_team(scope, leave).id, from_day=day, reason=reason)
        if join is not None:
            team = directory.find_team(scope, join)
            moves.join_team(scope, found.id, team.id, from_day=day, is_primary=primary, reason=reason)
    say("moved")


@persons.command("end")
def end(
    person: PersonArgument,
    last_day: Annotated[str, typer.Option("--last-day", metavar="DAY", help="none: they are there after all.")],
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Say which day is a person's last; their past stays counted."""
    day = None if last_day == "none" else common.needed_day(last_day, "last-day")
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import moves

        moves.end_person(scope, directory.find_person(scope, person).id, end_day=day, reason=reason)
    say("not ended" if day is None else "ended")


@units.command("list")
def list_units(organization: OrganizationOption = None) -> None:
    """List departments and teams."""
    with common.reading(organization) as scope:
        from paceline.org.models import Department, Team

        for kind, things in (("department", Department), ("team", Team)):
            for name in things.objects.filter(org_id=scope.org_id).order_by("name").values_list("name", flat=True):
                tell(f"{kind}:{name}")


@units.command("place")
def place(
    department: Annotated[str, typer.Argument(help="Its name.")],
    under: Annotated[str, typer.Option("--under", metavar="DEPARTMENT", help="none puts it at the top.")],
    from_day: FromOption,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Put a department under another from a day on."""
    day = common.needed_day(from_day, "from")
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import units as verbs

        found = directory.find_department(scope, department)
        parent = None if under == "none" else directory.find_department(scope, under).id
        verbs.place_department(scope, found.id, parent, from_day=day, reason=reason)
    say("placed")


@units.command("hang")
def hang(
    team: Annotated[str, typer.Argument(help="Its name.")],
    under: Annotated[str, typer.Option("--under", metavar="DEPARTMENT", help="none lets it stand alone.")],
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Hang a team under a department in the target tree."""
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import units as verbs

        found = directory.find_team(scope, team)
        parent = None if under == "none" else directory.find_department(scope, under).id
        verbs.hang_team(scope, found.id, parent, reason=reason)
    say("hung")
