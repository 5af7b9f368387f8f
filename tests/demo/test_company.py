"""The people of the sample: how many, under whom, and the stories among them."""

from datetime import date, timedelta

import pytest

from paceline.demo import company
from paceline.demo.teams import DEPARTMENTS, PROFILES
from tests.demo.days import DAYS, TODAY


@pytest.mark.parametrize("today", DAYS)
def test_sixty_people_in_three_departments_and_eight_teams(today: date) -> None:
    people = company.people(today)
    assert (len(people), len({each.email for each in people})) == (60, 60)
    assert {each.department for each in people} - {None} == set(DEPARTMENTS)
    assert list(company.TEAMS) == list(PROFILES)
    assert len(PROFILES) == 8


def test_everybody_reports_to_somebody_above() -> None:
    seen: set[str] = set()
    for each in company.people(TODAY):
        assert (each.manager in seen) == (each.name != company.DIRECTOR)
        seen.add(each.name)


def test_who_sells_carries_a_quota() -> None:
    assert {each.name for each in company.people(TODAY) if not each.quota_carrying} == {
        company.DIRECTOR,
        company.ANALYST,
        *company.HEADS.values(),
    }


@pytest.mark.parametrize("today", DAYS)
def test_who_moved_who_came_who_left(today: date) -> None:
    people = {each.name: each for each in company.people(today)}
    before, after = people[company.MOVER].stays
    assert (before.team, after.team) == ("Small Business", "Mid-Market")
    assert before.window.end == after.window.start <= today
    assert company.moved_on(today).day != 1
    assert today - timedelta(days=120) < people[company.JOINER].hire_day < today
    assert [each.name for each in people.values() if each.end_day] == [company.LEAVER]


def test_addresses_are_plain() -> None:
    assert company.email("Zoë Laurent") == "zoe.laurent@northwind.example"
    assert all(each.email.isascii() and " " not in each.email for each in company.people(TODAY))
