"""The wall between organizations in the database itself: who forgets the scope finds nothing, and can write nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from paceline import wall
from paceline.domain.record import Module
from paceline.facts.scope import Scope
from paceline.facts.tenancy import NoTransaction, _begin, ask_unscoped, enter, tenant_role, unscoped
from tests.databases import Database, DatabaseMaker

ROOT = Path(__file__).parents[1]
# From the catalogue, so that a table that is yet to come is looked at too.
ORGANIZED = """
    SELECT c.table_name, column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
    AND column_name = CASE c.table_name WHEN 'org_organization' THEN 'id' ELSE 'org_id' END"""
# Where both organizations of the cast have something, on both planes.
FILLED = {"credit", "daily_total", "deal", "org_change", "org_person", "plan_assignment", "plan_metric", "plan_target"}


def told(connection: psycopg.Connection, query: str, *values: Any) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    return row and row[0]


def counts(connection: psycopg.Connection, org_id: int | None = None) -> dict[str, int]:
    """How many rows a statement sees of each table that has some; only those of an organization, if it is named."""
    tables = connection.execute(ORGANIZED.encode()).fetchall()
    found: dict[str, int] = {}
    for table, column in tables:
        query = f"SELECT count(*) FROM {table} WHERE {column} = coalesce(%s, {column})"  # noqa: S608
        found[table] = told(connection, query, org_id)
    return {table: count for table, count in found.items() if count}


@contextmanager
def refused(connection: psycopg.Connection) -> Iterator[None]:
    """Whatever is inside is refused, and the transaction goes on."""
    with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
        yield


@pytest.fixture
def scopes(connection: psycopg.Connection) -> tuple[Scope, Scope]:
    """Acme and Globex, each with people, targets and deals."""
    from tests.plan.cast import ORGANIZATION, give, hired, quarter, won

    cast = hired(connection)
    for scope, owner in ((cast.scope, "Sam"), (cast.abroad, "Olga")):
        won(scope, "D1", owner, 10, 500_00)
        give(scope, quarter(scope), ORGANIZATION, 1_00)
    for scope in (cast.scope, cast.abroad):
        assert counts(connection, scope.org_id).keys() >= FILLED
    return cast.scope, cast.abroad


def test_every_table_of_an_organization_is_behind_it(connection: psycopg.Connection) -> None:
    tables = {name for name, _ in connection.execute(ORGANIZED.encode()).fetchall()}
    assert tables >= FILLED | {"org_organization", "posting", "api_answered", "board_leaderboard"}
    on = connection.execute("SELECT relname FROM pg_class WHERE relrowsecurity").fetchall()
    assert {name for (name,) in on} == tables
    policies = connection.execute("SELECT tablename, permissive, cmd, qual = with_check FROM pg_policies").fetchall()
    assert sorted(policies) == sorted((name, "PERMISSIVE", "ALL", True) for name in tables)
    assert wall.faults(connection) == []


def test_a_table_without_it_is_told_and_mended(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE badge (org_id bigint NOT NULL, name text)")
    connection.execute("CREATE POLICY all_of_them ON deal USING (true)")
    connection.execute("ALTER TABLE lead DISABLE ROW LEVEL SECURITY")
    role = tenant_role(connection.info.dbname)
    connection.execute(sql.SQL("GRANT UPDATE (reason) ON org_change TO {}").format(sql.Identifier(role)))
    found = wall.faults(connection)
    assert [each.partition(" has no")[0] for each in found if "row-level" in each] == ["badge", "deal", "lead"]
    assert [each.split()[5] for each in found if "may do more" in each] == ["badge", "org_change"]
    wall.put_up(connection)
    assert wall.faults(connection) == []


def test_who_forgets_the_scope_sees_and_writes_nothing(scopes: tuple[Scope, Scope]) -> None:
    acme, _ = scopes
    enter(acme)
    # Of a transaction before, the setting is empty; before the first, it is not there.
    for forgotten in ("SET LOCAL paceline.org_id = ''", "RESET paceline.org_id"):
        acme.connection.execute(forgotten.encode())
        assert counts(acme.connection) == {}
        for change in ("UPDATE deal SET amount = 0", "DELETE FROM org_membership", "UPDATE plan_target SET value = 1"):
            assert acme.connection.execute(change.encode()).rowcount == 0
        with refused(acme.connection):
            acme.connection.execute(
                "INSERT INTO deal (org_id, currency, source, external_id) VALUES (%s, 'EUR', 'crm', 'D9')",
                [acme.org_id],
            )
        with refused(acme.connection):
            acme.connection.execute("INSERT INTO org_department (org_id, name) VALUES (%s, 'Nowhere')", [acme.org_id])


def test_another_organization_is_not_there(scopes: tuple[Scope, Scope]) -> None:
    for own, other in (scopes, scopes[::-1]):
        enter(own)
        assert counts(own.connection, other.org_id) == {}
        assert counts(own.connection, own.org_id) == counts(own.connection)
        assert counts(own.connection).keys() >= FILLED
        for change in ("UPDATE deal SET amount = 0", "DELETE FROM org_membership", "DELETE FROM org_person"):
            row = own.connection.execute(f"{change} WHERE org_id = %s".encode(), [other.org_id])
            assert row.rowcount == 0
        for change in ("UPDATE deal SET org_id = %s", "UPDATE plan_target SET org_id = %s"):
            with refused(own.connection):
                own.connection.execute(change.encode(), [other.org_id])
        with refused(own.connection):
            own.connection.execute("INSERT INTO org_team (org_id, name) VALUES (%s, 'Spies')", [other.org_id])


def test_a_transaction_begins_as_its_connection_is_set_to(committed: Database) -> None:
    committed_role = tenant_role(committed.parameters["dbname"])
    with committed.connect() as connection:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        enter(Scope(7, connection, "rosa"))
        asked = "SELECT current_setting(name) FROM unnest(%s::text[]) name"
        names = ["transaction_isolation", "transaction_read_only", "role", "paceline.org_id"]
        told = [value for (value,) in connection.execute(asked, [names])]
        assert told == ["repeatable read", "on", committed_role, "7"]
        connection.commit()
        connection.isolation_level = connection.read_only = None
        enter(Scope(8, connection, "rosa"))
        told = [value for (value,) in connection.execute(asked, [names])]
        assert told == ["read committed", "off", committed_role, "8"]
        # It ends with the transaction, as the role does.
        connection.rollback()
        assert [value for (value,) in connection.execute(asked, [names[2:]])] == ["none", ""]


def test_a_transaction_that_cannot_begin_is_refused(committed: Database) -> None:
    with committed.connect() as connection, committed.connect(autocommit=True) as other:
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            _begin(connection, b"SELECT 'x'::bigint")
        connection.rollback()
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            enter(Scope(7, connection, "rosa"))


@pytest.mark.parametrize("table", sorted(wall.APPEND_ONLY))
def test_what_is_only_added_to_cannot_be_changed(scopes: tuple[Scope, Scope], table: str) -> None:
    connection = enter(scopes[0]).connection
    for change in (f"UPDATE {table} SET org_id = org_id", f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608
        with refused(connection):
            connection.execute(change.encode())


def test_nothing_of_the_schema_can_be_changed(scopes: tuple[Scope, Scope]) -> None:
    connection = enter(scopes[0]).connection
    for change in (
        "ALTER TABLE deal DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_organization ON deal",
        "CREATE TABLE public.mine (id bigint)",
        "TRUNCATE deal",
        "DELETE FROM django_migrations",
    ):
        with refused(connection):
            connection.execute(change.encode())


def test_a_batch_is_staged_copied_posted_and_announced_behind_it(scopes: tuple[Scope, Scope]) -> None:
    from paceline.facts.staging import INLINE_ROWS_MAX
    from tests.plan.cast import on, write

    acme, _ = scopes
    enter(acme)
    deals = [
        {"external_id": f"N{number}", "owner": "Sam", "status": "won", "closed": on(9), "amount": 1_00}
        for number in range(INLINE_ROWS_MAX + 1)
    ]
    for _ in range(2):
        write(acme, Module.DEALS, deals)
    assert told(acme.connection, "SELECT count(*) FROM deal") == len(deals) + 1
    # Revenue in cents, and one for each deal.
    assert told(acme.connection, "SELECT sum(value)::bigint FROM credit WHERE day = %s", on(9)) == len(deals) * 101


def test_a_scope_needs_a_transaction(committed: Database) -> None:
    from django.db import transaction

    from paceline import edge
    from paceline.org.models import Organization
    from tests.plan.cast import hired

    with transaction.atomic(), edge.unscoped():
        org_id = hired(edge.raw_connection()).scope.org_id
    own = edge.raw_connection()
    assert told(own, "SELECT current_user::text") == tenant_role(committed.parameters["dbname"])
    for ask in (lambda: edge.caller_scope(org_id, "rosa"), lambda: edge.command_scope("acme")):
        with pytest.raises(NoTransaction):
            ask()
        assert Organization.objects.count() == 0
        with transaction.atomic():
            ask()
            assert [each.slug for each in Organization.objects.all()] == ["acme"]
        # It ends with the transaction.
        assert Organization.objects.count() == 0


def test_what_is_unscoped_sees_all_and_ends(committed: Database) -> None:
    from paceline import edge

    own, login = edge.raw_connection(), committed.parameters["user"]
    role = tenant_role(committed.parameters["dbname"])
    who = "SELECT current_user::text"

    def inside() -> None:
        with unscoped(own), unscoped(own):
            assert told(own, who) == login
        assert told(own, who) == role
        with pytest.raises(ZeroDivisionError), unscoped(own):
            _ = 1 / 0
        assert told(own, who) == role
        assert ask_unscoped(own, "SELECT current_user::text, %(one)s::int", {"one": 1}) == (login, 1)
        assert told(own, who) == role

    inside()
    with pytest.raises(errors.UndefinedTable), unscoped(own):
        own.execute("SELECT FROM nowhere")
    from django.db import transaction

    with transaction.atomic():
        inside()
        with pytest.raises(errors.UndefinedTable), transaction.atomic(), unscoped(own):
            own.execute("SELECT FROM nowhere")
        assert told(own, who) == role


def test_a_database_of_before_or_restored_elsewhere_gets_it(committed: Database, database_maker: DatabaseMaker) -> None:
    """As an older version left it: no role, and no row-level security."""
    from django.db import connections

    from paceline import edge, schema

    role = sql.Identifier(tenant_role(committed.parameters["dbname"]))
    connections.close_all()
    database_maker.unwall()
    with committed.connect() as login:
        for table, _ in login.execute(ORGANIZED.encode()).fetchall():
            name = sql.Identifier(table)
            login.execute(sql.SQL("DROP POLICY own_organization ON {}").format(name))
            login.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(name))
        login.execute(sql.SQL("DROP OWNED BY {}").format(role))
        login.execute(sql.SQL("DROP ROLE {}").format(role))
    assert schema.pending() == [schema.WALL]
    assert told(edge.raw_connection(), "SELECT current_user::text") == committed.parameters["user"]
    assert schema.migrate() == [schema.WALL]
    assert schema.pending() == []
    assert told(edge.raw_connection(), "SELECT current_user::text") == tenant_role(committed.parameters["dbname"])


@pytest.fixture
def ordinary(committed: Database) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """An administrator, and an ordinary login that owns a database with an organization's table."""
    name, login = f"{committed.parameters['dbname']}_plain", f"{committed.parameters['dbname']}_owner"
    admin = committed.connect(autocommit=True)
    names = {"name": sql.Identifier(name), "login": sql.Identifier(login), "role": sql.Identifier(tenant_role(name))}
    try:
        admin.execute(sql.SQL("CREATE ROLE {login} LOGIN PASSWORD 'plain'").format(**names))
        admin.execute(sql.SQL("CREATE DATABASE {name} OWNER {login} TEMPLATE template0").format(**names))
        asked = {**committed.parameters, "dbname": name, "user": login, "password": "plain"}
        with psycopg.connect(make_conninfo(**asked), autocommit=True) as connection:
            connection.execute("CREATE TABLE org_organization (id bigint PRIMARY KEY)")
            connection.execute("CREATE TABLE deal (org_id bigint, record_id bigserial)")
            yield admin, connection
    finally:
        for drop in ("DATABASE IF EXISTS {name} WITH (FORCE)", "ROLE IF EXISTS {login}", "ROLE IF EXISTS {role}"):
            admin.execute(sql.SQL("DROP " + drop).format(**names))  # pyright: ignore[reportArgumentType]


def test_a_login_that_may_not_make_the_role_says_what_to_run(
    ordinary: tuple[psycopg.Connection, psycopg.Connection],
) -> None:
    admin, own = ordinary
    role = tenant_role(own.info.dbname)
    assert wall.faults(own) == [f"the role {role} is missing"]
    with pytest.raises(wall.RoleNotMade) as told_so:
        wall.make_role(own)
    first, second = f'CREATE ROLE "{role}" NOLOGIN', f'GRANT "{role}" TO "{own.info.user}"'
    assert f"runs once: {first}; {second};" in told_so.value.message
    admin.execute(first.encode())
    with pytest.raises(wall.RoleNotMade) as told_so:
        wall.make_role(own)
    assert f"runs once: {second};" in told_so.value.message
    admin.execute(second.encode())
    wall.make_role(own)
    wall.put_up(own)
    assert wall.faults(own) == []
    own.execute("INSERT INTO deal (org_id) VALUES (1), (2)")
    with own.transaction():
        own.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        assert told(own, "SELECT count(*) FROM deal") == 0
        own.execute("SET LOCAL paceline.org_id = '2'")
        assert told(own, "SELECT array_agg(org_id) FROM deal") == [2]
    admin.execute(f'ALTER ROLE "{role}" BYPASSRLS'.encode())
    assert wall.faults(own) == [f"the role {role} may log in, passes the wall or belongs to another role"]
    with pytest.raises(wall.RoleNotMade, match="ALTER ROLE"):
        wall.make_role(own)


def test_whatever_runs_without_it_is_on_the_list() -> None:
    """Where the second wall is passed is told in one place: the function that does it, and why."""
    page = (ROOT / "docs/decisions/row-level-security.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([\w/.]+)` \|", page, re.MULTILINE))
    found = {
        str(path.relative_to(ROOT / "paceline"))
        for path in (ROOT / "paceline").rglob("*.py")
        if re.search(r"\b(ask_)?unscoped\(", path.read_text(encoding="utf-8"))
    }
    assert found - {"edge.py", "facts/tenancy.py"} == listed - {"edge.py", "facts/tenancy.py"}


def test_two_databases_have_a_role_each() -> None:
    assert tenant_role("paceline") == "paceline_tenant"
    long, longer = (tenant_role("é" * number) for number in (31, 32))
    assert len({long, longer}) == 2
    assert {len(each.encode()) for each in (long, longer)} <= {62, 63}
