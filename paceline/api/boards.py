"""Leaderboards and their standings."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from paceline.api import answers
from paceline.api.callers import Signed, now
from paceline.api.figures import AsOfQuery, KnownAtQuery
from paceline.api.pages import CursorQuery, Id, IdQuery, LimitQuery, PathId, after, page
from paceline.api.shapes import PROBLEMS, Given, Reason, ReasonQuery, example
from paceline.boards import actions, find, shown
from paceline.boards.models import BOARD_NAME_CHARACTERS_MAX
from paceline.boards.standings import standings as standings_of
from paceline.facts.scope import Scope
from paceline.plan.models import KEY_CHARACTERS_MAX

router = Router(tags=["leaderboards"], auth=Signed())

BoardName = Annotated[str, Field(min_length=1, max_length=BOARD_NAME_CHARACTERS_MAX, examples=["Revenue this month"])]
MetricKey = Annotated[str, Field(max_length=KEY_CHARACTERS_MAX, examples=["revenue"])]
RankBy = Literal["attainment", "improved", "value"]
BoardPeriod = Literal["week", "month", "quarter", "year"]
ScopeKind = Literal["everyone", "department", "team"]
Entrants = Literal["people", "teams"]
Count = Literal[5, 10, 20]
Visibility = Literal["all", "managers"]


class ScopeIn(Given):
    """Among whom: everyone, who have no id, or the people of a department or a team."""

    kind: ScopeKind
    id: Id | None = None


class ScopeOut(Schema):
    """Among whom; everyone has no id and no name."""

    kind: ScopeKind
    id: int | None
    name: str | None


class LeaderboardIn(Given):
    """A leaderboard of a metric, or of a target."""

    model_config = example({"name": "Revenue this month", "metric": "revenue", "rank_by": "value", "period": "month"})

    name: BoardName
    metric: MetricKey | None = None
    target_id: Id | None = None
    rank_by: RankBy = "value"
    period: BoardPeriod = "month"
    scope: ScopeIn | None = None
    entrants: Entrants = "people"
    count: Count = 10
    visibility: Visibility = "all"
    reason: Reason = ""


class LeaderboardChange(Given):
    """What changes of a leaderboard; a metric takes the place of a target, and a target of a metric."""

    model_config = example({"count": 20, "period": "quarter"})

    name: BoardName | None = None
    metric: MetricKey | None = None
    target_id: Id | None = None
    rank_by: RankBy | None = None
    period: BoardPeriod | None = None
    scope: ScopeIn | None = None
    entrants: Entrants | None = None
    count: Count | None = None
    visibility: Visibility | None = None
    reason: Reason = ""


class LeaderboardOut(Schema):
    """A leaderboard; of `metric` and `target_id` one is null."""

    id: int
    name: str
    metric: str | None
    target_id: int | None
    rank_by: RankBy
    period: BoardPeriod
    scope: ScopeOut
    entrants: Entrants
    count: int
    visibility: Visibility


class LeaderboardsOut(Schema):
    """A page of leaderboards."""

    items: list[LeaderboardOut]
    next: str | None


class EntrantOut(Schema):
    """Who stands there."""

    kind: Literal["person", "team"]
    id: int
    name: str


class StandingOut(Schema):
    """A place. Equal ones share a rank; it is null where what is ranked by is undefined."""

    rank: int | None
    entrant: EntrantOut
    value: int
    currency: str | None
    target: int | None
    attainment: str | None
    change: int | None
    reached_on: date | None
    is_own: bool


class StandingsOut(Schema):
    """The first rows, and one's own with its neighbours where it is below them.

    Asked again with `as_of` and `known_at` they are the same for ever.
    """

    items: list[StandingOut]
    own: list[StandingOut]
    next: str | None
    entrants: int
    start_date: date
    end_date: date
    as_of: date
    known_at: datetime
    today: date


def _board(scope: Scope, board_id: int) -> dict[str, Any]:
    found = find.board(scope, board_id)
    return shown.board_row(found, shown.scope_names(scope, [found]))


def _fields(given: LeaderboardIn | LeaderboardChange) -> dict[str, Any]:
    """What was given, as the verbs take it; what is null in a change was not given."""
    fields = {name: value for name, value in given.dict().items() if value is not None}
    if given.scope is not None:
        del fields["scope"]
        fields |= {"scope_kind": given.scope.kind, "scope_id": given.scope.id}
    return fields


@router.get("", response={200: LeaderboardsOut, **PROBLEMS}, summary="List the leaderboards")
def list_leaderboards(request: HttpRequest, cursor: CursorQuery = None, limit: LimitQuery = 100) -> HttpResponse:
    """The leaderboards in the order they were made."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        found = list(find.listed(scope).filter(id__gt=last)[: limit + 1])
        names = shown.scope_names(scope, found)
        return page([shown.board_row(each, names) for each in found], limit, [(each.id,) for each in found])

    return answers.read(request, make)


@router.post("", response={201: LeaderboardOut, **PROBLEMS}, summary="Make a leaderboard")
def create_leaderboard(request: HttpRequest, given: LeaderboardIn) -> HttpResponse:
    """Who is ranked by what in which period, and how many are shown."""
    fields = _fields(given)
    return answers.write(
        request, lambda scope: _board(scope, actions.create_board(scope, **fields).id), answers.CREATED
    )


@router.get("/{leaderboard_id}", response={200: LeaderboardOut, **PROBLEMS}, summary="Show a leaderboard")
def show_leaderboard(request: HttpRequest, leaderboard_id: PathId) -> HttpResponse:
    """How it is set up; its `ETag` guards edits."""
    return answers.read_one(request, lambda scope: _board(scope, leaderboard_id))


@router.patch("/{leaderboard_id}", response={200: LeaderboardOut, **PROBLEMS}, summary="Change a leaderboard")
def edit_leaderboard(request: HttpRequest, leaderboard_id: PathId, given: LeaderboardChange) -> HttpResponse:
    """What is given changes and the rest stays."""
    fields = _fields(given)

    def work(scope: Scope) -> dict[str, Any]:
        answers.check_unchanged(request, scope, lambda: _board(scope, leaderboard_id))
        return _board(scope, actions.edit_board(scope, leaderboard_id, **fields).id)

    return answers.write(request, work)


@router.delete("/{leaderboard_id}", response={204: None, **PROBLEMS}, summary="Delete a leaderboard")
def delete_leaderboard(request: HttpRequest, leaderboard_id: PathId, reason: ReasonQuery = "") -> HttpResponse:
    """No figure rests on it; what it was stays in the history of changes."""

    def work(scope: Scope) -> None:
        answers.check_unchanged(request, scope, lambda: _board(scope, leaderboard_id))
        actions.delete_board(scope, leaderboard_id, reason=reason)

    return answers.write(request, work)


PersonQuery = Annotated[IdQuery | None, Query(description="Whose row is shown, with its neighbours, wherever it is.")]


@router.get("/{leaderboard_id}/standings", response={200: StandingsOut, **PROBLEMS}, summary="Who ranks where")
def show_standings(
    request: HttpRequest,
    leaderboard_id: PathId,
    as_of: AsOfQuery = None,
    known_at: KnownAtQuery = None,
    person: PersonQuery = None,
) -> HttpResponse:
    """The standings of the period that has `as_of`, up to that day."""

    def make(scope: Scope) -> dict[str, Any]:
        found = find.board(scope, leaderboard_id)
        made = standings_of(scope, found, now(), as_of, known_at, person or scope.access.person_id)
        return {
            "items": [shown.row(made, each) for each in made.rows],
            "own": [shown.row(made, each) for each in made.own],
            "next": None,
            "entrants": made.entrants,
            "start_date": made.window.start,
            "end_date": made.window.end,
            "as_of": made.as_of,
            "known_at": made.known_at.isoformat(),
            "today": made.today,
        }

    return answers.read(request, make)
