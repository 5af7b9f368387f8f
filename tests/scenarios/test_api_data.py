"""The real data sets sent through the API in batches give the figures that the command line gives."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from paceline.crm.mapping import read_mapping
from paceline.crm.parsing import read_records
from paceline.crm.values import Defaults
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from tests.databases import Database
from tests.scenarios import test_leadforge as leadforge
from tests.scenarios import test_maven as maven
from tests.scenarios.shell import Shell
from tests.served import serving

MAPPINGS = Path(__file__).parents[1] / "data"
# Most batches stand alone, and the last one is often small.
BATCH_ROWS = 2_500
SECONDS_MAX = 60
Record = Mapping[str, object]


@pytest.mark.long
def test_maven_quarters_are_exact_over_http(shell: Shell, committed: Database, shared_data: Path) -> None:
    folder, zone = shared_data / "maven_crm", "America/New_York"
    shell("organization", "create", "--name", "Maven", "--currency", "USD", "--time-zone", zone)
    shell("import", "people", folder / "sales_teams.csv", "--mapping", MAPPINGS / "maven_people.toml")
    deals = read(Module.DEALS, folder / "sales_pipeline.csv", "maven", zone)
    with calling(shell) as client:
        first = send(client, Module.DEALS, "maven", deals)
        again = send(client, Module.DEALS, "maven", deals[:BATCH_ROWS])

    assert (len(deals), first, again) == (8_800, {"created": 8_800}, {"unchanged": BATCH_ROWS})
    assert shell("verify").out == ""
    for metric, column, unit in (("revenue", "revenue", maven.CENTS), ("deal_count", "won_deals", 1)):
        assert maven.measured(metric) == +maven.expected(folder, column, unit)


@pytest.mark.long
def test_leadforge_months_are_exact_over_http(
    shell: Shell, committed: Database, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "leadforge"
    shell("organization", "create", "--name", "Leadforge", "--currency", "USD")
    leads = leadforge.read(folder / "leads.csv")
    owners = {row["lead_id"]: row["owner_rep_id"] for row in leads}
    reps, deals = tmp_path / "reps.csv", tmp_path / "deals.csv"
    leadforge.write(reps, [{"rep_id": rep} for rep in sorted(set(owners.values()))])
    opportunities = leadforge.read(folder / "opportunities.csv")
    leadforge.write(deals, [{**row, "owner_rep_id": owners[row["lead_id"]]} for row in opportunities])
    shell("import", "people", reps, "--mapping", MAPPINGS / "leadforge_people.toml")
    files = {Module.LEADS: folder / "leads.csv", Module.TASKS: folder / "sales_activities.csv", Module.DEALS: deals}
    with calling(shell) as client:
        for module, file in files.items():
            records = read(module, file, "leadforge", "UTC")
            assert send(client, module, "leadforge", records) == {"created": len(records)}

    assert shell("verify").out == ""
    generated, won = folder / "expected_leads_rep_month.csv", folder / "expected_won_rep_month.csv"
    activities = folder / "expected_activities_rep_month.csv"
    expected = leadforge.expected
    assert leadforge.measured("leads_generated") == expected(generated, "owner_rep_id", "leads")
    assert leadforge.measured("leads_qualified") == expected(generated, "owner_rep_id", "sql")
    assert leadforge.measured("calls_made") == expected(activities, "rep_id", "call")
    assert leadforge.measured("meetings_held") == expected(activities, "rep_id", "meeting")
    assert leadforge.measured("deal_count") == expected(won, "owner_rep_id", "won_deals")
    assert leadforge.measured("revenue") == expected(won, "owner_rep_id", "revenue_acv", leadforge.CENTS)


def read(module: Module, file: Path, mapping: str, zone: str) -> list[Record]:
    """The records of a file, as a program would send them."""
    made = read_mapping(module, (MAPPINGS / f"{mapping}_{module}.toml").read_bytes())
    with file.open("rb") as opened:
        rows = read_records(opened, made, Defaults("USD", ZoneInfo(zone)))
        return [
            {name: as_json(value) for name, value in zip(rows.fields, row, strict=True)}
            for row in rows
            if not isinstance(row, Rejected)
        ]


def as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: as_json(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def calling(shell: Shell) -> Iterator[httpx.Client]:
    """Calls of a token that may write."""
    token = shell("token", "create", "--email", "crm@example.com", "--scope", "write").out.strip()
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    with (
        serving(shell) as address,
        httpx.Client(base_url=f"{address}/api/v1/", headers=headers, timeout=SECONDS_MAX) as client,
    ):
        yield client


def send(client: httpx.Client, module: Module, source: str, records: list[Record]) -> dict[str, int]:
    """What became of the records, sent in batches."""
    counts: Counter[str] = Counter()
    for start in range(0, len(records), BATCH_ROWS):
        batch = records[start : start + BATCH_ROWS]
        answer = client.post(f"records/{module}", json={"source": source, "records": batch})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert [each["external_id"] for each in body["results"]] == [each["external_id"] for each in batch]
        counts.update(each["result"] for each in body["results"])
    return dict(counts)
