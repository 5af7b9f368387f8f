"""Finding organizations, people and units, and saying clearly when they are not found."""

from typing import TypeVar

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from paceline.errors import Conflict, NotFound
from paceline.facts.scope import Scope
from paceline.org.kept import kept
from paceline.org.models import Department, Organization, Person, Team
from paceline.org.names import did_you_mean, findable, listed

Thing = TypeVar("Thing", Person, Department, Team)


class SeveralOrganizations(Conflict):
    """There is more than one organization, and none was named."""

    code = "several_organizations"


class AmbiguousName(Conflict):
    """Several people go by that name."""

    code = "ambiguous_name"


def organization(slug: str | None = None) -> Organization:
    """The organization with this slug, or the only one there is. Raises NotFound, SeveralOrganizations."""
    slugs = list(Organization.objects.order_by("slug").values_list("slug", flat=True))
    if not slugs:
        raise NotFound("there is no organization yet: make one with `paceline organization create`")
    if slug is not None and slug not in slugs:
        raise NotFound(f"there is no organization {slug!r}{did_you_mean(slug, slugs)}")
    if slug is None and len(slugs) > 1:
        raise SeveralOrganizations(f"say which organization: {listed(slugs, 'or')}", slugs=slugs)
    return Organization.objects.get(slug=slug or slugs[0])


def own_organization(scope: Scope) -> Organization:
    """The organization of the scope. Raises NotFound."""
    found = kept.get(scope, "organization", lambda: Organization.objects.filter(pk=scope.org_id).first())
    if found is None:
        raise NotFound("there is no such organization")
    return found


def person(scope: Scope, person_id: int) -> Person:
    """The person with this id. Raises NotFound."""
    return _by_id(Person.objects.all(), scope, person_id, "person")


def department(scope: Scope, department_id: int) -> Department:
    """The department with this id. Raises NotFound."""
    return _by_id(Department.objects.all(), scope, department_id, "department")


def team(scope: Scope, team_id: int) -> Team:
    """The team with this id. Raises NotFound."""
    return _by_id(Team.objects.all(), scope, team_id, "team")


def find_person(scope: Scope, words: str, source: str | None = None) -> Person:
    """The person by external id (of that source, or of any), e-mail or name, in that order.

    Raises NotFound with the closest names, AmbiguousName with the e-mails that tell them apart.
    """
    own = Person.objects.filter(org_id=scope.org_id).order_by("id")
    ids = Q(external_ids__external_id=findable(words))
    rules = (
        own.filter(ids if source is None else ids & Q(external_ids__source=source)).distinct(),
        same(own, "email", words),
        same(own, "name", words),
    )
    for found in map(list, rules):
        if len(found) > 1:
            raise AmbiguousName(
                f"{len(found)} people answer to {words!r}: say which by e-mail or external id",
                people=[{"id": each.id, "name": each.name, "email": each.email} for each in found],
            )
        if found:
            return found[0]
    known = [word for pair in own.values_list("name", "email") for word in pair if word]
    raise NotFound(f"there is no person {words!r}{did_you_mean(words, known)}")


def find_department(scope: Scope, name: str) -> Department:
    """The department of that name. Raises NotFound with the closest names."""
    return _by_name(Department.objects.filter(org_id=scope.org_id), name, "department")


def find_team(scope: Scope, name: str) -> Team:
    """The team of that name. Raises NotFound with the closest names."""
    return _by_name(Team.objects.filter(org_id=scope.org_id), name, "team")


def find_unit(scope: Scope, kind: str, name: str) -> Department | Team:
    """The unit of that kind ("department" or "team") and name. Raises NotFound with the closest names."""
    return find_department(scope, name) if kind == "department" else find_team(scope, name)


def same(things: QuerySet[Thing], field: str, words: str) -> QuerySet[Thing]:
    """Those whose field is these words, compared as the table's unique key compares them."""
    return things.alias(key=Lower(field)).filter(key=Lower(Value(findable(words))))


def _by_id(things: QuerySet[Thing], scope: Scope, number: int, kind: str) -> Thing:
    found = things.filter(org_id=scope.org_id, pk=number).first()
    if found is None:
        raise NotFound(f"there is no such {kind}")
    return found


def _by_name(things: QuerySet[Thing], name: str, kind: str) -> Thing:
    found = same(things, "name", name).first()
    if found is None:
        raise NotFound(f"there is no {kind} {name!r}{did_you_mean(name, things.values_list('name', flat=True))}")
    return found
