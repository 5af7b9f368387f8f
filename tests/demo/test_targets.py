"""The targets of the sample: all metrics, units that add up or visibly do not."""

from collections import defaultdict
from datetime import date

import pytest

from paceline.demo import company, targets
from paceline.demo.targets import Goal
from paceline.demo.teams import PROFILES
from paceline.domain.calendar import window_of
from paceline.domain.metric import BUILT_IN
from tests.demo.days import DAYS, TODAY


def by_kind(goal: Goal, kind: str) -> dict[str, int]:
    return {each.name: each.value for each in goal.shares if each.kind == kind}


def left_over(goal: Goal, today: date) -> dict[str, int]:
    """Of each unit that gives on, what it has over; less than nothing if it gave on too much."""
    below: dict[str, int] = defaultdict(int)
    below["organization"] = sum(by_kind(goal, "department").values())
    for team, value in by_kind(goal, "team").items():
        below[PROFILES[team].department] += value
    window = window_of(goal.period, goal.start)
    for member in company.people(today):
        stay = member.stay_in(window)
        if stay and member.email in by_kind(goal, "person"):
            below[stay.team] += by_kind(goal, "person")[member.email]
    own = {"organization": goal.shares[0].value, **by_kind(goal, "department"), **by_kind(goal, "team")}
    return {name: own[name] - value for name, value in below.items() if own[name] != value}


@pytest.mark.parametrize("today", DAYS)
def test_all_metrics_and_every_name_once(today: date) -> None:
    goals = targets.goals(company.people(today), today)
    assert {each.metric for each in goals} == {each.key for each in BUILT_IN}
    assert len({each.name for each in goals}) == len(goals)
    assert all(share.value > 0 for each in goals for share in each.shares)
    assert all(each.shares[0].kind == "organization" for each in goals)


def test_the_year_from_the_organization_to_everybody_who_sells() -> None:
    year = targets.goals(company.people(TODAY), TODAY)[0]
    assert (year.name, year.start, len(year.shares)) == ("Revenue 2026", date(2026, 1, 1), 58)
    assert by_kind(year, "department").keys() == {"Sales", "Customer Growth", "Partnerships"}
    # Mid-Market gave on too much; Renewals and Partnerships kept some.
    left = left_over(year, TODAY)
    assert left.keys() == {"Mid-Market", "Renewals", "Partnerships"}
    assert left["Mid-Market"] < 0 < left["Renewals"]


def test_one_target_is_not_wholly_given_on() -> None:
    goals = {each.name: each for each in targets.goals(company.people(TODAY), TODAY)}
    assert left_over(goals["Deals won Q3 2026"], TODAY)["organization"] > 0
    assert "organization" not in left_over(goals["Revenue Q3 2026"], TODAY)


def test_who_came_is_asked_for_less_and_who_left_for_nothing_more() -> None:
    people = company.people(TODAY)
    year, quarter = targets.goals(people, TODAY)[:2]
    full = by_kind(year, "person")[company.email("Emily Zhang")]
    assert by_kind(year, "person")[company.email(company.JOINER)] < full
    assert (
        by_kind(quarter, "person")[company.email(company.LEAVER)]
        < by_kind(quarter, "person")[company.email("Grace Kim")]
    )
