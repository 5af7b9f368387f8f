"""The sample data is read as its publishers describe it, and adds up to answers computed elsewhere."""

import csv
from collections import Counter
from io import BytesIO, StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from paceline.crm.mapping import read_mapping, read_people_mapping
from paceline.crm.parsing import read_records
from paceline.crm.people import PersonRow, read_people
from paceline.crm.values import Defaults
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
MAPPINGS = ROOT / "tests" / "data"
DEFAULTS = Defaults("USD", ZoneInfo("UTC"))

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason=f"no sample data in {SHARED}")


def table(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(newline="") as file:
        return list(csv.DictReader(file))


def records(module: Module, mapping: str, data: bytes) -> list[dict]:
    rows = read_records(BytesIO(data), read_mapping(module, (MAPPINGS / mapping).read_bytes()), DEFAULTS)
    return [dict(zip(rows.fields, row, strict=True)) for row in rows if not isinstance(row, Rejected)]


def month(day) -> str:
    return f"{day:%Y-%m}"


def test_maven_deals() -> None:
    deals = records(Module.DEALS, "maven_deals.toml", (SHARED / "maven_crm/sales_pipeline.csv").read_bytes())
    assert Counter(deal["stage"] for deal in deals) == {
        "Won": 4238,
        "Lost": 2473,
        "Engaging": 1589,
        "Prospecting": 500,
    }
    assert Counter(deal["status"] for deal in deals) == {"open": 2089, "won": 4238, "lost": 2473}
    assert sum(deal["amount"] for deal in deals if deal["status"] == "won") == 1_000_553_400
    assert not [deal for deal in deals if deal["status"] == "open" and (deal["amount"] or deal["closed"])]
    assert "GTX Pro" in {deal["product"] for deal in deals} >= {"GTX Basic"}
    assert sum(deal["custom"] == {"account": None} for deal in deals) == 1425
    won = Counter()
    for deal in deals:
        if deal["status"] == "won":
            won[deal["owner"], f"{deal['closed'].year}Q{(deal['closed'].month + 2) // 3}"] += deal["amount"]
    expected = table("maven_crm/expected_agent_quarter.csv")
    assert dict(won) == {
        (row["sales_agent"], row["quarter"]): int(row["revenue"]) * 100 for row in expected if row["revenue"] != "0"
    }


def test_maven_people() -> None:
    mapping = read_people_mapping((MAPPINGS / "maven_people.toml").read_bytes())
    people = list(read_people(BytesIO((SHARED / "maven_crm/sales_teams.csv").read_bytes()), mapping))
    assert len(people) == 35
    assert people[0] == PersonRow(
        line=2,
        name="Anna Snelling",
        email=None,
        department=("Central",),
        teams=("Dustin Brinkmann",),
        manager=None,
        hire_day=None,
        end_day=None,
        external_id=None,
        quota_carrying=None,
        from_day=None,
        content="Anna Snelling,Dustin Brinkmann,Central",
    )


def test_leadforge_people() -> None:
    reps = sorted({row["owner_rep_id"] for row in table("leadforge/leads.csv")})
    mapping = read_people_mapping((MAPPINGS / "leadforge_people.toml").read_bytes())
    people = list(read_people(BytesIO("\n".join(["rep_id", *reps]).encode()), mapping))
    found = [(person.name, person.external_id) for person in people if isinstance(person, PersonRow)]
    assert found == [(rep, rep) for rep in reps]


def test_leadforge_leads() -> None:
    leads = records(Module.LEADS, "leadforge_leads.toml", (SHARED / "leadforge/leads.csv").read_bytes())
    created = Counter((lead["owner"], month(lead["created"])) for lead in leads)
    qualified = Counter((lead["owner"], month(lead["qualified"])) for lead in leads if lead["qualified"])
    expected = table("leadforge/expected_leads_rep_month.csv")
    assert created == {(row["owner_rep_id"], row["month"]): int(row["leads"]) for row in expected}
    assert qualified == {(row["owner_rep_id"], row["month"]): int(row["sql"]) for row in expected}
    assert all((lead["status"] == "qualified") == (lead["qualified"] is not None) for lead in leads)


def test_leadforge_deals() -> None:
    owners = {row["lead_id"]: row["owner_rep_id"] for row in table("leadforge/leads.csv")}
    joined = StringIO()
    rows = table("leadforge/opportunities.csv")
    writer = csv.DictWriter(joined, [*rows[0], "owner_rep_id"])
    writer.writeheader()
    writer.writerows({**row, "owner_rep_id": owners[row["lead_id"]]} for row in rows)
    deals = records(Module.DEALS, "leadforge_deals.toml", joined.getvalue().encode())
    assert Counter(deal["status"] for deal in deals) == {"open": 969, "won": 401, "lost": 483}
    won, revenue = Counter(), Counter()
    for deal in deals:
        if deal["status"] == "won":
            key = (deal["owner"], month(deal["closed"]))
            won[key] += 1
            revenue[key] += deal["amount"]
    expected = table("leadforge/expected_won_rep_month.csv")
    assert won == {(row["owner_rep_id"], row["month"]): int(row["won_deals"]) for row in expected}
    assert revenue == {(row["owner_rep_id"], row["month"]): int(row["revenue_acv"]) * 100 for row in expected}


def test_leadforge_tasks() -> None:
    data = (SHARED / "leadforge/sales_activities.csv").read_bytes()
    tasks = records(Module.TASKS, "leadforge_tasks.toml", data)
    done = Counter((task["owner"], month(task["completed"]), task["type"]) for task in tasks)
    assert {task["status"] for task in tasks} == {"completed"}
    assert done == {
        (row["rep_id"], row["month"], kind): int(row[kind])
        for row in table("leadforge/expected_activities_rep_month.csv")
        for kind in ("call", "demo", "email", "meeting")
        if row[kind] != "0"
    }
