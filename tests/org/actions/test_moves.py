"""Sam moves about, and the figures' idea of who was where follows exactly."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import LockNotAvailable

from paceline.errors import InvalidInput, NotFound
from paceline.org import rollup
from paceline.org.actions.moves import end_person, join_team, leave_team, move_person
from paceline.org.actions.units import create_team, place_department
from tests.org.cast import EPOCH, Cast, changes, history, on, stays
from tests.org.conftest import cast_on

DAYS = 8


def test_a_move_closes_one_membership_and_opens_the_next(cast: Cast):
    move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(59), reason="new region")
    assert history(cast.scope, cast.sam) == ["Field 0-59", "Hunters* 0-", "Partners 59-"]
    assert rollup.verify(cast.scope) == []


def test_a_move_on_the_day_of_the_last_one_replaces_it(cast: Cast):
    for department in (cast.partners, cast.sales):
        move_person(cast.scope, cast.sam, department_id=department, from_day=on(59))
    assert history(cast.scope, cast.sam) == ["Field 0-59", "Hunters* 0-", "Sales 59-"]


def test_a_move_into_the_past_rewrites_what_came_after(cast: Cast):
    move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(59))
    move_person(cast.scope, cast.sam, department_id=cast.sales, from_day=on(31))
    assert history(cast.scope, cast.sam) == ["Field 0-31", "Hunters* 0-", "Sales 31-"]
    assert rollup.verify(cast.scope) == []


def test_a_move_into_the_future_waits_there(cast: Cast):
    move_person(cast.scope, cast.sam, department_id=None, from_day=date(2030, 1, 1))
    held = stays(cast.scope, 1)
    assert (0, "department", cast.field, cast.sam) in held


def test_a_move_to_where_one_is_leaves_no_trace(cast: Cast):
    move_person(cast.scope, cast.sam, department_id=cast.field, from_day=on(31))
    assert history(cast.scope, cast.sam) == ["Field 0-", "Hunters* 0-"]
    assert changes(cast.scope, "move_person") == []


def test_the_trail_tells_a_move_by_names_with_its_reason(cast: Cast):
    move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(59), reason=" new region ")
    ((kind, old, new, reason),) = changes(cast.scope, "move_person")
    told = [[(row["department"], row["from_day"], row["to_day"]) for row in rows["memberships"]] for rows in (old, new)]
    assert (kind, reason) == ("person", "new region")
    assert told == [
        [("Field", "2025-01-01", "9999-12-31")],
        [("Field", "2025-01-01", "2025-03-01"), ("Partners", "2025-03-01", "9999-12-31")],
    ]


def test_someone_in_two_teams_keeps_the_first_as_primary_until_told_otherwise(cast: Cast):
    tigers = create_team(cast.scope, "Tigers").id
    join_team(cast.scope, cast.sam, tigers, from_day=on(31))
    assert history(cast.scope, cast.sam) == ["Field 0-", "Hunters* 0-", "Tigers 31-"]
    join_team(cast.scope, cast.sam, tigers, from_day=on(59), is_primary=True, is_lead=True)
    assert history(cast.scope, cast.sam) == [
        "Field 0-",
        "Hunters* 0-59",
        "Tigers 31-59",
        "Hunters 59-",
        "Tigers*+ 59-",
    ]


def test_whoever_leaves_the_primary_team_has_the_next_as_primary(cast: Cast):
    tigers = create_team(cast.scope, "Tigers").id
    join_team(cast.scope, cast.sam, tigers, from_day=on(31))
    leave_team(cast.scope, cast.sam, cast.hunters, from_day=on(59))
    assert history(cast.scope, cast.sam) == ["Field 0-", "Hunters* 0-59", "Tigers 31-59", "Tigers* 59-"]
    assert rollup.verify(cast.scope) == []


def test_leaving_closes_every_membership_after_the_last_day_and_can_be_taken_back(cast: Cast):
    assert end_person(cast.scope, cast.sam, end_day=on(58)).end_day == on(58)
    assert history(cast.scope, cast.sam) == ["Field 0-59", "Hunters* 0-59"]
    end_person(cast.scope, cast.sam, end_day=on(99))
    assert history(cast.scope, cast.sam) == ["Field 0-100", "Hunters* 0-100"]
    end_person(cast.scope, cast.sam, end_day=None, reason="stays after all")
    assert history(cast.scope, cast.sam) == ["Field 0-", "Hunters* 0-"]
    assert rollup.verify(cast.scope) == []


def test_a_move_needs_someone_who_is_there(cast: Cast):
    end_person(cast.scope, cast.sam, end_day=on(58))
    refusals = {
        EPOCH.replace(year=2024): "2024-01-01 is before Sam was hired, on 2025-01-01",
        on(59): "2025-03-01 is after Sam's last day, 2025-02-28",
        date(2925, 1, 1): "2925-01-01 is not a day between 1900-01-01 and 2199-12-31",
    }
    for day, message in refusals.items():
        with pytest.raises(InvalidInput) as refused:
            move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=day)
        assert refused.value.faults[0].where == "from_day"
        assert refused.value.faults[0].message == message


def test_nobody_ends_before_they_begin(cast: Cast):
    with pytest.raises(InvalidInput, match="2024-12-31 is before the hire day, 2025-01-01"):
        end_person(cast.scope, cast.sam, end_day=on(-1))


def test_people_and_units_of_another_organization_are_not_found(cast: Cast):
    with pytest.raises(NotFound, match="no such person"):
        move_person(cast.scope, cast.olga, department_id=cast.field, from_day=EPOCH)
    with pytest.raises(NotFound, match="no such department"):
        move_person(cast.abroad, cast.olga, department_id=cast.field, from_day=EPOCH)
    with pytest.raises(NotFound, match="no such team"):
        join_team(cast.abroad, cast.olga, cast.hunters, from_day=EPOCH)


def test_a_verb_keeps_every_other_writer_of_the_organization_waiting(committed):
    connection = committed.connect()
    other = committed.connect()
    from paceline import edge

    with transaction.atomic(), edge.unscoped():
        cast = cast_on(edge.raw_connection())
    with transaction.atomic(), edge.unscoped():
        move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(59))
        with pytest.raises(LockNotAvailable):
            other.execute("SELECT FROM ledger_clock WHERE org_id = %s FOR UPDATE NOWAIT", [cast.scope.org_id])
        connection.execute("SELECT FROM ledger_clock WHERE org_id = %s FOR UPDATE NOWAIT", [cast.abroad.org_id])


@dataclass
class Oracle:
    """A note for every day: where each person is, and what each department is under."""

    departments: dict[tuple[int, int], int | None] = field(default_factory=dict)
    teams: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    above: dict[tuple[int, int], int | None] = field(default_factory=dict)

    def place(self, department: int, parent: int | None, day: int) -> bool:
        """Whether it can be: nothing is ever above itself."""
        above = {**self.above, **{(each, department): parent for each in range(day, DAYS)}}
        for each in range(DAYS):
            at, way = parent, {department}
            while each >= day and at is not None:
                if at in way:
                    return False
                way.add(at)
                at = above.get((each, at))
        self.above = above
        return True

    def stays(self) -> set[tuple[int, str, int, int]]:
        found = {(day, "team", team, person) for (person, day), teams in self.teams.items() for team in teams}
        for (person, day), department in self.departments.items():
            at = department
            while at is not None:
                found.add((day, "department", at, person))
                at = self.above.get((day, at))
        return found


def noted(cast: Cast, teams: list[int]) -> Oracle:
    """The oracle's notes of the cast as it begins."""
    at = {cast.rosa: cast.sales, cast.tariq: cast.field, cast.sam: cast.field, cast.eve: cast.partners}
    return Oracle(
        {(person, day): unit for person, unit in at.items() for day in range(DAYS)},
        {
            (person, day): {teams[0]} if person in {cast.tariq, cast.sam} else set()
            for person in at
            for day in range(DAYS)
        },
        {(day, each): cast.sales for each in (cast.field, cast.partners) for day in range(DAYS)},
    )


numbers, days = st.integers(0, 3), st.integers(0, DAYS - 1)
sayings = st.tuples(st.sampled_from(("move", "join", "leave", "place")), numbers, numbers, days)


@given(st.lists(sayings, min_size=1, max_size=8))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_sequence_of_moves_the_roll_up_is_what_a_day_by_day_oracle_says(cast: Cast, said):
    with transaction.atomic():
        _play(cast, said)
        transaction.set_rollback(True)


def _play(cast: Cast, said: list[tuple[str, int, int, int]]) -> None:
    teams = [cast.hunters, *(create_team(cast.scope, name).id for name in ("Tigers", "Owls", "Foxes"))]
    people = [cast.rosa, cast.tariq, cast.sam, cast.eve]
    departments = [cast.sales, cast.field, cast.partners, None]
    oracle = noted(cast, teams)
    for verb, who, where, day in said:
        person, after = people[who], range(day, DAYS)
        match verb:
            case "move":
                move_person(cast.scope, person, department_id=departments[where], from_day=on(day))
                oracle.departments |= {(person, each): departments[where] for each in after}
            case "join":
                join_team(cast.scope, person, teams[where], from_day=on(day), is_primary=who > 1)
                oracle.teams |= {(person, each): oracle.teams[person, each] | {teams[where]} for each in after}
            case "leave":
                leave_team(cast.scope, person, teams[where], from_day=on(day))
                oracle.teams |= {(person, each): oracle.teams[person, each] - {teams[where]} for each in after}
            case _:
                _place(cast, oracle, departments[who] or cast.sales, departments[where], day)
    assert stays(cast.scope, DAYS) == oracle.stays()
    assert rollup.verify(cast.scope) == []


def _place(cast: Cast, oracle: Oracle, department: int, parent: int | None, day: int) -> None:
    if oracle.place(department, parent, day):
        place_department(cast.scope, department, parent, from_day=on(day))
        return
    with pytest.raises(InvalidInput, match="cannot be under"):
        place_department(cast.scope, department, parent, from_day=on(day))
