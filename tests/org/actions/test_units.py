"""Rosa shapes the tree, and is told in words when it would bite its tail."""

from datetime import date

import pytest

from paceline.errors import InvalidInput, NotFound
from paceline.org import rollup
from paceline.org.actions.units import (
    create_department,
    create_team,
    hang_team,
    place_department,
    placements,
    rename_department,
    rename_team,
)
from tests.org.cast import Cast, changes, on, stays


def test_a_department_placed_elsewhere_from_a_day_keeps_its_past(cast: Cast):
    place_department(cast.scope, cast.partners, cast.field, from_day=on(2), reason="fewer heads")
    held = stays(cast.scope, 4)
    in_field = {day for day, kind, unit, person in held if (kind, unit, person) == ("department", cast.field, cast.eve)}
    assert in_field == {2, 3}
    assert {(day, "department", cast.sales, cast.eve) for day in range(4)} <= held
    assert rollup.verify(cast.scope) == []


def test_a_department_can_go_to_the_top(cast: Cast):
    place_department(cast.scope, cast.partners, None, from_day=on(2))
    held = stays(cast.scope, 4)
    assert {day for day, _, unit, person in held if (unit, person) == (cast.sales, cast.eve)} == {0, 1}
    assert {day for day, _, unit, person in held if (unit, person) == (cast.partners, cast.eve)} == {
        0,
        1,
        2,
        3,
    }


def test_placing_it_where_it_is_leaves_no_trace(cast: Cast):
    before = placements(cast.scope)
    place_department(cast.scope, cast.partners, cast.sales, from_day=on(31))
    assert placements(cast.scope) == before
    assert changes(cast.scope, "place_department") == []


def test_a_circle_is_refused_with_the_way_round_it(cast: Cast):
    north = create_department(cast.scope, "North", parent_id=cast.field, from_day=on(9)).id
    refusals = {
        (
            cast.sales,
            north,
        ): "Sales cannot be under North from 2025-01-10: North is under Field, which is under Sales",
        (cast.field, cast.field): "Field cannot be under itself",
        (cast.sales, cast.field): "Sales cannot be under Field: Field is under Sales",
    }
    for (department, parent), message in refusals.items():
        with pytest.raises(InvalidInput) as refused:
            place_department(cast.scope, department, parent)
        assert [fault.message for fault in refused.value.faults] == [message]


def test_a_circle_that_no_day_has_is_none(cast: Cast):
    place_department(cast.scope, cast.field, None, from_day=on(31))
    place_department(cast.scope, cast.sales, cast.field, from_day=on(31))
    assert rollup.verify(cast.scope) == []


def test_names_are_taken_whatever_their_case_but_only_in_one_organization(cast: Cast):
    with pytest.raises(InvalidInput, match="name: there is a department 'Field' already"):
        create_department(cast.scope, " fIELD ")
    with pytest.raises(InvalidInput, match="name: there is a team 'Hunters' already"):
        create_team(cast.scope, "HUNTERS")
    with pytest.raises(InvalidInput, match="name: there is a department 'Sales' already"):
        rename_department(cast.scope, cast.field, "sales")
    assert create_department(cast.abroad, "Field").name == "Field"
    assert rename_department(cast.scope, cast.field, "FIELD").name == "FIELD"
    assert create_team(cast.scope, "Field").name == "Field"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "No\0rth", "No\nrth", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(cast: Cast, name: str):
    for create in (create_department, create_team):
        with pytest.raises(InvalidInput, match="name: "):
            create(cast.scope, name)


def test_a_team_hangs_under_one_department_or_none(cast: Cast):
    assert hang_team(cast.scope, cast.hunters, None).department_id is None
    assert hang_team(cast.scope, cast.hunters, cast.partners, reason="moved").department_id == cast.partners
    assert changes(cast.scope, "hang_team") == [
        ("team", {"department_id": cast.field}, {"department_id": None}, ""),
        ("team", {"department_id": None}, {"department_id": cast.partners}, "moved"),
    ]


def test_units_of_another_organization_are_not_found(cast: Cast):
    for refuse in (
        lambda: rename_department(cast.abroad, cast.field, "East"),
        lambda: rename_team(cast.abroad, cast.hunters, "East"),
        lambda: place_department(cast.abroad, cast.field, None),
        lambda: hang_team(cast.abroad, cast.hunters, None),
        lambda: create_department(cast.abroad, "East", parent_id=cast.field),
        lambda: create_team(cast.abroad, "East", department_id=cast.field),
    ):
        with pytest.raises(NotFound):
            refuse()


def test_a_day_out_of_reach_is_refused(cast: Cast):
    with pytest.raises(InvalidInput, match="from_day: 0025-01-01 is not a day between"):
        place_department(cast.scope, cast.field, None, from_day=date(25, 1, 1))


def test_renaming_a_team_leaves_a_trace(cast: Cast):
    rename_team(cast.scope, cast.hunters, "Gatherers", reason="kinder")
    assert changes(cast.scope, "rename_team") == [("team", {"name": "Hunters"}, {"name": "Gatherers"}, "kinder")]
