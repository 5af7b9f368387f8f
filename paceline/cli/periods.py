"""The command that splits a value over the periods of its window."""

from typing import Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption
from paceline.cli.planning import EndOption, StartOption, TargetArgument
from paceline.cli.previews import FromOption, RoundingOption, YesOption, held_one, offer, show, value_of
from paceline.cli.rows import Format, FormatOption


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(periods)


def periods(
    target: TargetArgument,
    every: Annotated[str, typer.Option("--every", help="month, quarter, week, 445, 454 or 544")] = "month",
    method: Annotated[str, typer.Option("--method", help="equal, custom or seasonal")] = "equal",
    share: Annotated[
        list[str] | None, typer.Option("--share", metavar="PERCENT", help="Custom: one for each period, in order.")
    ] = None,
    amount: Annotated[
        list[str] | None, typer.Option("--amount", metavar="VALUE", help="Custom: one for each period, in order.")
    ] = None,
    years: Annotated[
        int | None, typer.Option("--years", metavar="NUMBER", help="Seasonal: how many years are looked back on.")
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Count periods from the window's first day, not by the calendar.")
    ] = False,
    whole_tree: Annotated[bool, typer.Option("--whole-tree", help="Also for everybody below.")] = False,
    rounding: RoundingOption = "",
    whose: FromOption = "organization",
    start: StartOption = None,
    end: EndOption = None,
    yes: YesOption = False,
    reason: ReasonOption = "",
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Split a value over the periods of its window: show what each would get and why, then apply it."""
    with common.writing(organization) as scope:
        from paceline.plan.actions import periods as verbs

        found, held = held_one(scope, target, whose, start, end)
        options: dict[str, Any] = {"every": every, "method": method, "whole_tree": whole_tree, "from_start": from_start}
        options |= {} if years is None else {"years": years}
        options |= {"shares": share} if share else {}
        options |= {"amounts": [value_of(scope, found, "amount", each) for each in amount]} if amount else {}
        options |= {"rounding": value_of(scope, found, "rounding", rounding)} if rounding else {}
        made = verbs.preview_periods(scope, held.id, options)
        show(scope, made, format_)
    offer(made.token, yes, reason, organization)
