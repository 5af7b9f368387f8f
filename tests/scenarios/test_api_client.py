"""A client that a generator wrote from the OpenAPI document speaks with the service."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import Database
from tests.live.service import WAIT_SECONDS, Served, running
from tests.scenarios.test_api_schema import program

# Run with the client beside it: lists the targets, sends a deal, sends a bad one.
PROGRAM = """
import json, sys
from paceline_client import AuthenticatedClient
from paceline_client.api.records import list_deals, write_deals
from paceline_client.api.targets import create_target, list_targets
from paceline_client.models import TargetIn, TargetOut

address, token = sys.argv[1:]
client = AuthenticatedClient(base_url=address, token=token)
given = {"name": "Q1", "metric": "revenue", "value": 900, "period": "quarterly", "start_date": "2025-01-01"}
made = create_target.sync(client=client, body=TargetIn.from_dict(given), idempotency_key="made")
again = create_target.sync(client=client, body=TargetIn.from_dict(given), idempotency_key="made")
assert isinstance(made, TargetOut) and made == again
body_type = write_deals.sync_detailed.__annotations__["body"]
sent = {"source": "crm", "records": [{"external_id": "D1", "owner": "Sam", "amount": 5}, {"external_id": ""}]}
from paceline_client.models import WriteDealsBody
receipt = write_deals.sync(client=client, body=WriteDealsBody.from_dict(sent))
print(json.dumps({
    "targets": [each.name for each in list_targets.sync(client=client).items],
    "results": [each.result for each in receipt.results],
    "deals": [[each.external_id, each.owner, each.amount] for each in list_deals.sync(client=client).items],
}))
"""


@pytest.fixture
def served(committed: Database) -> Iterator[Served]:
    with running(committed) as found:
        yield found


def test_a_generated_client_works(served: Served, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_bytes(httpx.get(f"{served.address}/api/v1/openapi.json", timeout=WAIT_SECONDS).content)
    made = subprocess.run(
        [
            program("openapi-python-client"),
            "generate",
            "--path",
            str(document),
            "--meta",
            "none",
            "--output-path",
            str(tmp_path / "paceline_client"),
            "--fail-on-warning",
            "--config",
            str(config(tmp_path)),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, served.address, served.stage.writer.token],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "targets": ["Q1"],
        "results": ["created", "rejected"],
        "deals": [["D1", "Sam", 5]],
    }


def config(folder: Path) -> Path:
    """Formatting the client takes longer than using it."""
    path = folder / "config.yml"
    path.write_text("post_hooks: []\n", encoding="ascii")
    return path
