"""Commands that pass values down the tree, and mend them after a hire or a departure: previewed, then applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption
from paceline.cli.planning import EndOption, StartOption, TargetArgument
from paceline.cli.previews import FromOption, RoundingOption, YesOption, held_one, offer, show, today_of, value_of
from paceline.cli.rows import Format, FormatOption
from paceline.errors import InvalidInput

if TYPE_CHECKING:
    from paceline.facts.scope import Scope
    from paceline.plan.models import Target

MethodOption = Annotated[str, typer.Option("--method", help="equal, weighted or manual")]
LevelsOption = Annotated[str, typer.Option("--levels", help="How many levels down, or all.")]
HedgeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--hedge", metavar="PERCENT", help="How much more than the value the children get; repeated, level by level."
    ),
]
ChildOption = Annotated[
    list[str] | None, typer.Option("--child", metavar="ASSIGNEE", help="Only these children; may be repeated.")
]
WeightOption = Annotated[
    list[str] | None, typer.Option("--weight", metavar="ASSIGNEE=NUMBER", help="Weighted: by this, not by history.")
]
BlendOption = Annotated[
    list[str] | None,
    typer.Option(
        "--blend", metavar="METRIC=NUMBER", help="Weighted: by the history of several metrics, such as revenue=70."
    ),
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

Several = Sequence[str] | None


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(cascade)
    app.command()(rebalance)


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
    blend: BlendOption = None,
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
    given = _Given(
        method, levels, rounding, hedge, child, weight, blend, value, minimum, maximum, ramp, history_from, history_to
    )
    with common.writing(organization) as scope:
        from paceline.plan.actions import cascades

        found, held = held_one(scope, target, whose, start, end)
        made = cascades.preview_cascade(scope, held.id, given.options(scope, found), today_of(scope))
        show(scope, made, format_)
    offer(made.token, yes, reason, organization)


def rebalance(
    target: TargetArgument,
    whose: FromOption = "organization",
    start: StartOption = None,
    end: EndOption = None,
    full: Annotated[bool, typer.Option("--full", help="Divide anew, in place of the smallest change.")] = False,
    method: MethodOption = "equal",
    levels: LevelsOption = "all",
    rounding: RoundingOption = "",
    hedge: HedgeOption = None,
    child: ChildOption = None,
    weight: WeightOption = None,
    blend: BlendOption = None,
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
    """After a hire or a departure: the smallest change that makes everything below a value add up again."""
    given = _Given(
        method, levels, rounding, hedge, child, weight, blend, value, minimum, maximum, ramp, history_from, history_to
    )
    with common.writing(organization) as scope:
        from paceline.plan.actions import cascades

        found, held = held_one(scope, target, whose, start, end)
        both = cascades.preview_rebalance(scope, held.id, given.options(scope, found), today_of(scope))
        made = both.full if full else both.smallest
        show(scope, made, format_)
    offer(made.token, yes, reason, organization)


@dataclass(frozen=True, slots=True)
class _Given:
    """The options as they are typed."""

    method: str
    levels: str
    rounding: str
    hedge: Several
    child: Several
    weight: Several
    blend: Several
    value: Several
    minimum: Several
    maximum: Several
    ramp: Several
    history_from: str | None
    history_to: str | None

    def options(self, scope: "Scope", target: "Target") -> dict[str, Any]:
        """As the verbs read them. Raises InvalidInput, NotFound."""
        levels = self.levels if self.levels == "all" else _whole("levels", self.levels)
        hedge = self.hedge[0] if self.hedge and len(self.hedge) == 1 else self.hedge
        made: dict[str, Any] = {
            "method": self.method,
            "levels": levels,
            "rounding": value_of(scope, target, "rounding", self.rounding) if self.rounding else None,
            "hedge_percent": hedge,
            "children": [_word(scope, each) for each in self.child or ()],
            "blend": dict(_pair("blend", each, "METRIC=NUMBER, such as revenue=70") for each in self.blend or ()),
            "history_from": self.history_from,
            "history_to": self.history_to,
        }
        for name, given in (("weights", self.weight), ("ramps", self.ramp)):
            made[name] = dict(_by_child(scope, name, each) for each in given or ())
        for name, given in (("values", self.value), ("minimums", self.minimum), ("maximums", self.maximum)):
            pairs = (_by_child(scope, name, each) for each in given or ())
            made[name] = {child: value_of(scope, target, name, value) for child, value in pairs}
        return {name: each for name, each in made.items() if each not in (None, [], {})}


def _word(scope: "Scope", text: str) -> str:
    """An assignee as options name it: kind:id."""
    from paceline.plan import find

    found = find.assignee(scope, text)
    return f"{found.kind}:{found.id}"


def _by_child(scope: "Scope", where: str, text: str) -> tuple[str, str]:
    name, value = _pair(where, text, "ASSIGNEE=VALUE, such as team:Hunters=2")
    return _word(scope, name), value


def _pair(where: str, text: str, form: str) -> tuple[str, str]:
    name, separator, value = text.rpartition("=")
    if not separator:
        raise InvalidInput.at(where, f"{text!r} is not {form}")
    return name, value


def _whole(where: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput.at(where, f"{text!r} is not a whole number, or all")
    return int(text)
