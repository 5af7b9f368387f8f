"""The promise: asked at an earlier `known_at`, standings are those that were shown then, whatever changed since."""

from collections.abc import Callable
from typing import Any

import pytest

from paceline.org.actions import moves
from paceline.plan import find
from paceline.plan.actions import assignments, metrics, targets
from paceline.plan.actions.settings import change_settings
from paceline.plan.models import Assignment
from tests.boards.cast import FEBRUARY, asked, board, placed
from tests.plan.cast import Cast, give, on, opened, person, quarter, stamp, team, won

COUNTED = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {"all": [{"field": "status", "op": "equals", "value": "won"}]},
    "dated_by": "closed",
}


class Story:
    """Acme in mid-February with shares for most, and a board of every sort."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.scope = cast, cast.scope
        metrics.create_metric(self.scope, key="won_deals", name="Won deals", definition=COUNTED, direction="lower")
        for number, (name, day) in enumerate([("Sam", 3), ("Sam", 40), ("Eve", FEBRUARY), ("Tariq", 35), ("Rosa", 9)]):
            won(self.scope, str(number), name, day, 10 * (number + 1))
        opened(self.scope, "open", "Tariq", 20, 70)
        self.target = quarter(self.scope)
        for each, value in ((cast.sam, 100), (cast.eve, 60), (cast.tariq, 80)):
            give(self.scope, self.target, person(each), value)
        give(self.scope, self.target, team(cast.hunters), 300)
        self.boards = [
            board(self.scope, **fields)
            for fields in (
                {"period": "week"},
                {"period": "year", "rank_by": "improved"},
                {"metric": "won_deals", "period": "quarter"},
                {"metric": "pipeline_value"},
                {"rank_by": "attainment"},
                {"target_id": self.target, "rank_by": "attainment", "entrants": "teams"},
                {"entrants": "teams", "period": "quarter"},
                {"scope_kind": "team", "scope_id": cast.hunters, "period": "quarter"},
            )
        ]

    def told(self, **clocks: Any) -> list[Any]:
        found = [asked(self.scope, number, on(45), **clocks) for number in self.boards]
        return [(placed(each), [row.figure.reached_on for row in each.rows], each.window) for each in found]

    def share(self) -> int:
        own = Assignment.objects.filter(org_id=self.scope.org_id, assignee_id=self.cast.sam, assignee_kind="person")
        return find.assignment(self.scope, own.get().id).id


CHANGES: dict[str, Callable[[Story], object]] = {
    "a deal is somebody else's": lambda s: won(s.scope, "0", "Eve", 3, 10),
    "a deal is won later": lambda s: won(s.scope, "1", "Sam", 44, 20),
    "someone joins": lambda s: moves.join_team(s.scope, s.cast.eve, s.cast.hunters, from_day=on(30)),
    "someone leaves": lambda s: moves.leave_team(s.scope, s.cast.sam, s.cast.hunters, from_day=on(30)),
    "a share is another": lambda s: assignments.edit_assignment(s.scope, s.share(), value=7),
    "a share is gone": lambda s: assignments.remove_assignment(s.scope, s.share()),
    "a share is added": lambda s: give(s.scope, s.target, person(s.cast.rosa), 5, days=(FEBRUARY, 59)),
    "a target is archived": lambda s: targets.edit_target(s.scope, s.target, status="archived"),
    "a metric turns round": lambda s: metrics.edit_metric(s.scope, "won_deals", direction="higher"),
    "the year begins otherwise": lambda s: change_settings(s.scope, fiscal_year_first_month=2),
    "the week begins otherwise": lambda s: change_settings(s.scope, week_first_day=5),
    "the currency is another": lambda s: change_settings(s.scope, currency="USD"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_standings_are_those_that_were_shown_then(cast: Cast, change: str) -> None:
    story = Story(cast)
    shown, then = story.told(), stamp(cast.scope)
    assert story.told(known_at=then) == shown
    CHANGES[change](story)
    assert stamp(cast.scope) > then
    assert story.told() != shown
    assert story.told(known_at=then) == shown
