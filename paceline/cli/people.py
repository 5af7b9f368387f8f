"""Commands for people and units: who there is, making and editing them, and dated moves."""

from typing import TYPE_CHECKING, Annotated

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.errors import InvalidInput

if TYPE_CHECKING:
    from paceline.org.models import Person

persons = typer.Typer(help="People: create, edit, list, move, end.", no_args_is_help=True)

FromOption = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day it holds.")]
PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="E-mail, name or external id.")]
ExternalIdOption = Annotated[
    list[str] | None,
    typer.Option("--external-id", metavar="SOURCE=ID", help="By which id a source knows them, such as crm=17; again."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(persons, name="person")


@persons.command("list")
def list_people(organization: OrganizationOption = None) -> None:
    """List the people."""
    with common.reading(organization) as scope:
        from paceline.org.models import Person

        for each in Person.objects.filter(org_id=scope.org_id).order_by("name", "id"):
            ended = f", until {each.end_day}" if each.end_day else ""
            tell(f"{each.id}: {each.name}{f' <{each.email}>' if each.email else ''}{ended}")


@persons.command("create")
def create_person(
    name: Annotated[str, typer.Option("--name", help="What they are called.")],
    email: Annotated[str | None, typer.Option("--email", help="Their address; CRM owners are known by it.")] = None,
    hired: Annotated[str | None, typer.Option("--hired", metavar="DAY", help="The first day they are there.")] = None,
    manager: Annotated[str | None, typer.Option("--manager", metavar="PERSON", help="Whom they report to.")] = None,
    department: Annotated[str | None, typer.Option("--department", help="The department they are in.")] = None,
    team: Annotated[
        list[str] | None, typer.Option("--team", help="A team they are in; again for more, the primary one first.")
    ] = None,
    external_id: ExternalIdOption = None,
    quota: Annotated[bool, typer.Option("--quota/--no-quota", help="Whether they carry a quota.")] = True,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Make a person and print the id. Records that named them as owner count at once."""
    first = common.day(hired, "hired")
    ids = dict(_external_id(each) for each in external_id or ())
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import people as verbs

        made = verbs.create_person(
            scope,
            name=name,
            email=email,
            hire_day=first,
            manager_id=None if manager is None else directory.find_person(scope, manager).id,
            quota_carrying=quota,
            department_id=None if department is None else directory.find_department(scope, department).id,
            team_ids=[directory.find_team(scope, each).id for each in team or ()],
            external_ids=ids,
            reason=reason,
        )
    tell(str(made.id))
    units = ", ".join([*([department] if department else []), *(team or ())])
    say(f"made person {made.name}{f' in {units}' if units else ''}")


@persons.command("edit")
def edit_person(
    person: PersonArgument,
    name: Annotated[str | None, typer.Option("--name", help="What they are called.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Their address; none removes it.")] = None,
    hired: Annotated[
        str | None, typer.Option("--hired", metavar="DAY", help="The first day they are there; none: always.")
    ] = None,
    manager: Annotated[
        str | None, typer.Option("--manager", metavar="PERSON", help="Whom they report to; none: nobody.")
    ] = None,
    external_id: ExternalIdOption = None,
    quota: Annotated[bool | None, typer.Option("--quota/--no-quota", help="Whether they carry a quota.")] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Change what is known of a person. For departments, teams and the last day see `person move` and `person end`."""
    ids = [_external_id(each) for each in external_id or ()]
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import people as verbs
        from paceline.org.actions.people import PersonFields

        found = directory.find_person(scope, person)
        old = _told(found)
        fields = PersonFields()
        if name is not None:
            fields["name"] = name
        if email is not None:
            fields["email"] = None if email == "none" else email
        if hired is not None:
            fields["hire_day"] = None if hired == "none" else common.needed_day(hired, "hired")
        if quota is not None:
            fields["quota_carrying"] = quota
        if fields:
            verbs.edit_person(scope, found.id, reason=reason, **fields)
        if manager is not None:
            above = None if manager == "none" else directory.find_person(scope, manager).id
            verbs.set_manager(scope, found.id, above, reason=reason)
        for source, number in ids:
            verbs.set_external_id(scope, found.id, source, None if number == "none" else number, reason=reason)
        new = _told(directory.person(scope, found.id))
    common.say_changes(found.name, old, new)


def _told(person: "Person") -> dict[str, str]:
    from paceline.org.models import ExternalId

    own = ExternalId.objects.filter(org_id=person.org_id, person=person).order_by("source")
    return {
        "name": person.name,
        "email": person.email or "",
        "hired": str(person.hire_day or ""),
        "manager": person.manager.name if person.manager else "",
        "external ids": " ".join(f"{each.source}={each.external_id}" for each in own),
        "quota": "yes" if person.quota_carrying else "no",
    }


def _external_id(text: str) -> tuple[str, str]:
    source, equals, number = text.partition("=")
    if not (equals and source.strip() and number.strip()):
        raise InvalidInput.at("external-id", f"{text!r} is not SOURCE=ID, such as crm=17; crm=none removes it")
    return source.strip(), number.strip()


@persons.command("move")
def move(
    person: PersonArgument,
    from_day: FromOption,
    department: Annotated[
        str | None, typer.Option("--department", help="The department to be in; none takes them out of any.")
    ] = None,
    join: Annotated[
        str | None, typer.Option("--join", metavar="TEAM", help="A team, beside those they are in.")
    ] = None,
    primary: Annotated[
        bool | None, typer.Option("--primary/--not-primary", help="Whether the team to join is their primary one.")
    ] = None,
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
    told: list[str] = []
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import moves

        found = directory.find_person(scope, person)
        if department is not None:
            unit = None if department == "none" else directory.find_department(scope, department)
            moves.move_person(scope, found.id, department_id=unit and unit.id, from_day=day, reason=reason)
            told.append(f"moved to {unit.name}" if unit else "taken out of any department")
        if leave is not None:
            team = directory.find_team(scope, leave)
            moves.leave_team(scope, found.id, team.id, from_day=day, reason=reason)
            told.append(f"left {team.name}")
        if join is not None:
            team = directory.find_team(scope, join)
            moves.join_team(scope, found.id, team.id, from_day=day, is_primary=primary, reason=reason)
            told.append(f"joined {team.name}")
    say(f"{found.name} from {day} on: {', '.join(told)}")


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

        found = directory.find_person(scope, person)
        moves.end_person(scope, found.id, end_day=day, reason=reason)
    say(f"{found.name} has no last day" if day is None else f"the last day of {found.name} is {day}")
