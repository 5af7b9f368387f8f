"""The main job on real data: 8,800 deals of 35 agents come in, all quarters are as published, the next is planned."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from paceline.facts.sums import Assignee
from tests.databases import Database
from tests.scenarios.maven_plan import VALUE, Arithmetic, Paths, Planner, read
from tests.scenarios.measured import currents
from tests.scenarios.shell import Shell

MAPPINGS = Path(__file__).parents[1] / "data"
QUARTERS = {f"2017Q{number}": date(2017, 3 * number - 2, 1) for number in (1, 2, 3, 4)}
CENTS = 100

Figures = Counter[tuple[str, str, str]]


@pytest.mark.long
def test_maven_quarters_are_exact(shell: Shell, committed: Database, shared_data: Path) -> None:
    maven = shared_data / "maven_crm"
    shell("organization", "create", "--name", "Maven", "--currency", "USD", "--time-zone", "America/New_York")
    people = shell("import", "people", maven / "sales_teams.csv", "--mapping", MAPPINGS / "maven_people.toml")
    deals = [
        "import",
        "deals",
        maven / "sales_pipeline.csv",
        "--mapping",
        MAPPINGS / "maven_deals.toml",
    ]

    brought = shell(*deals)
    again = shell(*deals)

    assert people.told["created"] == "35"
    assert people.told["departments made"] == "Central, East, West"
    assert brought.told == {
        "read": "8,800",
        "created": "8,800",
        "changed": "0",
        "unchanged": "0",
        "stale": "0",
        "rejected": "0",
        "open without an amount": "2,089",
    }
    assert again.told["unchanged"] == "8,800"
    assert shell("verify").out == ""
    for metric, column, unit in (("revenue", "revenue", CENTS), ("deal_count", "won_deals", 1)):
        assert measured(metric) == +expected(maven, column, unit)
    fourth_quarter_is_plain_arithmetic(maven)


def fourth_quarter_is_plain_arithmetic(maven: Path) -> None:
    """3,000,000 for the fourth quarter, down all levels by the third: to the cent, and to whole dollars."""
    from django.db import transaction

    with transaction.atomic():
        plain, planner = Arithmetic(maven), Planner()
        # Five of the 35 agents have no deal at all.
        assert len(plain.without) == 5
        for rounding in (1, CENTS):
            found, without = planner.cascaded(rounding)
            assert found == plain.divided(rounding)
            assert without == plain.without
            check_levels(found)


def check_levels(found: Paths) -> None:
    """Each level adds up to the target, and all below one to that one."""
    for depth in (1, 2, 3):
        assert sum(value for path, value in found.items() if len(path) == depth) == VALUE
    for path, value in found.items():
        below = [each for other, each in found.items() if other[:-1] == path]
        assert sum(below) == value or len(path) == 3


def measured(metric: str) -> Figures:
    """Every quarter's figure of everybody that is not zero."""
    from django.db import transaction

    from paceline import edge
    from paceline.org.models import Department, Person, Team

    with transaction.atomic():
        scope = edge.command_scope()
        names = {Assignee("organization", 0): ("organization", "")}
        for kind, things in (("department", Department), ("team", Team), ("person", Person)):
            names |= {Assignee(kind, each.id): (kind, each.name) for each in things.objects.all()}
        figures: Figures = Counter()
        for quarter, start in QUARTERS.items():
            for assignee, value in currents(scope, metric, start, "quarterly", names).items():
                figures[(*names[assignee], quarter)] = value
    return +figures


def expected(maven: Path, column: str, unit: int) -> Figures:
    """The figures that were computed outside this project; a manager's are those of the agents."""
    managers = {row["sales_agent"]: row["manager"] for row in read(maven / "sales_teams.csv")}
    figures: Figures = Counter()
    for row in read(maven / "expected_company_quarter.csv"):
        figures["organization", "", row["quarter"]] = int(row[column]) * unit
    for row in read(maven / "expected_office_quarter.csv"):
        figures["department", row["regional_office"], row["quarter"]] = int(row[column]) * unit
    for row in read(maven / "expected_agent_quarter.csv"):
        value = int(row[column]) * unit
        figures["person", row["sales_agent"], row["quarter"]] = value
        figures["team", managers[row["sales_agent"]], row["quarter"]] += value
    return figures
