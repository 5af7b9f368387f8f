"""Commands for leaderboards and their standings."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.cli.figures import AsOfOption, KnownAtOption
from paceline.cli.rows import Format, FormatOption, print_rows
from paceline.errors import InvalidInput

if TYPE_CHECKING:
    # They bring the database along, which a page of help can do without.
    from paceline.boards.models import Leaderboard
    from paceline.facts.scope import Scope

boards = typer.Typer(help="Leaderboards: create, list, edit, delete.", no_args_is_help=True)

BoardArgument = Annotated[str, typer.Argument(metavar="BOARD", help="Its name or id.")]
MetricOption = Annotated[
    str | None, typer.Option("--metric", metavar="KEY", help="The metric that it ranks by: see `metric list`.")
]
TargetOption = Annotated[
    str | None, typer.Option("--target", metavar="TARGET", help="Or the target that it ranks by: its name or id.")
]
RANK_BY = typer.Option("--rank-by", metavar="WHAT", help="value, attainment or improved.")
PERIOD = typer.Option("--period", metavar="PERIOD", help="The current week, month, quarter or year.")
SCOPE = typer.Option("--scope", metavar="SCOPE", help="everyone, department:NAME or team:NAME.")
ENTRANTS = typer.Option("--entrants", metavar="WHO", help="people or teams.")
COUNT = typer.Option("--count", metavar="N", help="How many rows are shown: 5, 10 or 20.")
VISIBILITY = typer.Option("--visibility", metavar="WHO", help="Whom it is for: all or managers.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(boards, name="board")
    app.command()(standings)


@boards.command("create")
def create_board(
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    metric: MetricOption = None,
    target: TargetOption = None,
    rank_by: Annotated[str, RANK_BY] = "value",
    period: Annotated[str, PERIOD] = "month",
    scope: Annotated[str, SCOPE] = "everyone",
    entrants: Annotated[str, ENTRANTS] = "people",
    count: Annotated[int, COUNT] = 10,
    visibility: Annotated[str, VISIBILITY] = "all",
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Make a leaderboard of a metric or a target, and print its id."""
    with common.writing(organization) as tenant:
        from paceline.boards import actions

        made = actions.create_board(
            tenant,
            name=name,
            metric=metric,
            target_id=_target_id(tenant, target),
            rank_by=rank_by,
            period=period,
            entrants=entrants,
            count=count,
            visibility=visibility,
            reason=reason,
            **_scope(tenant, scope),
        )
    tell(str(made.id))
    say(f"made leaderboard {made.name}")


@boards.command("list")
def list_boards(format_: FormatOption = Format.TABLE, organization: OrganizationOption = None) -> None:
    """List the leaderboards."""
    with common.reading(organization) as tenant:
        from paceline.boards import find, shown

        found = list(find.listed(tenant))
        names = shown.scope_names(tenant, found)
    if format_ == Format.TABLE:
        print_rows([shown.board_words(each, names) for each in found], format_, shown.BOARD_COLUMNS)
    else:
        print_rows([shown.board_flat(each, names) for each in found], format_, shown.BOARD_FIELDS)


@boards.command("edit")
def edit_board(
    board: BoardArgument,
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    metric: MetricOption = None,
    target: TargetOption = None,
    rank_by: Annotated[str | None, RANK_BY] = None,
    period: Annotated[str | None, PERIOD] = None,
    scope: Annotated[str | None, SCOPE] = None,
    entrants: Annotated[str | None, ENTRANTS] = None,
    count: Annotated[int | None, COUNT] = None,
    visibility: Annotated[str | None, VISIBILITY] = None,
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Change a leaderboard; what is not given stays."""
    with common.writing(organization) as tenant:
        from paceline.boards import actions, find

        found = find.board_named(tenant, board)
        given: dict[str, Any] = {
            "name": name,
            "metric": metric,
            "target_id": _target_id(tenant, target),
            "rank_by": rank_by,
            "period": period,
            "entrants": entrants,
            "count": count,
            "visibility": visibility,
        }
        fields = {key: value for key, value in given.items() if value is not None}
        fields |= {} if scope is None else _scope(tenant, scope)
        before = _told(tenant, found)
        after = _told(tenant, actions.edit_board(tenant, found.id, reason=reason, **fields))
    common.say_changes(f"leaderboard {before['name']}", before, after)


@boards.command("delete")
def delete_board(board: BoardArgument, reason: ReasonOption = "", organization: OrganizationOption = None) -> None:
    """Delete a leaderboard; no figure rests on it."""
    with common.writing(organization) as tenant:
        from paceline.boards import actions, find

        found = find.board_named(tenant, board)
        actions.delete_board(tenant, found.id, reason=reason)
    say(f"deleted leaderboard {found.name}")


def standings(
    board: BoardArgument,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="EMAIL", help="Whose own row is shown too; name or external id will do."),
    ] = None,
    format_: FormatOption = Format.TABLE,
    organization: OrganizationOption = None,
) -> None:
    """Show who ranks where on a leaderboard."""
    day, moment = common.day(as_of, "as-of"), common.moment(known_at, "known-at")
    with common.reading(organization) as tenant:
        from paceline.boards import find, shown
        from paceline.boards.standings import standings as standings_of
        from paceline.org import directory

        found = find.board_named(tenant, board)
        own = None if person is None else directory.find_person(tenant, person).id
        made = standings_of(tenant, found, common.now(), day, moment, own)
    if format_ == Format.TABLE:
        names, rows = shown.table(made)
    else:
        show = shown.flat if format_ == Format.CSV else shown.row
        names, rows = shown.ROW_FIELDS, [show(made, each) for each in (*made.rows, *made.own)]
    print_rows(rows, format_, names)
    say(shown.heading(made), style="dim")
    if not rows:
        say("nobody who carries a quota stands on this leaderboard", style="yellow")


def _target_id(tenant: "Scope", target: str | None) -> int | None:
    from paceline.plan import find

    return None if target is None else find.target_named(tenant, target).id


def _scope(tenant: "Scope", words: str) -> dict[str, Any]:
    """The scope as people write it. Raises InvalidInput, NotFound."""
    from paceline.org import directory

    kind, _, name = words.strip().partition(":")
    if kind == "everyone" and not name:
        return {"scope_kind": kind, "scope_id": None}
    if kind in {"department", "team"} and name:
        return {"scope_kind": kind, "scope_id": directory.find_unit(tenant, kind, name).id}
    raise InvalidInput.at("scope", f"{words!r} is not everyone, department:NAME or team:NAME")


def _told(tenant: "Scope", board: "Leaderboard") -> dict[str, str]:
    from paceline.boards import shown

    told = shown.board_words(board, shown.scope_names(tenant, [board]))
    return {name: text for name, text in told.items() if name != "id"}
