"""Commands for what is aimed at: targets and their assignments."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.cli.metrics import json_object
from paceline.cli.rows import Format, FormatOption, print_rows
from paceline.errors import InvalidInput

if TYPE_CHECKING:
    # They bring the database along, which a page of help can do without.
    from paceline.domain.calendar import Window
    from paceline.facts.scope import Scope
    from paceline.plan.models import Metric, Target
    from paceline.plan.shown import Style

targets = typer.Typer(help="Targets: create, list, edit, copy, delete.", no_args_is_help=True)

TargetArgument = Annotated[str, typer.Argument(metavar="TARGET", help="Its name or id.")]
ToOption = Annotated[
    str,
    typer.Option("--to", metavar="ASSIGNEE", help="organization, department:NAME, team:NAME or person:EMAIL."),
]
StartOption = Annotated[
    str | None,
    typer.Option("--start", metavar="DAY", help="The first day of a part of the target's window. Default: all of it."),
]
EndOption = Annotated[str | None, typer.Option("--end", metavar="DAY", help="The first day after that part.")]
PACE_BY = typer.Option(
    "--pace-by", metavar="BASIS", help="How the time is measured: calendar_days, working_days or past_shape."
)
STATUS = typer.Option("--status", metavar="STATUS", help="draft, active or archived.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(targets, name="target")
    app.command()(assign)
    app.command()(unassign)
    app.command()(history)


@targets.command("create")
def create_target(
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    metric: Annotated[str, typer.Option("--metric", metavar="KEY", help="What is measured: see `metric list`.")],
    value: Annotated[str, typer.Option("--value", help="In whole currency or as a count: 500000 or 25.")],
    period: Annotated[
        str, typer.Option("--period", metavar="PERIOD", help="weekly, monthly, quarterly, annual or custom.")
    ],
    start: Annotated[str, typer.Option("--start", metavar="DAY", help="The first day, such as 2026-01-31.")],
    end: Annotated[
        str | None, typer.Option("--end", metavar="DAY", help="The first day after a custom period; else it follows.")
    ] = None,
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    filter_: Annotated[
        str | None,
        typer.Option("--filter", metavar="JSON", help="A condition that narrows the metric; see the guide to metrics."),
    ] = None,
    pace_by: Annotated[str, PACE_BY] = "calendar_days",
    status: Annotated[str, STATUS] = "active",
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Set a target and print its id. Then `paceline assign` gives everybody a share of it."""
    first, after = common.needed_day(start, "start"), common.day(end, "end")
    with common.writing(organization) as scope:
        from paceline.domain.calendar import Window
        from paceline.plan import registry
        from paceline.plan.actions import targets as verbs

        made = verbs.create_target(
            scope,
            name=name,
            metric=metric,
            value=_value(scope, value, registry.metric(scope, metric)),
            period=period,
            start_date=first,
            end_date=after,
            description=description,
            filter=json_object(filter_, "filter") if filter_ else None,
            pace_by=pace_by,
            status=status,
            reason=reason,
        )
        amount = style_of(scope, made.metric).amount(made.value)
    tell(str(made.id))
    say(f"made target {made.name}: {amount} of {metric} for {_days(Window(made.start_date, made.end_date))}")


@targets.command("list")
def list_targets(format_: FormatOption = Format.TABLE, organization: OrganizationOption = None) -> None:
    """List the targets."""
    with common.reading(organization) as scope:
        from paceline.org import directory
        from paceline.plan import rules, shown
        from paceline.plan.models import Target

        own = Target.objects.filter(org_id=scope.org_id).select_related("metric").order_by("start_date", "id")
        reporting = directory.own_organization(scope)
        styled = [(each, shown.style_of(reporting, rules.definition(each.metric))) for each in own]
    if format_ != Format.TABLE:
        print_rows([shown.target_row(*each) for each in styled], format_, shown.TARGET_FIELDS)
        return
    money = [each.value for each, style in styled if style.currency]
    print_rows(
        [shown.target_words(each, style.trimmed(money)) for each, style in styled], format_, shown.TARGET_COLUMNS
    )


@targets.command("edit")
def edit_target(
    target: TargetArgument,
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    value: Annotated[str | None, typer.Option("--value", help="In whole currency or as a count.")] = None,
    description: Annotated[str | None, typer.Option("--description", help="What it is for.")] = None,
    pace_by: Annotated[str | None, PACE_BY] = None,
    status: Annotated[str | None, STATUS] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Change a target's name, value, description, pace or status."""
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import targets as verbs

        found = find.target_named(scope, target)
        style = style_of(scope, found.metric)
        new = verbs.edit_target(
            scope,
            found.id,
            name=name,
            value=None if value is None else _value(scope, value, found.metric),
            description=description,
            pace_by=pace_by,
            status=status,
            reason=reason,
        )
    common.say_changes(f"target {found.name}", _told(found, style), _told(new, style))


def _told(target: "Target", style: "Style") -> dict[str, str]:
    return {
        "name": target.name,
        "value": style.amount(target.value),
        "pace_by": target.pace_by,
        "status": target.status,
        "description": target.description,
    }


@targets.command("delete")
def delete_target(target: TargetArgument, reason: ReasonOption = "", organization: OrganizationOption = None) -> None:
    """Delete a target that nobody ever had a share of; archive any other with `target edit --status archived`."""
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import targets as verbs

        found = find.target_named(scope, target)
        verbs.delete_target(scope, found.id, reason=reason)
    say(f"deleted target {found.name}")


def assign(
    target: TargetArgument,
    to: ToOption,
    value: Annotated[str, typer.Option("--value", help="In whole currency or as a count: 500000 or 25.")],
    start: StartOption = None,
    end: EndOption = None,
    locked: Annotated[
        bool | None, typer.Option("--locked/--unlocked", help="A cascade leaves a locked share alone.")
    ] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Give an assignee a share of a target, or change the share it has; print the assignment's id."""
    first, after = common.day(start, "start"), common.day(end, "end")
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import assignments as verbs

        found = find.target_named(scope, target)
        amount = _value(scope, value, found.metric)
        assignee = find.assignee(scope, to)
        before = None
        try:
            made = verbs.assign(
                scope,
                found.id,
                assignee,
                value=amount,
                start_date=first,
                end_date=after,
                is_locked=bool(locked),
                reason=reason,
            )
        except verbs.AlreadyAssigned as held:
            number = int(str(held.data["assignment_id"]))
            before = find.assignment(scope, number)
            made = verbs.edit_assignment(scope, number, value=amount, is_locked=locked, reason=reason)
        said = _share_words(scope, found, made, before)
    tell(str(made.id))
    say(said)


def _share_words(scope: "Scope", target: "Target", made: Any, before: Any) -> str:
    """What became of a share; `before` is the one it had."""
    from paceline.domain.calendar import Window
    from paceline.facts.sums import Assignee
    from paceline.plan.held import names_of

    assignee = Assignee(made.assignee_kind, made.assignee_id)
    whose, style = names_of(scope, [assignee])[assignee], style_of(scope, target.metric)
    value, days = style.amount(made.value), _days(Window(made.start_date, made.end_date))
    lock = "locked" if made.is_locked else "unlocked"
    if before is None:
        return f"assigned {value} to {whose} for {days}{', locked' if made.is_locked else ''}"
    lock = f", now {lock}" if made.is_locked != before.is_locked else ""
    if made.value == before.value:
        return f"the share of {whose} for {days} stays {value}{lock}"
    return f"changed the share of {whose} for {days} from {style.amount(before.value)} to {value}{lock}"


def unassign(
    target: TargetArgument,
    to: ToOption,
    start: StartOption = None,
    end: EndOption = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Take an assignee's share of a target away; its history stays."""
    with common.writing(organization) as scope:
        from paceline.plan import behind, find
        from paceline.plan.actions import assignments as verbs

        found = find.target_named(scope, target)
        held = behind.find_held(scope, found, find.assignee(scope, to), part(found, start, end))
        verbs.remove_assignment(scope, held.id, reason=reason)
        amount = style_of(scope, found.metric).amount(held.value)
    say(f"took {amount} from {held.name} for {_days(held.window)}")


def history(
    target: TargetArgument,
    to: ToOption = "organization",
    start: StartOption = None,
    end: EndOption = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Show how an assignee's share came to be what it is: who changed it, when, from what to what, and why."""
    with common.reading(organization) as scope:
        from paceline.plan import find, trail

        found = find.target_named(scope, target)
        share = find.share(scope, found, find.assignee(scope, to), part(found, start, end))
        steps = trail.steps(scope, share.id)
        style = style_of(scope, found.metric).trimmed(value for step in steps for value in (step.old_value, step.value))
    as_written = style.number if format_ == Format.TABLE else lambda value: value
    rows = [
        {
            "at": step.at.isoformat(timespec="seconds"),
            "who": step.actor,
            "change": step.change,
            "old": as_written(step.old_value),
            "new": as_written(None if step.is_deleted else step.value),
            "reason": step.reason,
        }
        for step in steps
    ]
    print_rows(rows, format_, ("at", "who", "change", "old", "new", "reason"))


def part(target: "Target", start: str | None, end: str | None) -> "Window":
    """The part of a target's window that is named, all of it by default. Raises InvalidInput."""
    from paceline.domain.calendar import Window

    first = common.day(start, "start") or target.start_date
    after = common.day(end, "end") or target.end_date
    if after <= first:
        raise InvalidInput.at("end", f"{after} is not after {first}; the end is exclusive")
    return Window(first, after)


def _days(window: "Window") -> str:
    return f"{window.start} to {window.last}"


def style_of(scope: "Scope", metric: "Metric") -> "Style":
    """How values of the metric are written for people."""
    from paceline.org import directory
    from paceline.plan import rules, shown

    return shown.style_of(directory.own_organization(scope), rules.definition(metric))


def _value(scope: "Scope", text: str, metric: "Metric") -> int:
    """A value as people write it, in the metric's unit: whole currency for money, a number for a count."""
    from paceline.domain.money import parse_amount

    style = style_of(scope, metric)
    try:
        value = parse_amount(text, exponent=style.exponent)
    except ValueError as error:
        if style.currency is None and _is_number(text):
            message = f"{text!r} is not a whole number, and {metric.key} is a count: give one such as 25"
            raise InvalidInput.at("value", message) from None
        raise InvalidInput.at("value", str(error)) from None
    try:
        parse_amount(text, exponent=style.exponent, currency=style.currency)
    except ValueError:
        raise InvalidInput.at("value", f"{text!r} is not in {style.currency}, the reporting currency") from None
    return value


def _is_number(text: str) -> bool:
    from paceline.domain.money import parse_amount

    try:
        parse_amount(text, exponent=DECIMALS_MAX)
    except ValueError:
        return False
    return True


# As many as anybody writes behind a number that should be whole.
DECIMALS_MAX = 4
