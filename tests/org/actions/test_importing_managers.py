"""Whom the people of a file report to."""

from paceline.org.actions.people import set_external_id
from tests.org.cast import Cast, people
from tests.org.rows import Row, refusals, take


def test_managers_are_found_wherever_in_the_file_they_stand(cast: Cast):
    set_external_id(cast.scope, cast.eve, "hr", "18")
    take(
        cast.scope,
        Row(2, "Anna", manager="Berta"),
        Row(3, "Berta", "berta@acme.example", manager="18"),
        Row(4, "Carla", manager="BERTA@acme.example"),
        Row(5, "Sam", manager="Samantha"),
        Row(6, "Samantha", manager="rosa"),
    )
    reports = {name: told.split()[1] for name, told in people(cast.scope).items()}
    assert reports | {"Tariq": "Rosa"} == {
        "Anna": "Berta",
        "Berta": "Eve",
        "Carla": "Berta",
        "Eve": "Rosa",
        "Rosa": ".",
        "Sam": "Samantha",
        "Samantha": "Rosa",
        "Tariq": "Rosa",
    }


def test_a_refused_manager_takes_their_new_people_along_but_no_others(cast: Cast):
    summary = take(
        cast.scope,
        Row(2, "Anna", manager="Berta"),
        Row(3, "Berta", manager="Carla"),
        Row(4, "Carla", manager="nobody"),
        Row(5, "Tariq", manager="nobody"),
        Row(6, "Dora", manager="Tariq"),
    )
    assert refusals(summary) == [
        (2, "manager", "the manager's own row, line 3, is refused"),
        (3, "manager", "the manager's own row, line 4, is refused"),
        (4, "manager", "there is no person 'nobody'"),
        (5, "manager", "there is no person 'nobody'"),
    ]
    assert people(cast.scope)["Dora"] == ". Tariq ."


def test_a_reporting_circle_is_refused_with_the_way_round_it(cast: Cast):
    summary = take(
        cast.scope,
        Row(2, "Rosa", manager="Sam"),
        Row(3, "Anna", manager="Berta"),
        Row(4, "Berta", manager="Anna"),
        Row(5, "Carla", manager="carla"),
        Row(6, "Dora", manager="Berta"),
    )
    assert refusals(summary) == [
        (2, "manager", "Rosa cannot report to Sam: Sam reports to Tariq, who reports to Rosa"),
        (3, "manager", "Anna cannot report to Berta: Berta reports to Anna"),
        (4, "manager", "Berta cannot report to Anna: Anna reports to Berta"),
        (5, "manager", "Carla cannot report to Carla"),
        (6, "manager", "there is no person 'Berta'"),
    ]


def test_a_circle_that_the_file_itself_opens_is_none(cast: Cast):
    rows = Row(2, "Rosa", manager="Sam"), Row(3, "Sam", manager="Eve"), Row(4, "Eve", manager="Omar")
    summary = take(cast.scope, *rows)
    assert refusals(summary) == [
        (2, "manager", "Rosa cannot report to Sam: Sam reports to Eve, who reports to Rosa"),
        (3, "manager", "Sam cannot report to Eve: Eve reports to Rosa, who reports to Sam"),
        (4, "manager", "there is no person 'Omar'"),
    ]
    assert take(cast.scope, *rows, Row(5, "Omar")).rejected == []
