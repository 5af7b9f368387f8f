"""Who was in which unit when, against asking day by day."""

from datetime import date, timedelta
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.domain.rollup import (
    DepartmentAboveItself,
    MembershipSpan,
    PlacementSpan,
    Stay,
    flatten,
)

EPOCH = date(2025, 1, 1)
# Rosa runs Sales; Tariq leads the Hunters in Field, where Sam sells; Eve sells in Partners.
SALES, FIELD, PARTNERS, EAST = 1, 2, 3, 4
HUNTERS = 2
SAM, EVE = 11, 12
DEPARTMENTS = [SALES, FIELD, PARTNERS, EAST, 5]
HORIZON = 8


def on(number: int) -> date:
    return EPOCH + timedelta(days=number)


def within(unit: int, person: int, first: date = DAY_ALWAYS, after: date = DAY_NEVER) -> Stay:
    return Stay("department", unit, person, first, after)


def member(unit: int, person: int, first: date = DAY_ALWAYS, after: date = DAY_NEVER) -> MembershipSpan:
    return MembershipSpan(person, "department", unit, first, after)


def under(department: int, parent: int, first: date = DAY_ALWAYS, after: date = DAY_NEVER) -> PlacementSpan:
    return PlacementSpan(department, parent, first, after)


class TestStories:
    def test_somebody_is_in_every_department_above_and_in_no_other(self) -> None:
        placements = [under(EAST, FIELD), under(FIELD, SALES), under(PARTNERS, SALES)]
        assert flatten([member(EAST, SAM)], placements) == {
            within(EAST, SAM),
            within(FIELD, SAM),
            within(SALES, SAM),
        }

    def test_a_team_has_its_direct_members_only(self) -> None:
        """The team's number is also a department's: the two trees do not mix."""
        team = MembershipSpan(SAM, "team", HUNTERS, on(0), on(5))
        assert flatten([team], [under(FIELD, SALES)]) == {Stay("team", HUNTERS, SAM, on(0), on(5))}

    def test_who_moves_within_a_department_stays_in_it(self) -> None:
        memberships = [member(FIELD, SAM, on(0), on(5)), member(PARTNERS, SAM, on(5), on(9))]
        assert flatten(memberships, [under(FIELD, SALES), under(PARTNERS, SALES)]) == {
            within(FIELD, SAM, on(0), on(5)),
            within(PARTNERS, SAM, on(5), on(9)),
            within(SALES, SAM, on(0), on(9)),
        }

    def test_who_leaves_and_comes_back_has_two_stays(self) -> None:
        memberships = [member(FIELD, SAM, on(0), on(5)), member(FIELD, SAM, on(6), on(9))]
        assert flatten(memberships, [under(FIELD, SALES)]) == {
            within(unit, SAM, *days) for unit in (FIELD, SALES) for days in ((on(0), on(5)), (on(6), on(9)))
        }

    def test_a_department_that_moves_takes_its_people_along_from_that_day(self) -> None:
        placements = [
            under(EAST, FIELD, DAY_ALWAYS, on(5)),
            under(EAST, PARTNERS, on(5)),
            under(FIELD, SALES),
        ]
        assert flatten([member(EAST, SAM, on(2), on(8))], placements) == {
            within(EAST, SAM, on(2), on(8)),
            within(FIELD, SAM, on(2), on(5)),
            within(SALES, SAM, on(2), on(5)),
            within(PARTNERS, SAM, on(5), on(8)),
        }

    def test_who_runs_a_department_and_sells_in_one_below_is_in_it_once(self) -> None:
        memberships = [member(SALES, EVE, on(0), on(6)), member(FIELD, EVE, on(3), on(9))]
        found = flatten(memberships, [under(FIELD, SALES)])
        assert found == {within(SALES, EVE, on(0), on(9)), within(FIELD, EVE, on(3), on(9))}

    def test_spans_without_days_say_nothing(self) -> None:
        memberships = [member(FIELD, SAM, on(3), on(3)), member(EAST, EVE, on(0), on(9))]
        assert flatten(memberships, [under(EAST, FIELD, on(4), on(4)), under(FIELD, FIELD, on(4), on(2))]) == {
            within(EAST, EVE, on(0), on(9))
        }

    def test_departments_may_change_places_on_a_day(self) -> None:
        placements = [under(FIELD, EAST, on(0), on(5)), under(EAST, FIELD, on(5), on(9))]
        assert flatten([member(FIELD, SAM), member(EAST, EVE)], placements) == {
            within(FIELD, SAM),
            within(EAST, SAM, on(0), on(5)),
            within(EAST, EVE),
            within(FIELD, EVE, on(5), on(9)),
        }


# Days as numbers, so that the oracle shares nothing with what it checks.
Cut = tuple[int, int]
CUTS = st.tuples(st.integers(0, HORIZON), st.integers(1, HORIZON)).map(lambda pair: (pair[0], sum(pair)))


@st.composite
def placements(draw: st.DrawFn) -> list[PlacementSpan]:
    """For each department a history without overlaps, cut at a few days; cycles may happen."""
    made: list[PlacementSpan] = []
    for department in DEPARTMENTS:
        cuts = sorted(draw(st.sets(st.integers(0, HORIZON - 1), max_size=3)))
        for first, after in pairwise([*cuts, HORIZON]):
            parent = draw(st.sampled_from([None, *DEPARTMENTS]))
            # Mostly upwards, so that most trees have no cycle.
            if parent is not None and (parent < department or draw(st.integers(0, 9)) == 0):
                made.append(under(department, parent, on(first), on(after)))
    return draw(st.permutations(made))


@st.composite
def memberships(draw: st.DrawFn) -> list[MembershipSpan]:
    """Any spans of two people, overlapping or not."""
    made: list[MembershipSpan] = []
    for _ in range(draw(st.integers(0, 8))):
        first, after = draw(CUTS)
        kind, unit = draw(st.sampled_from(["department", "team"])), draw(st.sampled_from(DEPARTMENTS))
        made.append(MembershipSpan(draw(st.sampled_from([SAM, EVE])), kind, unit, on(first), on(after)))
    return made


def above_on(day: date, spans: list[PlacementSpan]) -> dict[int, int]:
    return {each.department_id: each.parent_id for each in spans if each.from_day <= day < each.to_day}


def way_up(department: int, above: dict[int, int]) -> list[int] | None:
    """The departments from this one up; None if the way leads back to where it was."""
    path = [department]
    while path[-1] in above:
        path.append(above[path[-1]])
        if path[-1] in path[:-1]:
            return None
    return path


def has_cycle(day: date, spans: list[PlacementSpan]) -> bool:
    above = above_on(day, spans)
    return any(way_up(department, above) is None for department in DEPARTMENTS)


ALL_DAYS = [on(number) for number in range(-1, 2 * HORIZON + 1)]


@given(memberships(), placements())
def test_every_day_has_the_people_that_asking_on_that_day_finds(
    members: list[MembershipSpan], spans: list[PlacementSpan]
) -> None:
    if any(has_cycle(day, spans) for day in ALL_DAYS):
        with pytest.raises(DepartmentAboveItself) as refused:
            flatten(members, spans)
        day, path = refused.value.day, refused.value.path
        above = above_on(day, spans)
        assert path[0] == path[-1]
        assert [above[each] for each in path[:-1]] == path[1:]
        return
    stays = flatten(members, spans)
    for day in ALL_DAYS:
        above = above_on(day, spans)
        asked = {
            (each.unit_kind, unit, each.person_id)
            for each in members
            if each.from_day <= day < each.to_day
            for unit in ((way_up(each.unit_id, above) or []) if each.unit_kind == "department" else [each.unit_id])
        }
        told = [each[:3] for each in stays if each.from_day <= day < each.to_day]
        assert sorted(told) == sorted(asked)
    for each in stays:
        assert each.from_day < each.to_day
        # Stays that touch are one stay.
        assert not any(each[:3] == other[:3] and each.to_day == other.from_day for other in stays)


def test_ten_thousand_people_five_levels_deep_are_quick() -> None:
    level, placed = [1], list[PlacementSpan]()
    for _ in range(4):
        children = [(parent * 5 + number, parent) for parent in level for number in range(5)]
        placed += [under(child, parent) for child, parent in children]
        level = [child for child, _ in children]
    people = [member(level[number % len(level)], number) for number in range(10_000)]
    begun = process_time()
    stays = flatten(people, placed)
    # A fifth of a second in fact; what looks up the tree for each person takes many times as long.
    assert process_time() - begun < 2
    assert len(stays) == 50_000
