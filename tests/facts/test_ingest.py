"""Batches coming in: what is kept, what is credited, what is refused."""

from collections import Counter
from datetime import UTC, datetime

import psycopg
import pytest

from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from paceline.errors import NotFound
from paceline.facts import clock, ingest
from paceline.facts.ingest import BATCH_ROWS_MAX, Batch
from paceline.facts.scope import Scope
from paceline.facts.staging import INLINE_ROWS_MAX
from tests.facts.cast import QUALIFIED, REVENUE, at, days, figures, found_acme, ledger_of, on, won, write

YEAR = days(0, 365)


def stored(scope: Scope, table: str, *columns: str) -> list[tuple[object, ...]]:
    """The records as they are stored, by external id."""
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE org_id = %s ORDER BY source, external_id"  # noqa: S608
    return scope.connection.execute(query.encode(), [scope.org_id]).fetchall()


def test_a_deal_is_won_and_its_owner_credited(scope: Scope) -> None:
    result = write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20))
    assert result.outcomes == ["created"]
    assert ledger_of(scope) == [
        ("revenue", "Sam", 20, 500_00),
        ("deal_count", "Sam", 20, 1),
        ("pipeline_value", "Sam", 10, 500_00),
        ("pipeline_value", "Sam", 20, -500_00),
    ]
    assert figures(scope, REVENUE, YEAR) == {"Acme": 500_00, "Sales": 500_00, "Hunters": 500_00, "Sam": 500_00}


def test_the_same_batch_again_changes_nothing(scope: Scope) -> None:
    deals = [won("D1", "Sam", 500_00, 20), won("D2", "nobody", 70_00, 21)]
    write(scope, Module.DEALS, *deals)
    before = stored(scope, "deal", "*"), stored(scope, "deal", "xmin::text"), ledger_of(scope)
    assert write(scope, Module.DEALS, *deals).outcomes == ["unchanged", "unchanged"]
    assert (stored(scope, "deal", "*"), stored(scope, "deal", "xmin::text"), ledger_of(scope)) == before


def test_only_given_fields_change_and_a_given_blank_clears(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20, name="Big one", region="East"))
    write(scope, Module.DEALS, {"external_id": "D1", "amount": 400_00, "region": None})
    columns = ("name", "owner", "amount", "region", "status", "closed_day")
    assert stored(scope, "deal", *columns) == [("Big one", "Sam", 400_00, None, "won", on(20))]
    assert figures(scope, REVENUE, YEAR)["Sam"] == 400_00


def test_what_a_record_cannot_be_without_falls_back(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20, currency="USD"))
    write(scope, Module.DEALS, {"external_id": "D1", "status": None, "currency": None})
    assert stored(scope, "deal", "status", "currency", "deleted") == [("open", "EUR", False)]


def test_an_older_write_is_stale_and_an_equally_old_one_is_not(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20, modified=at(5)))
    older = write(scope, Module.DEALS, won("D1", "Eve", 1_00, 20, modified=at(4)))
    equal = write(scope, Module.DEALS, won("D1", "Sam", 600_00, 20, modified=at(5)))
    assert (older.outcomes, equal.outcomes) == (["stale"], ["changed"])
    assert figures(scope, REVENUE, YEAR)["Sam"] == 600_00


def test_a_newer_write_of_the_same_makes_older_ones_stale(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20, modified=at(5)))
    assert write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20, modified=at(9))).outcomes == ["unchanged"]
    assert write(scope, Module.DEALS, won("D1", "Sam", 700_00, 20, modified=at(7))).outcomes == ["stale"]


def test_rows_of_the_same_record_take_turns(scope: Scope) -> None:
    turns = [won("D1", "Sam", 500_00, 20, modified=at(1)), won("D1", "Eve", 300_00, 21, modified=at(3))]
    late = won("D1", "Rosa", 900_00, 22, modified=at(2))
    result = write(scope, Module.DEALS, *turns, late, turns[1])
    assert result.outcomes == ["created", "changed", "stale", "unchanged"]
    assert figures(scope, REVENUE, YEAR) == {"Acme": 300_00, "Sales": 300_00, "Partners": 300_00, "Eve": 300_00}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "open"}, {}),
        ({"deleted": True}, {}),
        ({"closed": on(50)}, {}),
        ({"closed": None}, {}),
        ({"owner": "nobody"}, {}),
        ({"owner": None}, {}),
        ({"amount": -20_00}, {"Acme": -20_00, "Sales": -20_00, "Hunters": -20_00, "Sam": -20_00}),
        ({"owner": "Eve"}, {"Acme": 500_00, "Sales": 500_00, "Partners": 500_00, "Eve": 500_00}),
    ],
    ids=["reopened", "deleted", "re-dated", "undated", "handed to a stranger", "disowned", "re-priced", "re-owned"],
)
def test_the_progress_of_the_past_moves(scope: Scope, change: dict[str, object], expected: dict[str, int]) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20))
    assert write(scope, Module.DEALS, {"external_id": "D1", **change}).outcomes == ["changed"]
    assert figures(scope, REVENUE, days(0, 31)) == expected


def test_a_deleted_record_comes_back_when_it_is_written_again(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20))
    write(scope, Module.DEALS, {"external_id": "D1", "deleted": True})
    assert ledger_of(scope) == []
    assert write(scope, Module.DEALS, {"external_id": "D1", "region": "East"}).outcomes == ["changed"]
    assert figures(scope, REVENUE, YEAR)["Sam"] == 500_00


def test_a_record_can_come_in_deleted(scope: Scope) -> None:
    assert write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20, deleted=True)).outcomes == ["created"]
    assert ledger_of(scope) == []


def test_two_sources_may_use_the_same_id(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20))
    assert write(scope, Module.DEALS, won("D1", "Sam", 70_00, 20), source="sheet").outcomes == ["created"]
    assert figures(scope, REVENUE, YEAR)["Sam"] == 570_00


def test_a_time_counts_on_its_day_in_the_organization(scope: Scope) -> None:
    late = datetime(2025, 1, 31, 23, 30, tzinfo=UTC)
    write(scope, Module.DEALS, won("D1", "Sam", 500_00, 20, closed=late), won("D2", "Sam", 7_00, 20, closed=on(30)))
    assert figures(scope, REVENUE, days(0, 31))["Sam"] == 7_00
    assert figures(scope, REVENUE, days(31, 59))["Sam"] == 500_00


def test_custom_fields_are_told_one_by_one_and_a_blank_one_goes(scope: Scope) -> None:
    write(scope, Module.DEALS, {"external_id": "D1", "custom": {"size": 5, "tier": "gold", "empty": None}})
    write(scope, Module.DEALS, {"external_id": "D1", "custom": {"size": None, "seats": 1.5}})
    assert stored(scope, "deal", "custom::text") == [('{"tier": "gold", "seats": 1.5}',)]
    assert write(scope, Module.DEALS, {"external_id": "D1", "custom": {"size": None}}).outcomes == ["unchanged"]


def test_a_lead_keeps_the_day_it_first_qualified(scope: Scope) -> None:
    lead = {"external_id": "L1", "owner": "Sam", "status": "qualified", "created": on(1), "qualified": on(4)}
    write(scope, Module.LEADS, lead)
    write(scope, Module.LEADS, lead | {"qualified": None})
    assert figures(scope, QUALIFIED, days(4, 5))["Sam"] == 1
    write(scope, Module.LEADS, lead | {"status": "open", "qualified": None})
    assert figures(scope, QUALIFIED, YEAR) == {}


def test_a_lead_qualified_without_a_day_takes_that_of_its_change(scope: Scope) -> None:
    lead = {"external_id": "L1", "owner": "Sam", "status": "qualified", "created": on(1)}
    write(scope, Module.LEADS, lead)
    assert figures(scope, QUALIFIED, YEAR) == {}
    assert write(scope, Module.LEADS, lead | {"modified": at(7)}).outcomes == ["changed"]
    assert write(scope, Module.LEADS, lead | {"modified": at(9)}).outcomes == ["unchanged"]
    assert figures(scope, QUALIFIED, days(7, 8))["Sam"] == 1


def test_owners_nobody_is_known_by_are_counted(scope: Scope) -> None:
    owners = ["Sam", "Zoe", "Zoe", None, "Yan", "sam@acme.example"]
    deals = [won(f"D{place}", owner, 1, 20) for place, owner in enumerate(owners)]
    assert write(scope, Module.DEALS, *deals).unknown_owners == Counter({"Zoe": 2, "Yan": 1})


def test_a_batch_beyond_the_inline_rows_does_the_same(connection: psycopg.Connection, scope: Scope) -> None:
    other = found_acme(connection)
    rows = [
        won(
            f"D{place % 50}",
            "Sam" if place % 2 else "Eve",
            place,
            place % 30,
            modified=at(place % 7),
            custom={"n": place},
        )
        for place in range(INLINE_ROWS_MAX + 20)
    ]
    at_once = write(scope, Module.DEALS, *rows).outcomes
    one_by_one = [write(other, Module.DEALS, row).outcomes[0] for row in rows]
    assert at_once == one_by_one
    columns = ("external_id", "owner_id", "amount", "closed_day", "modified", "custom")
    assert stored(scope, "deal", *columns) == stored(other, "deal", *columns)
    assert ledger_of(scope) == ledger_of(other)


def test_a_batch_is_kept_with_what_was_refused_on_its_way(scope: Scope) -> None:
    fields, rows = ("external_id", "owner"), [("D1", "Sam"), ("D1", "Sam"), ("D2", "Eve")]
    refused = [Rejected(3, "amount", "is not an amount", "ten"), Rejected(7, None, "is blank", ";;")]
    ingest.write(scope, Batch(Module.DEALS, "crm", fields, rows, "deals.csv", refused))
    columns = ("module", "source", "file", "actor", "created", "changed", "unchanged", "stale", "rejected", "posted_at")
    query = f"SELECT {', '.join(columns)} FROM ingest_batch WHERE org_id = %s"  # noqa: S608
    told = scope.connection.execute(query.encode(), [scope.org_id]).fetchall()
    assert told == [("deals", "crm", "deals.csv", "rosa", 2, 0, 1, 0, 2, clock.known_now(scope))]
    query = b"SELECT place, line, column_name, reason, content FROM rejected_row WHERE org_id = %s ORDER BY place"
    assert scope.connection.execute(query, [scope.org_id]).fetchall() == [
        (1, 3, "amount", "is not an amount", "ten"),
        (2, 7, None, "is blank", ";;"),
    ]


def test_a_batch_of_nothing_is_kept_too(scope: Scope) -> None:
    assert ingest.write(scope, Batch(Module.TASKS, "crm", ("external_id",), [])).outcomes == []


def test_what_is_sent_without_waiting_fails_the_batch_too(scope: Scope) -> None:
    def fail() -> None:
        with scope.connection.transaction():
            # The last statement of a batch, whose answer nobody needs.
            scope.connection.execute("ALTER TABLE ingest_batch RENAME TO gone")
            write(scope, Module.DEALS, won("D1", "Sam", 5_00, 10))

    with pytest.raises(psycopg.errors.UndefinedTable, match="ingest_batch"):
        fail()
    assert ledger_of(scope) == []
    assert write(scope, Module.DEALS, won("D1", "Sam", 5_00, 10)).outcomes == ["created"]


def test_a_batch_has_its_limit(scope: Scope) -> None:
    rows = [(str(number),) for number in range(BATCH_ROWS_MAX + 1)]
    with pytest.raises(ValueError, match="at most 10000 rows"):
        ingest.write(scope, Batch(Module.TASKS, "crm", ("external_id",), rows))


def test_an_organization_that_is_not_there_takes_nothing(connection: psycopg.Connection) -> None:
    with pytest.raises(NotFound, match="no such organization"):
        write(Scope(10**9, connection, "rosa"), Module.TASKS, {"external_id": "T1"})
