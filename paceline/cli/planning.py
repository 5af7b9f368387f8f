"""Commands for what is aimed at: metrics, targets and assignments."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.errors import InvalidInput

metrics = typer.Typer(help="The metrics registry: list, make, change, retire.", no_args_is_help=True)
targets = typer.Typer(help="Targets: create, list, archive.", no_args_is_help=True)

TargetArgument = Annotated[str, typer.Argument(metavar="TARGET", help="Its name or id.")]
ToOption = Annotated[
    str,
    typer.Option("--to", metavar="ASSIGNEE", help="organization, department:NAME, team:NAME or person:EMAIL"),
]
StartOption = Annotated[str | None, typer.Option("--start", metavar="DAY", help="For a part of the target's window.")]
EndOption = Annotated[str | None, typer.Option("--end", metavar="DAY", help="The first day after that part.")]

KeyArgument = Annotated[str, typer.Argument(help="Its key, such as big_deals.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(metrics, name="metric")
    app.add_typer(targets, name="target")
    app.command()(assign)
    app.command()(unassign)


@metrics.command("list")
def list_metrics(organization: OrganizationOption = None) -> None:
    """List the metrics that a target can have."""
    with common.reading(organization) as scope:
        from paceline.plan import registry, rules

        for metric in registry.listed(scope):
            made = rules.definition(metric)
            tell(f"{metric.key}: {metric.name} ({made.module}, {made.unit}, {made.kind}) - {metric.description}")


@metrics.command("show")
def show_metric(key: KeyArgument, organization: OrganizationOption = None) -> None:
    """Show a metric's definition as JSON, which `metric create` takes."""
    with common.reading(organization) as scope:
        from paceline.plan import registry

        tell(json.dumps(registry.metric(scope, key).definition, indent=2))


DefinitionOption = Annotated[
    str | None, typer.Option("--definition", metavar="FILE.json", help="- reads standard input.")
]


@metrics.command("create")
def create_metric(
    key: KeyArgument,
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    definition: DefinitionOption = "-",
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    direction: Annotated[str, typer.Option(help="higher or lower is better")] = "higher",
    indicator: Annotated[str, typer.Option(help="leading or lagging")] = "lagging",
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Make a metric from fields and conditions; its history is filled from the stored records."""
    given = _json(definition or "-")
    with common.writing(organization) as scope:
        from paceline.plan.actions import metrics as verbs

        made = verbs.create_metric(
            scope,
            key=key,
            name=name,
            definition=given,
            description=description,
            direction=direction,
            indicator=indicator,
            reason=reason,
        )
    tell(made.key)


@metrics.command("edit")
def edit_metric(
    key: KeyArgument,
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    definition: DefinitionOption = None,
    description: Annotated[str | None, typer.Option("--description", help="What it is for.")] = None,
    direction: Annotated[str | None, typer.Option(help="higher or lower is better")] = None,
    indicator: Annotated[str | None, typer.Option(help="leading or lagging")] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Change a metric of your own; the stored records are credited anew."""
    given = None if definition is None else _json(definition)
    with common.writing(organization) as scope:
        from paceline.plan.actions import metrics as verbs

        verbs.edit_metric(
            scope,
            key,
            name=name,
            definition=given,
            description=description,
            direction=direction,
            indicator=indicator,
            reason=reason,
        )
    say("changed")


@metrics.command("retire")
def retire_metric(key: KeyArgument, reason: ReasonOption = "", organization: OrganizationOption = None) -> None:
    """Take a metric of your own out of the registry."""
    with common.writing(organization) as scope:
        from paceline.plan.actions import metrics as verbs

        verbs.retire_metric(scope, key, reason=reason)
    say("retired")


@targets.command("create")
def create_target(
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    metric: Annotated[str, typer.Option("--metric", metavar="KEY", help="See `paceline metric list`.")],
    value: Annotated[str, typer.Option("--value", help="In whole currency or as a count: 500000 or 25.")],
    period: Annotated[str, typer.Option("--period", help="weekly, monthly, quarterly, annual or custom")],
    start: Annotated[str, typer.Option("--start", metavar="DAY", help="The first day.")],
    end: Annotated[str | None, typer.Option("--end", metavar="DAY", help="Custom: the first day after.")] = None,
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    filter_: Annotated[
        str | None, typer.Option("--filter", metavar="JSON", help="A condition that narrows the metric.")
    ] = None,
    pace_by: Annotated[
        str, typer.Option("--pace-by", help="calendar_days, working_days or past_shape")
    ] = "calendar_days",
    status: Annotated[str, typer.Option("--status", help="draft, active or archived")] = "active",
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Set a target. Then `paceline assign` gives everybody a share of it."""
    first, after = common.needed_day(start, "start"), common.day(end, "end")
    with common.writing(organization) as scope:
        from paceline.plan.actions import targets as verbs

        made = verbs.create_target(
            scope,
            name=name,
            metric=metric,
            value=_value(scope, value, metric),
            period=period,
            start_date=first,
            end_date=after,
            description=description,
            filter=_read_json(filter_, "filter") if filter_ else None,
            pace_by=pace_by,
            status=status,
            reason=reason,
        )
    tell(str(made.id))


@targets.command("list")
def list_targets(organization: OrganizationOption = None) -> None:
    """List the targets."""
    with common.reading(organization) as scope:
        from paceline.plan.models import Target

        own = Target.objects.filter(org_id=scope.org_id).select_related("metric").order_by("start_date", "id")
        for each in own:
            tell(f"{each.id}: {each.name} ({each.metric.key}, {each.start_date} to {each.end_date}, {each.status})")


@targets.command("edit")
def edit_target(
    target: TargetArgument,
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    value: Annotated[str | None, typer.Option("--value", help="In whole currency or as a count.")] = None,
    description: Annotated[str | None, typer.Option("--description", help="What it is for.")] = None,
    pace_by: Annotated[str | None, typer.Option("--pace-by", help="calendar_days, working_days or past_shape")] = None,
    status: Annotated[str | None, typer.Option("--status", help="draft, active or archived")] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Change a target's name, value, description, pace or status."""
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import targets as verbs

        found = find.target_named(scope, target)
        verbs.edit_target(
            scope,
            found.id,
            name=name,
            value=None if value is None else _value(scope, value, found.metric.key),
            description=description,
            pace_by=pace_by,
            status=status,
            reason=reason,
        )
    say("changed")


def assign(
    target: TargetArgument,
    to: ToOption,
    value: Annotated[str, typer.Option("--value", help="In whole currency or as a count.")],
    start: StartOption = None,
    end: EndOption = None,
    locked: Annotated[
        bool | None, typer.Option("--locked/--unlocked", help="A cascade leaves a locked share alone.")
    ] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Give an assignee a share of a target, or change the share it has."""
    first, after = common.day(start, "start"), common.day(end, "end")
    with common.writing(organization) as scope:
        from paceline.plan import find
        from paceline.plan.actions import assignments as verbs

        found = find.target_named(scope, target)
        amount = _value(scope, value, found.metric.key)
        assignee = find.assignee(scope, to)
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
            made = verbs.edit_assignment(scope, number, value=amount, is_locked=locked, reason=reason)
            say("changed the share it had")
    tell(str(made.id))


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
        window = part(found, start, end)
        verbs.remove_assignment(
            scope, behind.find_held(scope, found, find.assignee(scope, to), window).id, reason=reason
        )
    say("removed")


def part(target: Any, start: str | None, end: str | None) -> Any:
    """The part of a target's window that is named, all of it by default. Raises InvalidInput."""
    from paceline.domain.calendar import Window

    first = common.day(start, "start") or target.start_date
    after = common.day(end, "end") or target.end_date
    if after <= first:
        raise InvalidInput.at("end", f"{after} is not after {first}; the end is exclusive")
    return Window(first, after)


def _value(scope: Any, text: str, key: str) -> int:
    """A value as people write it, in the metric's unit: whole currency for money, a number for a count."""
    from paceline.domain.kinds import Unit
    from paceline.domain.money import parse_amount
    from paceline.org import directory
    from paceline.plan import registry, rules

    unit = rules.definition(registry.metric(scope, key)).unit
    exponent = rules.exponent(directory.own_organization(scope)) if unit == Unit.MONEY else 0
    try:
        return parse_amount(text, exponent=exponent)
    except ValueError as error:
        raise InvalidInput.at("value", str(error)) from None


def _json(path: str) -> dict[str, Any]:
    """The JSON object in a file; - is standard input."""
    if path == "-" and sys.stdin.isatty():
        say("write the definition as JSON, and end it with Ctrl-D", style="dim")
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise common.unusable(path, "read", error) from None
    where = "definition" if path == "-" else path
    try:
        return _read_json(data.decode("utf-8-sig"), where)
    except UnicodeDecodeError:
        raise InvalidInput.at(where, "is not UTF-8") from None


def _read_json(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        reason = "it is too deep" if isinstance(error, RecursionError) else str(error)
        raise InvalidInput.at(where, f"is not JSON: {reason}") from None
    if not isinstance(found, dict):
        raise InvalidInput.at(where, "is not a JSON object")
    return found
