"""Puts up the wall between organizations in the database, and says what is missing of it.

It is no numbered migration: the role belongs to the server and not to the database, so a database that was restored on
another server needs it again; and a table that a later migration makes is walled as soon as it is there. Whatever has
an `org_id` is behind the wall. See docs/decisions/row-level-security.md.
"""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from paceline.errors import PacelineError
from paceline.facts.tenancy import tenant_role

# What is only ever added to, as far as the application goes.
APPEND_ONLY = frozenset({"credit", "org_change", "plan_assignment_value", "plan_former_setting"})
# What is read, and written by the login role alone.
READ_ONLY = frozenset({"django_migrations"})
# The table of the organizations themselves, whose id is what others name `org_id`.
ORGANIZATIONS = "org_organization"
POLICY = "own_organization"
# Of the setting's own kind, so that an index serves it; an unset one is NULL, which no row equals.
_OWN: LiteralString = "NULLIF(current_setting('paceline.org_id', true), '')::bigint"
# The same as PostgreSQL tells it.
_OWN_TOLD = "(NULLIF(current_setting('paceline.org_id'::text, true), ''::text))::bigint"
_SET_VERSION = 160_000

_ROLE: LiteralString = """
    SELECT rolcanlogin OR rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid),
        pg_has_role(session_user, oid, %(may)s), session_user::text
    FROM pg_roles r WHERE rolname = %(role)s"""
_LOGIN: LiteralString = "SELECT session_user::text"

# Every table with its column of the organization, if it has one, and what keeps the policy from being as it should.
_TABLES: LiteralString = """
    SELECT c.relname, a.attname, c.relrowsecurity,
        (SELECT count(*) = 1 AND bool_and(polcmd = '*' AND polroles = '{0}' AND polpermissive
            AND pg_get_expr(polqual, polrelid) = format('(%%I = %%s)', a.attname, %(own)s::text)
            AND pg_get_expr(polwithcheck, polrelid) = pg_get_expr(polqual, polrelid))
         FROM pg_policy WHERE polrelid = c.oid),
        ARRAY(SELECT p FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) p
            WHERE has_table_privilege(%(role)s::name, c.oid, p)
               OR p IN ('SELECT', 'INSERT', 'UPDATE') AND has_any_column_privilege(%(role)s::name, c.oid, p)),
        pg_get_userbyid(c.relowner) = %(role)s
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        AND a.attname = CASE WHEN c.relname = %(organizations)s THEN 'id' ELSE 'org_id' END
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname"""
_SEQUENCES: LiteralString = """
    SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND CASE WHEN relkind = 'S' THEN NOT has_sequence_privilege(%(role)s::name, oid, 'USAGE') END"""
_PLACE: LiteralString = """
    SELECT has_schema_privilege(%(role)s::name, 'public', 'USAGE'),
        has_database_privilege(%(role)s::name, current_database(), 'TEMPORARY')"""


class RoleNotMade(PacelineError):
    """The login role may not make the role that statements run as, or there is another one of its name."""

    code = "role_not_made"
    status = 503


def privileges(table: str) -> frozenset[str]:
    """What the tenant role may do with a table."""
    if table in READ_ONLY:
        return frozenset({"SELECT"})
    return frozenset({"SELECT", "INSERT"} if table in APPEND_ONLY else {"SELECT", "INSERT", "UPDATE", "DELETE"})


def faults(connection: psycopg.Connection[Any]) -> list[str]:
    """What is missing of the wall, in words."""
    role = tenant_role(connection.info.dbname)
    found = _role_faults(connection, role)
    return found or [*_table_faults(connection, role), *_place_faults(connection, role)]


def _role_faults(connection: psycopg.Connection[Any], role: str) -> list[str]:
    row = _look_up(connection, role)
    if row is None:
        return [f"the role {role} is missing"]
    is_strong, may_become = row
    found = [f"the role {role} may log in, passes the wall or belongs to another role"] if is_strong else []
    return found if may_become else [*found, f"the login role may not become {role}"]


def _look_up(connection: psycopg.Connection[Any], role: str) -> tuple[bool, bool] | None:
    may = "SET" if connection.info.server_version >= _SET_VERSION else "MEMBER"
    row = connection.execute(_ROLE, {"role": role, "may": may}).fetchone()
    return None if row is None else (row[0], row[1])


def _table_faults(connection: psycopg.Connection[Any], role: str) -> Iterator[str]:
    given = {"role": role, "own": _OWN_TOLD, "organizations": ORGANIZATIONS}
    for table, column, is_on, has_policy, held, is_owned in connection.execute(_TABLES, given):
        if column is not None and not (is_on and has_policy):
            yield f"{table} has no row-level security"
        if frozenset(held) != privileges(table) or is_owned:
            yield f"{role} may not do with {table} what it should, or may do more"


def _place_faults(connection: psycopg.Connection[Any], role: str) -> Iterator[str]:
    (count,) = connection.execute(_SEQUENCES, {"role": role}).fetchone() or (0,)
    if count:
        yield f"{role} may not use {count} sequences"
    may_use, may_stage = connection.execute(_PLACE, {"role": role}).fetchone() or (False, False)
    if not may_use or not may_stage:
        yield f"{role} may not use the schema public, or make temporary tables"


def make_role(connection: psycopg.Connection[Any]) -> None:
    """Make the role that statements run as, unless it is there. Runs as the login role. Raises RoleNotMade."""
    role = tenant_role(connection.info.dbname)
    (login,) = connection.execute(_LOGIN).fetchone() or ("",)
    names = {"role": sql.Identifier(role), "login": sql.Identifier(login)}
    make = sql.SQL("CREATE ROLE {role} NOLOGIN").format(**names)
    grant = sql.SQL("GRANT {role} TO {login}").format(**names)
    row = _look_up(connection, role)
    if row is not None and row[0]:
        raise RoleNotMade(
            f"there is a role {role} that may log in, passes row-level security or belongs to another role. This"
            " database needs it without: as an administrator, mend it by ALTER ROLE and REVOKE; then `paceline migrate`"
        )
    needed = [*([make] if row is None else []), *([] if row is not None and row[1] else [grant])]
    try:
        with connection.transaction():
            for statement in needed:
                connection.execute(statement)
    except InsufficientPrivilege:
        told = "; ".join(statement.as_string(connection) for statement in needed)
        raise RoleNotMade(
            f"{login} may not make the role that keeps organizations apart. An administrator of the server runs once:"
            f" {told};  then run `paceline migrate`"
        ) from None


def put_up(connection: psycopg.Connection[Any]) -> None:
    """Let every table be behind the wall, as it should be. The role is there; runs as the login role."""
    role = tenant_role(connection.info.dbname)
    given = {"role": role, "own": _OWN_TOLD, "organizations": ORGANIZATIONS}
    with connection.transaction():
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))
        grant = sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(sql.Identifier(role))
        connection.execute(grant)
        _let_stage(connection, role)
        for table, column, is_on, has_policy, held, _ in connection.execute(_TABLES, given).fetchall():
            if column is not None and not (is_on and has_policy):
                _wall(connection, table, column)
            if frozenset(held) != privileges(table):
                _grant(connection, role, table)


def _let_stage(connection: psycopg.Connection[Any], role: str) -> None:
    row = connection.execute(_PLACE, {"role": role}).fetchone()
    if row is not None and not row[1]:
        names = sql.Identifier(connection.info.dbname), sql.Identifier(role)
        connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(*names))


def _wall(connection: psycopg.Connection[Any], table: str, column: str) -> None:
    policies = "SELECT polname FROM pg_policy WHERE polrelid = format('public.%%I', %s::text)::regclass"
    name = sql.Identifier("public", table)
    for (policy,) in connection.execute(policies, [table]).fetchall():
        connection.execute(sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(policy), name))
    own = sql.SQL("{} = {}").format(sql.Identifier(column), sql.SQL(_OWN))
    make = sql.SQL("CREATE POLICY {} ON {} USING ({}) WITH CHECK ({})")
    connection.execute(make.format(sql.Identifier(POLICY), name, own, own))
    connection.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(name))


def _grant(connection: psycopg.Connection[Any], role: str, table: str) -> None:
    names = {"table": sql.Identifier("public", table), "role": sql.Identifier(role)}
    some = sql.SQL(", ").join(map(sql.SQL, sorted(privileges(table))))  # pyright: ignore[reportArgumentType]
    connection.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
    connection.execute(sql.SQL("GRANT {some} ON {table} TO {role}").format(some=some, **names))
