"""People: making and editing them, their manager, the ids that sources know them by. Nobody is deleted."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypedDict, Unpack

from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org import audit, directory, history, memberships, rollup, tree
from paceline.org.actions.settle import settle
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.models import ExternalId, Person
from paceline.org.names import findable

FIELDS = ("name", "email", "hire_day", "end_day", "manager_id", "quota_carrying")


class PersonFields(TypedDict, total=False):
    """What of a person can be edited; the end day and the manager have verbs of their own."""

    name: str
    email: str | None
    hire_day: date | None
    quota_carrying: bool


def create_person(
    scope: Scope,
    *,
    name: str,
    email: str | None = None,
    hire_day: date | None = None,
    manager_id: int | None = None,
    quota_carrying: bool = True,
    department_id: int | None = None,
    team_ids: Iterable[int] = (),
    external_ids: Mapping[str, str] | None = None,
    reason: str = "",
) -> Person:
    """Make a person, in the department and the teams from the hire day on, or always where none is known.

    The first of the teams is the primary one. `external_ids` is by source. Raises InvalidInput, NotFound.
    """
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        checks = Checks()
        trail = audit.Trail(scope, "create_person", checks.reason(reason))
        made = Person(org_id=scope.org_id)
        _set(made, checks, name=name, email=email, hire_day=hire_day, quota_carrying=quota_carrying)
        ids = {
            checks.name("source", source): checks.name("external_id", external_id)
            for source, external_id in (external_ids or {}).items()
        }
        for source, external_id in ids.items():
            _check_external_id(scope, checks, source, external_id)
        if manager_id is not None:
            made.manager = directory.person(scope, manager_id)
        rows: history.History = ()
        if department_id is not None:
            rows = history.moved(rows, directory.department(scope, department_id).id, *made.days)
        for team_id in team_ids:
            rows = history.in_team(rows, directory.team(scope, team_id).id, *made.days)
        checks.done()
        made.save()
        ExternalId.objects.bulk_create(
            ExternalId(org_id=scope.org_id, person=made, source=source, external_id=external_id)
            for source, external_id in ids.items()
        )
        new = {**audit.values(made, *FIELDS), "external_ids": ids}
        trail.record("person", made.id, old=None, new=new)
        settle(scope, trail, memberships.Stored({}), {made.id: rows})
        rollup.set_owner_keys(scope, [made.id])
    return made


def edit_person(scope: Scope, person_id: int, *, reason: str = "", **fields: Unpack[PersonFields]) -> Person:
    """Change these fields of a person, and no others. Raises InvalidInput, NotFound.

    Memberships that began on the old hire day begin on the new one; none begins before it.
    """
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        person = directory.person(scope, person_id)
        checks = Checks()
        trail = audit.Trail(scope, "edit_person", checks.reason(reason))
        old, was = audit.values(person, *FIELDS), person.days
        _set(person, checks, **fields)
        checks.done()
        person.save()
        if trail.record("person", person.id, old=old, new=audit.values(person, *FIELDS)):
            stored = memberships.read(scope, [person.id])
            rows = history.within(stored.history(person.id), was, person.days)
            settle(scope, trail, stored, {person.id: rows})
            rollup.set_owner_keys(scope, [person.id])
    return person


def set_manager(scope: Scope, person_id: int, manager_id: int | None, *, reason: str = "") -> Person:
    """Whom the person reports to, if anybody. Raises InvalidInput if that would close a circle, NotFound."""
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        person = directory.person(scope, person_id)
        manager = None if manager_id is None else directory.person(scope, manager_id)
        checks = Checks()
        trail = audit.Trail(scope, "set_manager", checks.reason(reason))
        people = Person.objects.filter(org_id=scope.org_id)
        above = {**dict(people.values_list("id", "manager_id")), person.id: manager_id}
        circle = tree.loop(above, person.id)
        if circle:
            names = dict(people.filter(id__in=circle).values_list("id", "name"))
            checks.fault("manager", reporting_circle([names[number] for number in circle]))
        checks.done()
        old = audit.values(person, "manager_id")
        person.manager = manager
        person.save(update_fields=["manager"])
        trail.record("person", person.id, old=old, new=audit.values(person, "manager_id"))
    return person


def set_external_id(scope: Scope, person_id: int, source: str, external_id: str | None, *, reason: str = "") -> None:
    """By which id the source knows the person; None if by none. Raises InvalidInput, NotFound."""
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        person = directory.person(scope, person_id)
        checks = Checks()
        trail = audit.Trail(scope, "set_external_id", checks.reason(reason))
        source = checks.name("source", source)
        if external_id is not None:
            external_id = checks.name("external_id", external_id)
            _check_external_id(scope, checks, source, external_id, person)
        checks.done()
        held = ExternalId.objects.filter(org_id=scope.org_id, person=person, source=source)
        old = {source: held.values_list("external_id", flat=True).first()}
        if trail.record("person", person.id, old=old, new={source: external_id}):
            held.delete()
            if external_id is not None:
                ExternalId.objects.create(org_id=scope.org_id, person=person, source=source, external_id=external_id)
            rollup.set_owner_keys(scope, [person.id])


def reporting_circle(names: list[str]) -> str:
    """Such as "Sam cannot report to Tariq: Tariq reports to Sam". The first name closes the list."""
    first, manager, *rest = names
    if not rest:
        return f"{first} cannot report to {first}"
    return f"{first} cannot report to {manager}: {manager} reports to {', who reports to '.join(rest)}"


def _set(person: Person, checks: Checks, **fields: Unpack[PersonFields]) -> None:
    """Put the fields on the person, noting every fault of them."""
    if "name" in fields:
        person.name = checks.name("name", fields["name"])
    if "email" in fields:
        person.email = checks.email("email", fields["email"])
        _check_email_is_free(person, checks)
    if "quota_carrying" in fields:
        person.quota_carrying = fields["quota_carrying"]
    if "hire_day" in fields:
        person.hire_day = fields["hire_day"]
        if person.hire_day is not None:
            checks.day("hire_day", person.hire_day)
            if person.end_day is not None and person.end_day < person.hire_day:
                checks.fault("hire_day", f"{person.hire_day} is after the last day, {person.end_day}")


def _check_email_is_free(person: Person, checks: Checks) -> None:
    if person.email is None:
        return
    others = Person.objects.filter(org_id=person.org_id).exclude(pk=person.pk)
    taken = directory.same(others, "email", person.email).first()
    if taken is not None:
        checks.fault("email", f"{person.email} is {taken.name}'s")


def _check_external_id(
    scope: Scope, checks: Checks, source: str, external_id: str, person: Person | None = None
) -> None:
    words = {"source": findable(source), "external_id": findable(external_id)}
    held = ExternalId.objects.filter(org_id=scope.org_id, **words)
    taken = held.exclude(person=person).select_related("person").first()
    if taken is not None:
        checks.fault("external_id", f"{external_id} of {source} is {taken.person.name}'s")
