"""Where the people of a file are, from when, and which units are made for them."""

from paceline.org.actions.moves import end_person, join_team, move_person
from paceline.org.actions.people import create_person
from paceline.org.actions.units import create_team
from paceline.org.models import Team
from tests.org.cast import Cast, history, on, people
from tests.org.rows import Row, refusals, take


def test_a_changed_department_is_a_move_today_or_on_the_rows_day(cast: Cast):
    rows = (
        Row(2, "Sam", department=("Partners",)),
        Row(3, "Eve", department=("Sales", "Field"), from_day=on(59)),
    )
    assert take(cast.scope, *rows).changed == 2
    assert history(cast.scope, cast.sam) == ["Field 0-100", "Hunters* 0-", "Partners 100-"]
    assert history(cast.scope, cast.eve) == ["Partners 0-59", "Field 59-"]
    assert take(cast.scope, *rows, today=on(150)).unchanged == 2


def test_a_changed_team_takes_the_place_of_the_primary_one(cast: Cast):
    tigers = create_team(cast.scope, "Tigers").id
    join_team(cast.scope, cast.sam, tigers, from_day=on(10), is_lead=True)
    assert take(cast.scope, Row(2, "Sam", teams=("Hunters",))).unchanged == 1
    assert take(cast.scope, Row(2, "Sam", teams=("owls",))).teams == ["owls"]
    assert history(cast.scope, cast.sam) == ["Field 0-", "Hunters* 0-100", "Tigers+ 10-", "owls* 100-"]
    assert take(cast.scope, Row(2, "Sam", teams=("Tigers",)), today=on(110)).changed == 1
    assert history(cast.scope, cast.sam)[2:] == ["Tigers+ 10-110", "owls* 100-110", "Tigers*+ 110-"]


def test_several_teams_are_all_of_them_with_the_first_as_primary(cast: Cast):
    rows = (Row(2, "Sam", teams=("Tigers", "Owls")),)
    assert take(cast.scope, *rows).teams == ["Tigers", "Owls"]
    assert history(cast.scope, cast.sam) == ["Field 0-", "Hunters* 0-100", "Tigers* 100-", "Owls 100-"]
    assert take(cast.scope, *rows, today=on(150)).unchanged == 1
    assert take(cast.scope, Row(2, "Sam", teams=("Owls", "Tigers")), today=on(150)).changed == 1
    assert history(cast.scope, cast.sam)[2:] == [
        "Tigers* 100-150",
        "Owls 100-150",
        "Tigers 150-",
        "Owls* 150-",
    ]


def test_a_first_department_holds_for_all_days_unless_the_row_dates_it(cast: Cast):
    omar = create_person(cast.scope, name="Omar", hire_day=on(31)).id
    anna = create_person(cast.scope, name="Anna", hire_day=on(31)).id
    take(
        cast.scope,
        Row(2, "Omar", department=("Field",), teams=("Hunters",)),
        Row(3, "Anna", department=("Field",), from_day=on(40)),
    )
    assert history(cast.scope, omar) == ["Field 31-", "Hunters* 31-"]
    assert history(cast.scope, anna) == ["Field 40-"]


def test_hire_and_end_dates_draw_the_line_for_every_membership(cast: Cast):
    row = Row(2, "Sam", hire_day=on(-31), end_day=on(58))
    assert take(cast.scope, row).changed == 1
    assert history(cast.scope, cast.sam) == ["Field -31-59", "Hunters* -31-59"]
    assert take(cast.scope, row).unchanged == 1


def test_whoever_has_left_moves_only_on_a_day_that_is_said(cast: Cast):
    end_person(cast.scope, cast.sam, end_day=on(58))
    assert take(cast.scope, Row(2, "Sam", department=("Field",))).unchanged == 1
    summary = take(
        cast.scope,
        Row(2, "Sam", department=("Partners",)),
        Row(3, "Eve", department=("Field",), from_day=on(-1)),
    )
    assert refusals(summary) == [
        (2, "from", "2025-04-11 is after the last day, 2025-02-28: say from which day before it"),
        (3, "from", "2024-12-31 is before the hire day, 2025-01-01"),
    ]
    take(cast.scope, Row(2, "Sam", department=("Partners",), from_day=on(31)))
    assert history(cast.scope, cast.sam) == ["Field 0-31", "Hunters* 0-59", "Partners 31-59"]


def test_whoever_is_hired_later_moves_then(cast: Cast):
    omar = create_person(cast.scope, name="Omar", hire_day=on(200), department_id=cast.field).id
    move_person(cast.scope, omar, department_id=cast.sales, from_day=on(250))
    take(cast.scope, Row(2, "Omar", department=("Partners",)))
    assert history(cast.scope, omar) == ["Partners 200-"]


def test_a_team_hangs_where_all_its_rows_agree(cast: Cast):
    summary = take(
        cast.scope,
        Row(2, "Anna", department=("Field",), teams=("Owls", "Foxes")),
        Row(3, "Berta", department=("Sales", "FIELD"), teams=("owls",)),
        Row(4, "Carla", teams=("Owls",)),
        Row(5, "Dora", department=("Partners",), teams=("Foxes",)),
    )
    assert summary.notes == ["team Foxes is named with several departments: it hangs under none"]
    hung = dict(Team.objects.filter(name__in=["Owls", "Foxes"]).values_list("name", "department_id"))
    assert hung == {"Owls": cast.field, "Foxes": None}


def test_a_department_is_where_it_is_and_a_file_does_not_move_it(cast: Cast):
    summary = take(
        cast.scope,
        Row(2, "Anna", department=("Partners", "Field")),
        Row(3, "Berta", department=("World", "Sales")),
        Row(4, "Carla", department=("East", "Wine")),
        Row(5, "Dora", department=("West", "Wine")),
        Row(6, "Elsa", department=("Wine", "East")),
        Row(7, "Fina", department=("Oil", "Oil")),
        Row(8, "Gina", department=("Wine", "Red")),
    )
    assert refusals(summary) == [
        (2, "department", "Field is under Sales: move it, then import again"),
        (3, "department", "Sales is at the top: move it, then import again"),
        (5, "department", "an earlier row has Wine under East"),
        (6, "department", "Wine / East would have a department under itself"),
        (7, "department", "Oil / Oil would have a department under itself"),
    ]
    assert summary.departments == ["East", "Wine", "Red"]
    assert people(cast.scope)["Gina"] == ". . Red -"


def test_no_unit_is_made_for_a_row_that_is_refused(cast: Cast):
    summary = take(cast.scope, Row(2, "Anna", department=("Moon",), teams=("Rockets",), manager="nobody"))
    assert (summary.departments, summary.teams) == ([], [])
    assert refusals(summary) == [(2, "manager", "there is no person 'nobody'")]
