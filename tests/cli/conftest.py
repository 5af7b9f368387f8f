"""The command line on a database of the test's own, empty or with an organization that is planned and sells."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.databases import Database
from tests.scenarios.conftest import shell

__all__ = ["shell"]

PEOPLE = """name,email,department,team,manager,external_id
Rosa,rosa@acme.example,Sales,,,1
Tariq,tariq@acme.example,Sales > Field,Hunters,Rosa,2
Sam,sam@acme.example,Sales > Field,Hunters,Tariq,3
Eve,eve@acme.example,Sales > Partners,,Rosa,4
"""
DEALS = """external_id,name,owner,amount,status,created,closed,region
D1,Alpha,Sam,"1,000.50",won,2025-01-02,2025-01-10,East
D2,Beta,eve@acme.example,2000,won,2025-01-03,2025-02-01,West
D3,Gamma,Sam,500,open,2025-01-04,,East
D4,Delta,Nobody,300,won,2025-01-05,2025-01-20,East
D5,Epsilon,Tariq,,won,2025-01-05,2025-01-20,East
"""


@pytest.fixture
def terminal(committed: Database, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """`paceline` on an empty database."""
    return Terminal(monkeypatch)


@pytest.fixture
def acme(terminal: Terminal, tmp_path: Path) -> Terminal:
    """`paceline` where Acme sells: four people, five deals, and two targets for the first quarter."""
    people, deals = tmp_path / "people.csv", tmp_path / "deals.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    deals.write_text(DEALS, encoding="utf-8")
    terminal("organization", "create", "--name", "Acme", "--currency", "EUR")
    terminal("import", "people", people)
    terminal("import", "deals", deals)
    quarter = ("--period", "quarterly", "--start", "2025-01-01")
    terminal("target", "create", "--name", "Q1", "--metric", "revenue", "--value", "9000", *quarter)
    terminal("target", "create", "--name", "Pipe", "--metric", "pipeline_value", "--value", "800", *quarter)
    for target in ("Q1", "Pipe"):
        for to, value in (("organization", "9,000"), ("department:Field", 4000), ("person:sam@acme.example", 3000)):
            terminal("assign", target, "--to", to, "--value", value)
    return terminal
