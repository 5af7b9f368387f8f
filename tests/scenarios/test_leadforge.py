"""Leads, activities and deals of ten reps: leading indicators beside lagging ones, month by month."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from paceline.facts.sums import Assignee
from tests.databases import Database
from tests.scenarios.measured import currents
from tests.scenarios.shell import Shell

MAPPINGS = Path(__file__).parents[1] / "data"
MONTHS = [date(2024, number, 1) for number in range(1, 6)]
CENTS = 100

Figures = Counter[tuple[str, str]]


@pytest.mark.long
def test_leadforge_months_are_exact(shell: Shell, committed: Database, shared_data: Path, tmp_path: Path) -> None:
    data = shared_data / "leadforge"
    shell("organization", "create", "--name", "Leadforge", "--currency", "USD")
    leads = read(data / "leads.csv")
    reps, deals = tmp_path / "reps.csv", tmp_path / "deals.csv"
    write(reps, [{"rep_id": rep} for rep in sorted({row["owner_rep_id"] for row in leads})])
    # An opportunity's rep is its lead's owner.
    owners = {row["lead_id"]: row["owner_rep_id"] for row in leads}
    opportunities = read(data / "opportunities.csv")
    write(deals, [{**row, "owner_rep_id": owners[row["lead_id"]]} for row in opportunities])

    for module, file in (
        ("people", reps),
        ("leads", data / "leads.csv"),
        ("tasks", data / "sales_activities.csv"),
        ("deals", deals),
    ):
        ran = shell("import", module, file, "--mapping", MAPPINGS / f"leadforge_{module}.toml")
        assert ran.told["rejected"] == "0"

    assert shell("verify").out == ""
    generated = expected(data / "expected_leads_rep_month.csv", "owner_rep_id", "leads")
    qualified = expected(data / "expected_leads_rep_month.csv", "owner_rep_id", "sql")
    calls = expected(data / "expected_activities_rep_month.csv", "rep_id", "call")
    meetings = expected(data / "expected_activities_rep_month.csv", "rep_id", "meeting")
    won = expected(data / "expected_won_rep_month.csv", "owner_rep_id", "won_deals")
    revenue = expected(data / "expected_won_rep_month.csv", "owner_rep_id", "revenue_acv", CENTS)
    activities: Figures = Counter()
    for kind in ("call", "demo", "email", "meeting"):
        activities += expected(data / "expected_activities_rep_month.csv", "rep_id", kind)
    assert measured("leads_generated") == generated
    assert measured("leads_qualified") == qualified
    assert measured("calls_made") == calls
    assert measured("meetings_held") == meetings
    assert measured("tasks_completed") == activities
    assert measured("deal_count") == won
    assert measured("revenue") == revenue


def measured(metric: str) -> Figures:
    """Every rep's figure of every month that is not zero."""
    from django.db import transaction

    from paceline import edge
    from paceline.org.models import Person

    with transaction.atomic():
        scope = edge.command_scope()
        names = {Assignee("person", each.id): each.name for each in Person.objects.all()}
        figures: Figures = Counter()
        for month in MONTHS:
            for assignee, value in currents(scope, metric, month, "monthly", names).items():
                figures[names[assignee], f"{month:%Y-%m}"] = value
    return +figures


def expected(path: Path, rep: str, column: str, unit: int = 1) -> Figures:
    """The figures that were computed outside this project."""
    return +Counter({(row[rep], row["month"]): int(row[column] or 0) * unit for row in read(path)})


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
