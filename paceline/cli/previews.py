"""What the planning commands have in common: a preview is shown, then applied, and can be taken back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, counted, say, tell
from paceline.cli.planning import TargetArgument, part, style_of
from paceline.cli.rows import Format, print_rows
from paceline.errors import InvalidInput

if TYPE_CHECKING:
    from paceline.facts.scope import Scope
    from paceline.plan.actions.previews import Previewed
    from paceline.plan.held import Held
    from paceline.plan.models import Target

FromOption = Annotated[
    str,
    typer.Option("--from", metavar="ASSIGNEE", help="Whose value: organization, department:NAME, team:NAME."),
]
RoundingOption = Annotated[
    str, typer.Option("--rounding", metavar="VALUE", help="To whole multiples of it, such as 100.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Apply it at once, without asking.")]

COLUMNS = ("assignee", "from", "to", "before", "after", "change", "why")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(name="apply")(apply_preview)
    app.command()(undo)


def apply_preview(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="As a preview printed it.")],
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Do exactly what was previewed, all or nothing; refused where the plan changed since."""
    with common.writing(organization) as scope:
        from paceline.plan.actions import previews

        applied = previews.apply_preview(scope, token, reason)
        from paceline.plan.models import OperationKind

    made = applied.draft.target
    if applied.draft.kind == OperationKind.COPY:
        say(f"made target {made.name} with {counted(len(applied.draft.rows), 'share')}; `paceline undo` takes it back")
        tell(str(made.id))
        return
    if applied.operation is None:
        say("nothing differs: nothing was done")
        return
    changed = sum(row.changes for row in applied.draft.rows)
    say(f"applied: {counted(changed, 'share')} of {made.name}; `paceline undo` takes it back")
    tell(str(applied.operation.id))


def undo(
    target: TargetArgument,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Take back the last operation on a target, such as a cascade; refused where a value was changed since."""
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import undo as verbs

        found = find.target_named(scope, target)
        made = verbs.undo_last(scope, target_id=found.id, reason=reason)
    say(f"took the last operation on {found.name} back")
    tell(str(made.id))


def held_one(scope: "Scope", target: str, whose: str, start: str | None, end: str | None) -> "tuple[Target, Held]":
    """The target, and the share of it that a command is about."""
    from paceline.plan import behind, find

    found = find.target_named(scope, target)
    return found, behind.find_held(scope, found, find.assignee(scope, whose), part(found, start, end))


def today_of(scope: "Scope") -> Any:
    """Today where the organization is."""
    from paceline.org import calendar, directory

    return calendar.today(directory.own_organization(scope), common.now())


def show(scope: "Scope", made: "Previewed", format_: Format) -> None:
    """Print the rows of a preview, and say its notes."""
    from paceline.plan import draft

    if format_ != Format.TABLE:
        rows = draft.fields(made.draft)
        names = ("assignment_id", "start_date", "end_date", "before", "after", "change", "why", "unallocated")
        flat = [{name: row[name] for name in names} | _named(row["assignee"]) for row in rows]
        columns = ("assignee_kind", "assignee_id", "assignee_name", *names)
        print_rows(rows if format_ == Format.JSON else flat, format_, columns)
    else:
        drafted = made.draft
        values = [value for row in drafted.rows for value in (row.before, row.after)]
        style = style_of(scope, drafted.target.metric).trimmed(values)
        print_rows([_words(row, style) for row in drafted.rows], format_, COLUMNS)
    for note in made.draft.notes:
        say(note, style="yellow")


def _words(row: Any, style: Any) -> dict[str, str]:
    window = row.place.window
    return {
        "assignee": f"{'  ' * row.depth}{row.name}",
        "from": str(window.start),
        "to": str(window.last),
        "before": style.number(row.before),
        "after": style.number(row.after),
        "change": style.number(row.change),
        "why": "; ".join([row.why, *row.warnings]),
    }


def _named(assignee: dict[str, Any]) -> dict[str, Any]:
    return {f"assignee_{name}": assignee.get(name) for name in ("kind", "id", "name")}


def offer(token: str, yes: bool, reason: str, organization: str | None) -> None:  # noqa: FBT001 - from the option
    """Apply a preview, or say how to."""
    if yes:
        apply_preview(token, reason, organization)
        return
    say("nothing was changed yet: apply it with", style="dim")
    say(f"paceline apply {token}")


def value_of(scope: "Scope", target: "Target", where: str, text: str) -> int:
    """A value as it is typed, in the smallest units of the target's metric. Raises InvalidInput."""
    from paceline.domain.money import parse_amount

    try:
        return parse_amount(text, exponent=style_of(scope, target.metric).exponent)
    except ValueError as error:
        raise InvalidInput.at(where, str(error)) from None
