"""The shape of the data plane: what it must be so that it can be sharded by organization."""

import psycopg
import pytest

TABLES = (
    "credit",
    "currency_rate",
    "daily_total",
    "deal",
    "ingest_batch",
    "lead",
    "ledger_clock",
    "ledger_rules",
    "level_total",
    "owner_key",
    "posting",
    "rejected_row",
    "rollup",
    "task",
)
INDEXES = """
    SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = %s::regclass"""
CONSTRAINTS = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
# How the names of the control plane's tables begin.
CONTROL = [
    "account",
    "accounts",
    "api",
    "auth",
    "board",
    "crm",
    "django",
    "mfa",
    "org",
    "plan",
    "procrastinate",
    "socialaccount",
    "usersessions",
]
TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass"


@pytest.mark.parametrize("table", TABLES)
def test_the_organization_leads_every_key_and_index(connection: psycopg.Connection, table: str) -> None:
    found = connection.execute(INDEXES, [table]).fetchall()
    assert found
    assert {first for _, first in found} == {"org_id"}


@pytest.mark.parametrize("table", TABLES)
def test_there_are_no_triggers_and_no_foreign_keys(connection: psycopg.Connection, table: str) -> None:
    assert connection.execute(CONSTRAINTS, [table]).fetchall() == []
    assert connection.execute(TRIGGERS, [table]).fetchall() == []


def test_every_table_of_the_plane_is_looked_at(connection: psycopg.Connection) -> None:
    query = """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND split_part(relname, '_', 1) <> ALL (%s)"""
    assert tuple(sorted(name for (name,) in connection.execute(query, [CONTROL]))) == TABLES
