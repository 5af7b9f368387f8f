"""People, and where they are."""

from datetime import date
from typing import Annotated, Any

from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from paceline.api import answers
from paceline.api.callers import Admin
from paceline.api.pages import CursorQuery, Id, LimitQuery, PathId, after, page
from paceline.api.shapes import PROBLEMS, Day, Given, Name, Reason, example
from paceline.errors import InvalidInput, NotFound
from paceline.facts.scope import Scope
from paceline.org.actions import moves
from paceline.org.actions import people as verbs
from paceline.org.columns import EMAIL_CHARACTERS_MAX
from paceline.org.models import ExternalId, Membership, Person
from paceline.org.names import findable

router = Router(tags=["organization"], auth=Admin())

Email = Annotated[str, Field(max_length=EMAIL_CHARACTERS_MAX, examples=["sam@example.com"])]
EmailQuery = Annotated[str | None, Query(max_length=EMAIL_CHARACTERS_MAX, description="Only whoever has this address.")]
ExternalIds = Annotated[dict[str, str], Field(description="The person's id in each source.", examples=[{"crm": "17"}])]


class PersonIn(Given):
    """Someone new, in the department and the teams from the hire day on; the first team is the primary one."""

    model_config = example(
        {"name": "Sam", "email": "sam@example.com", "hire_date": "2026-01-01", "department_id": 3, "team_ids": [5]}
    )

    name: Name
    email: Email | None = None
    hire_date: Day | None = None
    manager_id: Id | None = None
    quota_carrying: bool = True
    department_id: Id | None = None
    team_ids: Annotated[list[Id], Field(default_factory=list, max_length=50)]
    external_ids: Annotated[ExternalIds, Field(default_factory=dict)]
    reason: Reason = ""


class PersonChange(Given):
    """What changes of a person; what is left out stays, and null clears. `end_date` is the last day."""

    model_config = example({"name": "Sam Smith", "manager_id": 12})

    name: Name | None = None
    email: Email | None = None
    hire_date: Day | None = None
    end_date: Day | None = None
    manager_id: Id | None = None
    quota_carrying: bool | None = None
    external_ids: dict[str, str | None] | None = None
    reason: Reason = ""


class Move(Given):
    """From `from_date` on: into a department (or with null out of it), or into a team, or with `leave` out of it."""

    model_config = example({"from_date": "2026-04-01", "department_id": 4, "reason": "to the North"})

    from_date: Day
    department_id: Id | None = None
    team_id: Id | None = None
    leave: bool = False
    primary: bool | None = None
    lead: bool = False
    reason: Reason = ""


class MembershipOut(Schema):
    """Days in one unit, half-open; null where they are open."""

    kind: str
    id: int
    from_date: date | None
    to_date: date | None
    primary: bool
    lead: bool


class PersonOut(Schema):
    """A person with all memberships, past and future ones too."""

    id: int
    name: str
    email: str | None
    hire_date: date | None
    end_date: date | None
    manager_id: int | None
    quota_carrying: bool
    external_ids: dict[str, str]
    memberships: list[MembershipOut]


class PeopleOut(Schema):
    """A page of people."""

    items: list[PersonOut]
    next: str | None


def shown(person: Person) -> dict[str, Any]:
    """A person as it is answered."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "hire_date": person.hire_day,
        "end_date": person.end_day,
        "manager_id": person.manager_id,
        "quota_carrying": person.quota_carrying,
        "external_ids": {each.source: each.external_id for each in person.external_ids.all()},  # pyright: ignore[reportAttributeAccessIssue]
        "memberships": [_membership(each) for each in person.memberships.all()],  # pyright: ignore[reportAttributeAccessIssue]
    }


def _membership(each: Membership) -> dict[str, Any]:
    return {
        "kind": "team" if each.department_id is None else "department",
        "id": each.team_id if each.department_id is None else each.department_id,
        "from_date": None if each.from_day == date.min else each.from_day,
        "to_date": None if each.to_day.year == date.max.year else each.to_day,
        "primary": each.is_primary,
        "lead": each.is_lead,
    }


def _own(scope: Scope) -> QuerySet[Person]:
    memberships = Membership.objects.order_by("from_day", F("team_id").asc(nulls_first=True))
    ids = ExternalId.objects.order_by("source")
    own = Person.objects.filter(org_id=scope.org_id).order_by("id")
    return own.prefetch_related(Prefetch("memberships", memberships), Prefetch("external_ids", ids))


def _one(scope: Scope, person_id: int) -> dict[str, Any]:
    found = _own(scope).filter(pk=person_id).first()
    if found is None:
        raise NotFound("there is no such person")
    return shown(found)


@router.get("", response={200: PeopleOut, **PROBLEMS}, summary="List the people")
def list_people(
    request: HttpRequest, email: EmailQuery = None, cursor: CursorQuery = None, limit: LimitQuery = 100
) -> HttpResponse:
    """Everyone, also those who left: nobody is deleted."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        own = _own(scope).filter(id__gt=last)
        own = own if email is None else own.filter(email__iexact=findable(email))
        found = list(own[: limit + 1])
        return page([shown(each) for each in found], limit, [(each.id,) for each in found])

    return answers.read(request, make)


@router.post("", response={201: PersonOut, **PROBLEMS}, summary="Make a person")
def create_person(request: HttpRequest, given: PersonIn) -> HttpResponse:
    """Someone new, who can own records from now on."""
    fields = given.dict()
    fields["hire_day"] = fields.pop("hire_date")
    return answers.write(request, lambda scope: _one(scope, verbs.create_person(scope, **fields).id), answers.CREATED)


@router.get("/{person_id}", response={200: PersonOut, **PROBLEMS}, summary="Show a person")
def show_person(request: HttpRequest, person_id: PathId) -> HttpResponse:
    """One person with all memberships."""
    return answers.read_one(request, lambda scope: _one(scope, person_id))


@router.patch("/{person_id}", response={200: PersonOut, **PROBLEMS}, summary="Change a person")
def edit_person(request: HttpRequest, person_id: PathId, given: PersonChange) -> HttpResponse:
    """What is given changes and the rest stays. Records that name the person by a new e-mail or id count at once."""
    fields = given.dict(exclude_unset=True)

    def work(scope: Scope) -> dict[str, Any]:
        answers.check_unchanged(request, scope, lambda: _one(scope, person_id))
        _edit(scope, person_id, fields)
        return _one(scope, person_id)

    return answers.write(request, work)


def _edit(scope: Scope, person_id: int, fields: dict[str, Any]) -> None:
    reason = fields.pop("reason", "")
    ids = fields.pop("external_ids", None) or {}
    given = {"hire_day" if name == "hire_date" else name: value for name, value in fields.items()}
    for name in ("name", "quota_carrying"):
        if name in given and given[name] is None:
            raise InvalidInput.at(name, "cannot be cleared")
    if "manager_id" in given:
        verbs.set_manager(scope, person_id, given.pop("manager_id"), reason=reason)
    if "end_date" in given:
        moves.end_person(scope, person_id, end_day=given.pop("end_date"), reason=reason)
    for source, external_id in ids.items():
        verbs.set_external_id(scope, person_id, source, external_id, reason=reason)
    verbs.edit_person(scope, person_id, reason=reason, **given)


@router.post("/{person_id}/moves", response={200: PersonOut, **PROBLEMS}, summary="Move a person from a day on")
def move_person(request: HttpRequest, person_id: PathId, given: Move) -> HttpResponse:
    """From a day on: what was said of earlier days stays, and figures follow each day's membership."""
    named = given.model_fields_set & {"department_id", "team_id"}
    if len(named) != 1:
        raise InvalidInput.at("department_id", "give either department_id or team_id")
    if named == {"team_id"} and given.team_id is None:
        raise InvalidInput.at("team_id", "give a team")

    def work(scope: Scope) -> dict[str, Any]:
        _move(scope, person_id, given)
        return _one(scope, person_id)

    return answers.write(request, work)


def _move(scope: Scope, person_id: int, given: Move) -> None:
    from_day, reason = given.from_date, given.reason
    if given.team_id is None:
        to = None if given.leave else given.department_id
        moves.move_person(scope, person_id, department_id=to, from_day=from_day, is_lead=given.lead, reason=reason)
    elif given.leave:
        moves.leave_team(scope, person_id, given.team_id, from_day=from_day, reason=reason)
    else:
        chosen = {"is_primary": given.primary, "is_lead": given.lead}
        moves.join_team(scope, person_id, given.team_id, from_day=from_day, reason=reason, **chosen)
