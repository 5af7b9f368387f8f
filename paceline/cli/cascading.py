"""Commands that pass values down the tree and across the year: previewed, then applied."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, counted, say, tell
from paceline.cli.planning import EndOption, StartOption, TargetArgument, part, style_of
from paceline.cli.rows import Format, FormatOption, print_rows
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
MethodOption = Annotated[str, typer.Option("--method", help="equal, weighted or manual")]
LevelsOption = Annotated[str, typer.Option("--levels", help="How many levels down, or all.")]
RoundingOption = Annotated[
    str, typer.Option("--rounding", metavar="VALUE", help="To whole multiples of it, such as 100.")
]
HedgeOption = Annotated[
    str | None, typer.Option("--hedge", metavar="PERCENT", help="How much more than the value the children get.")
]
ChildOption = Annotated[
    list[str] | None, typer.Option("--child", metavar="ASSIGNEE", help="Only these children; may be repeated.")
]
WeightOption = Annotated[
    list[str] | None, typer.Option("--weight", metavar="ASSIGNEE=NUMBER", help="Weighted: by this, not by history.")
]
ValueOption = Annotated[
    list[str] | None, typer.Option("--value", metavar="ASSIGNEE=VALUE", help="Manual: what the child gets.")
]
MinimumOption = Annotated[
    list[str] | None, typer.Option("--minimum", metavar="ASSIGNEE=VALUE", help="The child gets no less.")
]
MaximumOption = Annotated[
    list[str] | None, typer.Option("--maximum", metavar="ASSIGNEE=VALUE", help="The child gets no more.")
]
RampOption = Annotated[
    list[str] | None, typer.Option("--ramp", metavar="ASSIGNEE=FACTOR", help="Such as 0.5 for someone who starts.")
]
HistoryFromOption = Annotated[
    str | None, typer.Option("--history-from", metavar="DAY", help="Weighted: the first day of the history.")
]
HistoryToOption = Annotated[
    str | None, typer.Option("--history-to", metavar="DAY", help="Weighted: the first day after the history.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Apply it at once, without asking.")]

COLUMNS = ("assignee", "from", "to", "before", "after", "change", "why")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(cascade)
    app.command()(rebalance)
    app.command()(periods)
    app.command(name="apply")(apply_preview)
    app.command()(undo)


def cascade(
    target: TargetArgument,
    whose: FromOption = "organization",
    start: StartOption = None,
    end: EndOption = None,
    method: MethodOption = "equal",
    levels: LevelsOption = "1",
    rounding: RoundingOption = "",
    hedge: HedgeOption = None,
    child: ChildOption = None,
    weight: WeightOption = None,
    value: ValueOption = None,
    minimum: MinimumOption = None,
    maximum: MaximumOption = None,
    ramp: RampOption = None,
    history_from: HistoryFromOption = None,
    history_to: HistoryToOption = None,
    yes: YesOption = False,
    reason: ReasonOption = "",
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Pass a value down the target tree: show what everybody would get and why, then apply it."""
    with common.writing(organization) as scope:
        from paceline.plan.actions import cascades

        found, held = _held(scope, target, whose, start, end)
        options: dict[str, Any] = {"method": method, "levels": levels if levels == "all" else _whole("levels", levels)}
        options |= {"rounding": _value(scope, found, "rounding", rounding)} if rounding else {}
        options |= {"hedge_percent": hedge} if hedge else {}
        options |= {"children": [_word(scope, each) for each in child]} if child else {}
        options |= {name: day for name, day in (("history_from", history_from), ("history_to", history_to)) if day}
        for name, given in (("weights", weight), ("ramps", ramp)):
            options |= {name: dict(_pair(scope, name, each) for each in given)} if given else {}
        for name, given in (("values", value), ("minimums", minimum), ("maximums", maximum)):
            options |= {name: _values(scope, found, name, given)} if given else {}
        made = cascades.preview_cascade(scope, held.id, options, today_of(scope))
        show(scope, made, format_)
    offer(made.token, yes, reason, organization)


def rebalance(
    target: TargetArgument,
    whose: FromOption = "organization",
    start: StartOption = None,
    end: EndOption = None,
    full: Annotated[bool, typer.Option("--full", help="Divide anew, in place of the smallest change.")] = False,
    method: MethodOption = "equal",
    yes: YesOption = False,
    reason: ReasonOption = "",
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """After a hire or a departure: the smallest change that makes everything below a value add up again."""
    with common.writing(organization) as scope:
        from paceline.plan.actions import cascades

        _, held = _held(scope, target, whose, start, end)
        both = cascades.preview_rebalance(scope, held.id, {"method": method}, today_of(scope))
        made = both.full if full else both.smallest
        show(scope, made, format_)
    offer(made.token, yes, reason, organization)


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

        found, held = _held(scope, target, whose, start, end)
        options: dict[str, Any] = {"every": every, "method": method, "whole_tree": whole_tree}
        options |= {"shares": share} if share else {}
        options |= {"amounts": [_value(scope, found, "amount", each) for each in amount]} if amount else {}
        options |= {"rounding": _value(scope, found, "rounding", rounding)} if rounding else {}
        made = verbs.preview_periods(scope, held.id, options)
        show(scope, made, format_)
    offer(made.token, yes, reason, organization)


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


def _held(scope: "Scope", target: str, whose: str, start: str | None, end: str | None) -> "tuple[Target, Held]":
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


def _word(scope: "Scope", text: str) -> str:
    """An assignee as options name it: kind:id."""
    from paceline.plan import find

    found = find.assignee(scope, text)
    return f"{found.kind}:{found.id}"


def _pair(scope: "Scope", where: str, text: str) -> tuple[str, str]:
    name, separator, value = text.rpartition("=")
    if not separator:
        raise InvalidInput.at(where, f"{text!r} is not ASSIGNEE=VALUE, such as team:Hunters=2")
    return _word(scope, name), value


def _values(scope: "Scope", target: "Target", where: str, given: list[str]) -> dict[str, int]:
    pairs = (_pair(scope, where, each) for each in given)
    return {name: _value(scope, target, where, value) for name, value in pairs}


def _value(scope: "Scope", target: "Target", where: str, text: str) -> int:
    from paceline.domain.money import parse_amount

    try:
        return parse_amount(text, exponent=style_of(scope, target.metric).exponent)
    except ValueError as error:
        raise InvalidInput.at(where, str(error)) from None


def _whole(where: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput.at(where, f"{text!r} is not a whole number, or all")
    return int(text)
