"""Whatever is sold, given to another, moved and asked: the standings are those counted by hand, then and later."""

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paceline.boards.models import BoardPeriod
from paceline.boards.periods import period_of, stretch_before
from paceline.domain.calendar import Window
from paceline.org import directory
from paceline.org.actions import moves, units
from tests.boards import oracle
from tests.boards.cast import asked, board, placed
from tests.boards.oracle import Ask, Deal, Gain
from tests.plan.cast import Cast, on, opened, stamp, won

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
STORIES = settings(
    deadline=None,
    max_examples=500 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 7,
    suppress_health_check=QUIET,
)
PEOPLE = ("Rosa", "Tariq", "Sam", "Eve")
BOARDS = [
    (metric, rank_by, entrants)
    for metric in ("revenue", "pipeline_value")
    for rank_by in ("value", "improved")
    for entrants in ("people", "teams")
]


class World:
    """Acme with a second team, and what an oracle has to know of it."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.scope = cast, cast.scope
        self.people = {"Rosa": cast.rosa, "Tariq": cast.tariq, "Sam": cast.sam, "Eve": cast.eve}
        farmers = units.create_team(self.scope, "Farmers", department_id=cast.partners).id
        moves.join_team(self.scope, cast.eve, farmers, from_day=on(0))
        self.teams = {"Hunters": cast.hunters, "Farmers": farmers}
        self.deals: dict[str, Deal] = {}
        # The teams of each on each day.
        at_first = {"Tariq": {"Hunters"}, "Sam": {"Hunters"}, "Eve": {"Farmers"}, "Rosa": set[str]()}
        self.member = {name: [teams] * 100 for name, teams in at_first.items()}
        self.boards = {
            each: board(self.scope, metric=each[0], rank_by=each[1], entrants=each[2], count=20) for each in BOARDS
        }

    def is_in(self, person: str, team: str, day: date) -> bool:
        number = (day - on(0)).days
        return 0 <= number < 100 and team in self.member[person][number]

    def expected(self, which: tuple[str, str, str], period: str, as_of: date) -> list[str]:
        """What the oracle says."""
        metric, rank_by, entrants = which
        organization = directory.own_organization(self.scope)
        chosen = BoardPeriod(period)
        start = period_of(chosen, as_of, organization).start
        before = stretch_before(chosen, Window(start, as_of + timedelta(days=1)), organization)
        is_level = metric == "pipeline_value"
        ask = Ask(is_level, rank_by, start, as_of, (before.start, before.last))
        all_of = oracle.gains(self.deals.values(), is_level=is_level)
        if entrants == "people":
            return oracle.standings(PEOPLE, lambda name, _: (each for each in all_of if each.person == name), ask)
        there = [team for team in self.teams if any(self.is_in(person, team, as_of) for person in PEOPLE)]

        def of_team(team: str, last: date) -> Iterator[Gain]:
            return (each for each in all_of if self.is_in(each.person, team, last if is_level else each.day))

        return oracle.standings(there, of_team, ask)

    def found(self, which: tuple[str, str, str], as_of: date, known_at: datetime | None = None) -> list[str]:
        return placed(asked(self.scope, self.boards[which], as_of, known_at))


Step = Callable[[World], object]


def sold(key: str, owner: str, day: int, amount: int, is_won: bool) -> Step:
    """A deal comes in, or is another one from now on: somebody else's, of another day, or for another price."""

    def step(world: World) -> None:
        world.deals[key] = Deal(owner, day, amount, is_won)
        (won if is_won else opened)(world.scope, key, owner, day, amount)

    return step


def moved(person: str, team: str, day: int, stays: bool) -> Step:
    """Somebody joins a team from a day on, and leaves all others unless `stays`."""

    def step(world: World) -> None:
        member, person_id = world.member[person], world.people[person]
        for other, number in world.teams.items():
            if other != team and not stays and any(other in teams for teams in member[day:]):
                moves.leave_team(world.scope, person_id, number, from_day=on(day))
        moves.join_team(world.scope, person_id, world.teams[team], from_day=on(day))
        world.member[person] = [
            teams if number < day else {*(teams if stays else ()), team} for number, teams in enumerate(member)
        ]

    return step


# Few amounts, so that there are ties.
amounts, days = st.sampled_from([0, 10, 20, -10]), st.integers(0, 58)
steps = st.one_of(
    st.builds(sold, st.sampled_from("abcdefgh"), st.sampled_from(PEOPLE), days, amounts, st.booleans()),
    st.builds(sold, st.sampled_from("ijklmnop"), st.sampled_from(PEOPLE), days, amounts, st.just(value=True)),
    st.builds(moved, st.sampled_from(PEOPLE[1:]), st.sampled_from(["Hunters", "Farmers"]), days, st.booleans()),
)


@given(
    story=st.lists(steps, min_size=5, max_size=16),
    days_asked=st.lists(st.integers(20, 45), min_size=2, max_size=2),
    period=st.sampled_from(BoardPeriod.values),
)
@STORIES
def test_any_standings_are_those_counted_by_hand(
    cast: Cast, story: list[Step], days_asked: list[int], period: str
) -> None:
    from paceline.boards.actions import edit_board

    with cast.scope.connection.transaction(force_rollback=True):
        world = World(cast)
        for number in world.boards.values():
            edit_board(world.scope, number, period=period)
        first, second = map(on, days_asked)
        seen: list[tuple[datetime, dict[tuple[str, str, str], list[str]]]] = []
        for place, step in enumerate(story):
            step(world)
            if place % 4 == 0:
                seen.append((stamp(world.scope), {each: world.found(each, second) for each in BOARDS}))
        for each in BOARDS:
            assert world.found(each, first) == world.expected(each, period, first), each
            assert world.found(each, second) == world.expected(each, period, second), each
        for then, shown in seen:
            assert {each: world.found(each, second, then) for each in BOARDS} == shown
