"""The cast of this room's stories, in a database that forgets each of them."""

from collections.abc import Callable

import psycopg
import pytest

from paceline.facts.scope import Scope
from tests.org.cast import EPOCH, Cast
from tests.replays import played


@pytest.fixture
def cast(connection: psycopg.Connection) -> Cast:
    """Acme and Globex, as `Cast` tells."""
    return cast_on(connection)


@pytest.fixture
def open_organization(connection: psycopg.Connection) -> Callable[..., Scope]:
    """Makes an empty organization of that name, and the scope of it."""
    from paceline.org.actions.organization import create_organization

    def make(name: str, **settings) -> Scope:
        made = create_organization(connection, "root", name=name, **settings)
        return Scope(made.id, connection, "root")

    return make


def cast_on(connection: psycopg.Connection) -> Cast:
    return played(connection, make_cast, Cast.elsewhere)


def make_cast(connection: psycopg.Connection) -> Cast:
    from paceline.org.actions.moves import join_team
    from paceline.org.actions.organization import create_organization
    from paceline.org.actions.people import create_person
    from paceline.org.actions.units import create_department, create_team

    acme = create_organization(connection, "rosa", name="Acme", time_zone="Europe/Berlin", currency="EUR")
    scope = Scope(acme.id, connection, "rosa")
    sales = create_department(scope, "Sales").id
    field = create_department(scope, "Field", parent_id=sales).id
    partners = create_department(scope, "Partners", parent_id=sales).id
    hunters = create_team(scope, "Hunters", department_id=field).id

    def hire(name: str, department_id: int, manager_id: int | None = None) -> int:
        email = f"{name.lower()}@acme.example"
        return create_person(
            scope,
            name=name,
            email=email,
            hire_day=EPOCH,
            department_id=department_id,
            manager_id=manager_id,
        ).id

    rosa = hire("Rosa", sales)
    tariq, eve = hire("Tariq", field, rosa), hire("Eve", partners, rosa)
    sam = hire("Sam", field, tariq)
    join_team(scope, tariq, hunters, from_day=EPOCH, is_lead=True)
    join_team(scope, sam, hunters, from_day=EPOCH)
    globex = create_organization(connection, "olga", name="Globex")
    abroad = Scope(globex.id, connection, "olga")
    olga = create_person(abroad, name="Olga", email="olga@globex.example").id
    return Cast(
        scope=scope,
        abroad=abroad,
        sales=sales,
        field=field,
        partners=partners,
        hunters=hunters,
        rosa=rosa,
        tariq=tariq,
        sam=sam,
        eve=eve,
        olga=olga,
    )
