"""Commands for departments and teams."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.cli.people import FromOption
from paceline.errors import InvalidInput

if TYPE_CHECKING:
    from paceline.facts.scope import Scope
    from paceline.org.models import Department, Team

units = typer.Typer(
    help="Departments and teams: create, list, rename, place, hang. Importing people makes them too.",
    no_args_is_help=True,
)

UnitArgument = Annotated[str, typer.Argument(metavar="UNIT", help="department:NAME or team:NAME.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(units, name="unit")


@units.command("list")
def list_units(organization: OrganizationOption = None) -> None:
    """List departments and teams."""
    with common.reading(organization) as scope:
        from paceline.org.models import Department, Team

        for kind, things in (("department", Department), ("team", Team)):
            for name in things.objects.filter(org_id=scope.org_id).order_by("name").values_list("name", flat=True):
                tell(f"{kind}:{name}")


@units.command("create")
def create(
    unit: UnitArgument,
    under: Annotated[
        str | None, typer.Option("--under", metavar="DEPARTMENT", help="The department it is under, if any.")
    ] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Departments: the first day under it. Default: always.")
    ] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Make a department or a team."""
    kind, name = _unit(unit)
    day = common.day(from_day, "from")
    if day is not None and (kind == "team" or under is None):
        raise InvalidInput.at("from", "it is said of a department that is put --under another")
    with common.writing(organization) as scope:
        from paceline.org import directory

        parent = None if under is None else directory.find_department(scope, under)
        made = _create(scope, kind, name, parent and parent.id, day, reason)
    tell(f"{kind}:{made.name}")
    say(f"made {kind} {made.name}{f' under {parent.name}' if parent else ''}{f' from {day} on' if day else ''}")


def _create(
    scope: "Scope", kind: str, name: str, parent_id: int | None, day: date | None, reason: str
) -> "Department | Team":
    from paceline.domain.calendar import DAY_ALWAYS
    from paceline.org.actions import units as verbs

    if kind == "team":
        return verbs.create_team(scope, name, department_id=parent_id, reason=reason)
    return verbs.create_department(scope, name, parent_id=parent_id, from_day=day or DAY_ALWAYS, reason=reason)


@units.command("rename")
def rename(
    unit: UnitArgument,
    name: Annotated[str, typer.Option("--name", help="What it is called from now on.")],
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Give a department or a team another name."""
    kind, old = _unit(unit)
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import units as verbs

        found = directory.find_unit(scope, kind, old)
        verb = verbs.rename_team if kind == "team" else verbs.rename_department
        made = verb(scope, found.id, name, reason=reason)
    say(f"{kind} {found.name} is now called {made.name}")


@units.command("place")
def place(
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="Its name.")],
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
        parent = None if under == "none" else directory.find_department(scope, under)
        verbs.place_department(scope, found.id, parent and parent.id, from_day=day, reason=reason)
    say(f"{found.name} is {f'under {parent.name}' if parent else 'at the top'} from {day} on")


@units.command("hang")
def hang(
    team: Annotated[str, typer.Argument(metavar="TEAM", help="Its name.")],
    under: Annotated[str, typer.Option("--under", metavar="DEPARTMENT", help="none lets it stand alone.")],
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Hang a team under a department in the target tree."""
    with common.writing(organization) as scope:
        from paceline.org import directory
        from paceline.org.actions import units as verbs

        found = directory.find_team(scope, team)
        parent = None if under == "none" else directory.find_department(scope, under)
        verbs.hang_team(scope, found.id, parent and parent.id, reason=reason)
    say(f"{found.name} {f'hangs under {parent.name}' if parent else 'stands alone'}")


def _unit(words: str) -> tuple[str, str]:
    """The kind and the name of a unit. Raises InvalidInput."""
    kind, _, name = words.strip().partition(":")
    if kind not in {"department", "team"} or not name.strip():
        raise InvalidInput.at("unit", f"{words!r} is not department:NAME or team:NAME")
    return kind, name.strip()
