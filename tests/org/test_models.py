"""What the tables refuse by themselves, whoever writes to them."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from paceline.org.models import (
    Change,
    Department,
    ExternalId,
    Membership,
    Organization,
    Person,
    Placement,
    Team,
)
from tests.org.cast import Cast, on


def refused(write: Callable[[], object], name: str) -> bool:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return name in str(error.value)


def test_nobody_is_in_two_departments_on_a_day(cast: Cast):
    def write(**days):
        return Membership.objects.create(org_id=cast.scope.org_id, person_id=cast.sam, department_id=cast.sales, **days)

    assert refused(lambda: write(from_day=on(1), to_day=on(2)), "org_membership_one_department")
    write(to_day=on(0))


def test_nobody_is_twice_in_a_team_or_has_two_primary_ones(cast: Cast):
    org_id = cast.scope.org_id
    tigers = Team.objects.create(org_id=org_id, name="Tigers")

    def write(team_id: int, *, is_primary: bool):
        Membership.objects.create(org_id=org_id, person_id=cast.sam, team_id=team_id, is_primary=is_primary)

    assert refused(lambda: write(cast.hunters, is_primary=False), "org_membership_once_in_team")
    assert refused(lambda: write(tigers.id, is_primary=True), "org_membership_one_primary")
    write(tigers.id, is_primary=False)


@pytest.mark.parametrize(
    ("units", "name"),
    [
        ({}, "org_membership_one_unit"),
        ({"department": True, "team": True}, "org_membership_one_unit"),
        ({"department": True, "is_primary": True}, "org_membership_one_unit"),
        ({"department": True, "to_day": on(-9_999), "from_day": on(-9_999)}, "org_membership_days"),
    ],
)
def test_a_membership_is_of_one_unit_and_has_a_day(cast: Cast, units: dict, name: str):
    ids = {"department": ("department_id", cast.field), "team": ("team_id", cast.hunters)}
    given = dict(ids.get(key, (key, value)) for key, value in units.items())
    assert refused(lambda: Membership.objects.create(org_id=cast.scope.org_id, person_id=cast.rosa, **given), name)


def test_a_department_has_one_parent_on_a_day_and_never_itself(cast: Cast):
    def write(parent_id: int, **days):
        Placement.objects.create(org_id=cast.scope.org_id, department_id=cast.field, parent_id=parent_id, **days)

    assert refused(lambda: write(cast.partners, from_day=on(1)), "org_placement_one_parent")
    Placement.objects.all().delete()
    assert refused(lambda: write(cast.field), "org_placement_not_itself")
    assert refused(lambda: write(cast.sales, from_day=on(1), to_day=on(1)), "org_placement_days")


def test_names_emails_and_external_ids_are_taken_once_in_an_organization(cast: Cast):
    org_id = cast.scope.org_id
    writes = {
        "org_department_name_once": lambda: Department.objects.create(org_id=org_id, name="FIELD"),
        "org_team_name_once": lambda: Team.objects.create(org_id=org_id, name="hunters"),
        "org_person_email_once": lambda: Person.objects.create(org_id=org_id, name="S", email="SAM@acme.example"),
        "org_person_email_given": lambda: Person.objects.create(org_id=org_id, name="S", email=""),
        "org_person_days": lambda: Person.objects.create(org_id=org_id, name="S", hire_day=on(1), end_day=on(0)),
        "org_organization_slug_once": lambda: Organization.objects.create(name="A", slug="acme"),
    }
    for name, write in writes.items():
        assert refused(write, name)
    ExternalId.objects.create(org_id=org_id, source="hr", external_id="17", person_id=cast.sam)
    again = {"org_external_id_once": ("17", cast.eve), "org_external_id_one_per_source": ("18", cast.sam)}
    for name, (external_id, person_id) in again.items():
        given = {"org_id": org_id, "source": "hr", "external_id": external_id, "person_id": person_id}
        assert refused(lambda given=given: ExternalId.objects.create(**given), name)


def test_nobody_is_ever_deleted(cast: Cast):
    with pytest.raises(ProtectedError):
        Person.objects.filter(id=cast.sam).delete()


def test_the_audit_trail_is_only_added_to(cast: Cast):
    own = Change.objects.filter(org_id=cast.scope.org_id)
    for write in (lambda: own.update(actor="nobody"), own.delete):
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            write()
    # What is younger than the organization keeps stays, however few days somebody managed to set.
    Organization.objects.update(audit_days=90)
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        own.delete()
    with pytest.raises(IntegrityError, match="org_organization_audit_days"), transaction.atomic():
        Organization.objects.update(audit_days=1)


def test_every_unique_key_of_the_room_begins_with_the_organization(cast: Cast):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid, 1, true)
            FROM pg_index i WHERE i.indrelid::regclass::text LIKE 'org\\_%'
            AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary"""
        )
        first = dict(cursor.fetchall())
    assert first.pop("org_organization_slug_once") == "slug"
    # Whose a token is, is what its hash is asked for.
    assert first.pop("org_api_token_hash_once") == "hash"
    assert set(first.values()) == {"org_id"}


def test_the_tables_are_called_by_the_room():
    assert all(model._meta.db_table.startswith("org_") for model in apps.get_app_config("org").get_models())
