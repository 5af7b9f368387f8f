"""Commands for the metrics registry."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.errors import InvalidInput

metrics = typer.Typer(help="The metrics registry: list, show, make, change, retire.", no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Its key, such as big_deals.")]
DefinitionOption = Annotated[
    str | None,
    typer.Option("--definition", metavar="FILE.json", help="Fields and conditions as JSON; - reads standard input."),
]
DIRECTION = typer.Option("--direction", metavar="WORD", help="higher or lower: which is better.")
INDICATOR = typer.Option("--indicator", metavar="WORD", help="leading (foretells results) or lagging (reports them).")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(metrics, name="metric")


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


@metrics.command("create")
def create_metric(
    key: KeyArgument,
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    definition: DefinitionOption = "-",
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    direction: Annotated[str, DIRECTION] = "higher",
    indicator: Annotated[str, INDICATOR] = "lagging",
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
    say(f"made metric {made.key}: {made.name}")


@metrics.command("edit")
def edit_metric(
    key: KeyArgument,
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    definition: DefinitionOption = None,
    description: Annotated[str | None, typer.Option("--description", help="What it is for.")] = None,
    direction: Annotated[str | None, DIRECTION] = None,
    indicator: Annotated[str | None, INDICATOR] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Change a metric of your own; the stored records are credited anew."""
    given = None if definition is None else _json(definition)
    with common.writing(organization) as scope:
        from paceline.plan import registry
        from paceline.plan.actions import metrics as verbs

        old = _told(registry.metric(scope, key))
        new = verbs.edit_metric(
            scope,
            key,
            name=name,
            definition=given,
            description=description,
            direction=direction,
            indicator=indicator,
            reason=reason,
        )
    common.say_changes(f"metric {key}", old, _told(new))


def _told(metric: Any) -> dict[str, str]:
    return {
        "name": metric.name,
        "direction": metric.direction,
        "indicator": metric.indicator,
        "description": metric.description,
        "definition": json.dumps(metric.definition, sort_keys=True),
    }


@metrics.command("retire")
def retire_metric(key: KeyArgument, reason: ReasonOption = "", organization: OrganizationOption = None) -> None:
    """Take a metric of your own out of the registry; targets that rest on it must be archived first."""
    with common.writing(organization) as scope:
        from paceline.plan.actions import metrics as verbs

        verbs.retire_metric(scope, key, reason=reason)
    say(f"retired metric {key}")


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
        return json_object(data.decode("utf-8-sig"), where)
    except UnicodeDecodeError:
        raise InvalidInput.at(where, "is not UTF-8") from None


def json_object(text: str, where: str) -> dict[str, Any]:
    """The JSON object that is written there, its numbers exact. Raises InvalidInput."""
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        reason = "it is too deep" if isinstance(error, RecursionError) else str(error)
        raise InvalidInput.at(where, f"is not JSON: {reason}") from None
    if not isinstance(found, dict):
        raise InvalidInput.at(where, "is not a JSON object")
    return found
