"""The hot statements at size: each reads by an index, whatever organization it is for."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from psycopg.abc import Params, QueryNoTemplate

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind
from paceline.domain.metric import BUILT_IN
from paceline.domain.record import Module
from paceline.domain.rollup import Stay
from paceline.facts import breakdown, clock, explain, ingest, ledger, owners, rollup, rulebook, sums
from paceline.facts.breakdown import Figure
from paceline.facts.owners import NAME, OwnerKey
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Cursor, Scope
from paceline.facts.sums import Asked, Assignee
from paceline.facts.tenancy import enter

PEOPLE, DEALS, DAYS = 2_000, 60_000, 1_095
FIRST_DAY, ENDLESS = date(2024, 1, 1), date(9999, 12, 31)
QUARTER = Window(date(2025, 4, 1), date(2025, 7, 1))
RULES = Rules(
    "USD", 2, "UTC", CreditOwner.CURRENT, tuple((number, each.definition) for number, each in enumerate(BUILT_IN, 1))
)
REVENUE, PIPELINE = 1, 3
# The temporary table of a batch is read whole, and so it should be.
SCAN = re.compile(r"Seq Scan on (?!stage_)(\w+)")
FIELDS = ("external_id", "owner", "amount", "status", "closed", "modified")
ADD_DEALS = """
    INSERT INTO deal (org_id, owner_id, amount, created_day, closed_day, status, currency, source, external_id, owner)
    SELECT %(org_id)s, 1 + n %% %(people)s, n, %(first)s + n %% %(days)s, %(first)s + (n * 7) %% %(days)s,
        CASE n %% 3 WHEN 0 THEN 'open' WHEN 1 THEN 'won' ELSE 'lost' END, 'USD', 'crm', 'D' || n, 'Person ' || n
    FROM generate_series(1, %(deals)s) n"""


@pytest.fixture
def scope(connection: psycopg.Connection) -> Scope:
    """The second of two organizations of a size, freshly analysed, behind the wall as it is in use."""
    for org_id in (901, 902):
        made = Scope(org_id, connection, "test")
        clock.open_clock(made)
        rulebook.change(made, RULES)
        people = range(1, PEOPLE + 1)
        owners.set_keys(made, {number: [OwnerKey(NAME, "", f"Person {number}")] for number in people})
        stays = [Stay("team", 1 + number % 100, number, FIRST_DAY, ENDLESS) for number in people]
        rollup.post(made, stays, None)
        given = {"org_id": org_id, "people": PEOPLE, "first": FIRST_DAY, "days": DAYS, "deals": DEALS}
        connection.execute(ADD_DEALS, given)
        ledger.post_metrics(made, RULES, [number for number, _ in RULES.metrics], clock.tick(made))
    connection.execute("ANALYZE deal, credit, daily_total, level_total, rollup, owner_key")
    return enter(made)


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], set[str]]]:
    """The tables that statements read in full since the fixture was asked for."""
    really = Scope.run
    plans: list[str] = []

    def run(self: Scope, query: QueryNoTemplate, params: Params, *, hot: bool = False) -> Cursor:
        text = query if isinstance(query, bytes) else (query if isinstance(query, str) else query.as_string()).encode()
        explained = psycopg.Cursor(self.connection).execute(b"EXPLAIN " + text, params)
        plans.extend(line for (line,) in explained.fetchall())
        return really(self, query, params, hot=hot)

    monkeypatch.setattr(Scope, "run", run)
    yield lambda: set(SCAN.findall("\n".join(plans)))
    assert plans


def test_no_write_reads_a_table_in_full(scope: Scope, scans: Callable[[], set[str]]) -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    one = [("D7", "Person 9", 5_00, "won", date(2026, 5, 5), noon)]
    many = [(f"D{n}", f"Person {n % 50}", n + 1, "won", date(2026, 5, 5), noon) for n in range(1, 2_000)]
    fresh = [(f"N{n}", f"Person {n % 50}", n + 1, "won", date(2026, 5, 5), noon) for n in range(1, 2_000)]
    for rows in (one, many, fresh):
        ingest.write(scope, ingest.Batch(Module.DEALS, "crm", FIELDS, rows))
    owners.set_keys(scope, {PEOPLE + 1: [OwnerKey(NAME, "", "Somebody new")]})
    assert scans() == set()


def test_no_read_of_figures_reads_a_table_in_full(scope: Scope, scans: Callable[[], set[str]]) -> None:
    sam, team = Assignee("person", 7), Assignee("team", 7)
    stamp = clock.known_now(scope)
    for assignees in ([sam], [team], [sam, team]):
        assert sums.flow(scope, REVENUE, [QUARTER], Asked(assignees))
        assert sums.level(scope, PIPELINE, [QUARTER], Asked(assignees))
        assert sums.flow(scope, REVENUE, [QUARTER], Asked(assignees), stamp)
    for assignee in (sam, team):
        figure = Figure(REVENUE, Module.DEALS, Kind.FLOW, assignee, QUARTER, stamp)
        assert breakdown.records(scope, figure)
        assert breakdown.days(scope, figure)
    assert breakdown.days_of_everybody(scope, REVENUE, QUARTER)
    explain.explain(scope, RULES.metrics[0][1], RULES, "D7", "crm")
    assert scans() == set()
