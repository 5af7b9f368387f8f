"""Making, changing and deleting leaderboards."""

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from paceline.boards import find
from paceline.boards.models import (
    BOARD_NAME_CHARACTERS_MAX,
    COUNTS,
    BoardPeriod,
    Entrants,
    Leaderboard,
    RankBy,
    ScopeKind,
    Visibility,
)
from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org import audit, directory
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.plan import find as plans
from paceline.plan import registry

_SHOWN = (
    "name",
    "metric_id",
    "target_id",
    "rank_by",
    "period",
    "scope_kind",
    "scope_id",
    "entrants",
    "count",
    "visibility",
)


class Fields(TypedDict, total=False):
    """What a board is made of: a metric's key or a target's id, and among whom, the id being a unit's."""

    name: str
    metric: str | None
    target_id: int | None
    rank_by: str
    period: str
    scope_kind: str
    scope_id: int | None
    entrants: str
    count: int
    visibility: str


DEFAULTS: Fields = {
    "rank_by": RankBy.VALUE.value,
    "period": BoardPeriod.MONTH.value,
    "scope_kind": ScopeKind.EVERYONE.value,
    "entrants": Entrants.PEOPLE.value,
    "count": 10,
    "visibility": Visibility.ALL.value,
}


def create_board(scope: Scope, *, reason: str = "", **fields: Unpack[Fields]) -> Leaderboard:
    """Make a leaderboard of a metric or of a target. Raises InvalidInput with every fault, NotFound."""
    with writing(scope, Permission.CHANGE_BOARDS):
        checks = Checks()
        made = Leaderboard(org_id=scope.org_id, scope_id=0)
        trail = audit.Trail(scope, "create_leaderboard", checks.reason(reason))
        _set(scope, made, checks, {**DEFAULTS, **fields, "name": fields.get("name", "")})
        checks.done()
        made.save()
        trail.record("leaderboard", made.id, old=None, new=audit.values(made, *_SHOWN))
    return made


def edit_board(scope: Scope, board_id: int, *, reason: str = "", **fields: Unpack[Fields]) -> Leaderboard:
    """Change a leaderboard; what is not given stays. A metric takes the place of a target, and a target of a metric.

    Raises InvalidInput with every fault, NotFound.
    """
    with writing(scope, Permission.CHANGE_BOARDS):
        checks = Checks()
        found = find.board(scope, board_id)
        old = audit.values(found, *_SHOWN)
        trail = audit.Trail(scope, "edit_leaderboard", checks.reason(reason))
        _set(scope, found, checks, fields)
        checks.done()
        found.save()
        trail.record("leaderboard", found.id, old=old, new=audit.values(found, *_SHOWN))
    return found


def delete_board(scope: Scope, board_id: int, *, reason: str = "") -> None:
    """Delete a leaderboard; what it was stays on the trail. Raises NotFound."""
    with writing(scope, Permission.CHANGE_BOARDS):
        checks = Checks()
        found = find.board(scope, board_id)
        trail = audit.Trail(scope, "delete_leaderboard", checks.reason(reason))
        checks.done()
        trail.record("leaderboard", found.id, old=audit.values(found, *_SHOWN), new=None)
        found.delete()


def _set(scope: Scope, made: Leaderboard, checks: Checks, fields: Mapping[str, Any]) -> None:
    if "name" in fields:
        made.name = checks.name("name", fields["name"], BOARD_NAME_CHARACTERS_MAX)
    for name, choices in (
        ("rank_by", RankBy.values),
        ("period", BoardPeriod.values),
        ("entrants", Entrants.values),
        ("visibility", Visibility.values),
    ):
        if name in fields:
            checks.choice(name, fields[name], choices)
            setattr(made, name, fields[name])
    if "count" in fields:
        if fields["count"] not in COUNTS:
            checks.fault("count", f"{fields['count']} is not 5, 10 or 20")
        made.count = fields["count"]
    _set_measure(scope, made, checks, fields.get("metric"), fields.get("target_id"))
    if "scope_kind" in fields or fields.get("scope_id") is not None:
        _set_scope(scope, made, checks, fields.get("scope_kind", made.scope_kind), fields.get("scope_id"))
    if made.entrants == Entrants.TEAMS.value and made.scope_kind == ScopeKind.TEAM.value:
        checks.fault("entrants", "a board of teams is for everyone or for a department")


def _set_measure(scope: Scope, made: Leaderboard, checks: Checks, metric: str | None, target_id: int | None) -> None:
    if metric is not None and target_id is not None:
        checks.fault("metric", "give a metric or a target, not both")
    elif metric is not None:
        made.metric, made.target = registry.metric(scope, metric), None
    elif target_id is not None:
        made.metric, made.target = None, plans.target(scope, target_id)
    elif made.metric_id is None and made.target_id is None:
        checks.fault("metric", "give a metric or a target")


def _set_scope(scope: Scope, made: Leaderboard, checks: Checks, kind: str, unit_id: int | None) -> None:
    checks.choice("scope.kind", kind, ScopeKind.values)
    if kind == ScopeKind.EVERYONE.value and unit_id is not None:
        checks.fault("scope.id", "everyone has no id: leave it out")
    elif kind in {ScopeKind.DEPARTMENT.value, ScopeKind.TEAM.value}:
        if unit_id is None:
            checks.fault("scope.id", f"give the id of the {kind}")
        elif kind == ScopeKind.DEPARTMENT.value:
            directory.department(scope, unit_id)
        else:
            directory.team(scope, unit_id)
    made.scope_kind, made.scope_id = kind, unit_id or 0
