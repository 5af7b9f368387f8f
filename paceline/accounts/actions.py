"""The verbs of the room: making users, and who is a member of an organization, as what."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from paceline.accounts.models import User
from paceline.domain.access import Permission, Role
from paceline.errors import Conflict, NotAllowed, NotFound
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import audit, directory, reach
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.models import ApiToken, Grant, Person

_SHOWN = ("role", "person_id", "ended_at")


class LastAdmin(Conflict):
    """Without that member nobody could manage the organization any more."""

    code = "last_admin"


def create_member(
    scope: Scope, *, email: str, role: str, name: str = "", person_id: int | None = None, password: str | None = None
) -> Grant:
    """Make the user of that address a member; the user is made too where there is none, with that password or none.

    Without a person named, they are the person of the same address, if there is one. Raises InvalidInput, NotFound,
    Conflict if they are a member already, or the person is another member.
    """
    with writing(scope, Permission.MANAGE_MEMBERS):
        checks = Checks()
        address = _address(checks, email)
        checks.choice("role", role, Role)
        called = checks.name("name", name) if name else ""
        user = User.objects.filter(email=address).first()
        if password is not None:
            if user is not None:
                checks.fault("password", f"{address} has an account, and keeps its password")
            _check_password(checks, password, User(email=address, name=called))
        checks.done()
        person = _person(scope, address, person_id)
        if user is None:
            user = User.objects.create_user(address, password, name=called or (person.name if person else ""))
        return _grant(scope, user, role, person)


def grant(scope: Scope, user: User, *, role: str, person_id: int | None = None) -> Grant:
    """As `create_member`, for a user that is there: one who accepts an invitation, or comes by single sign-on."""
    with writing(scope, Permission.MANAGE_MEMBERS):
        return _grant(scope, user, role, _person(scope, user.email, person_id))


def change_member(
    scope: Scope, grant_id: int, *, role: str | None = None, person_id: int | None = None, reason: str = ""
) -> Grant:
    """Give the member another role, or another person: not oneself, whose quota would then be somebody else's.

    Raises NotFound, InvalidInput, Conflict, LastAdmin, NotAllowed.
    """
    with writing(scope, Permission.MANAGE_MEMBERS):
        checks = Checks()
        if role is not None:
            checks.choice("role", role, Role)
        checks.done()
        found = member(scope, grant_id)
        old = _values(found)
        if role is not None and role != found.role:
            _check_not_last(scope, found)
            found.role = role
        if person_id is not None and person_id != found.person_id:
            if found.person_id is not None and Assignee("person", found.person_id) in reach.kept_from(scope):
                raise NotAllowed("nobody makes somebody else of themselves: another admin does")
            found.person = _free(scope, directory.person(scope, person_id), found.user_id)
        found.save(update_fields=["role", "person"])
        audit.Trail(scope, "change_member", reason).record("member", found.id, old=old, new=_values(found))
        return found


def end_member(scope: Scope, grant_id: int, now: datetime, *, reason: str = "") -> Grant:
    """End a membership and its tokens; sessions lose the organization at once. Raises NotFound, LastAdmin."""
    with writing(scope, Permission.MANAGE_MEMBERS):
        found = member(scope, grant_id)
        _check_not_last(scope, found)
        old = _values(found)
        found.ended_at = now
        found.save(update_fields=["ended_at"])
        # A member who comes back later does not bring old tokens along.
        ApiToken.objects.filter(org_id=scope.org_id, grant_id=found.id, revoked_at__isnull=True).update(revoked_at=now)
        audit.Trail(scope, "end_member", reason).record("member", found.id, old=old, new=_values(found))
        return found


def members(scope: Scope) -> QuerySet[Grant]:
    """Whoever is a member now, with user and person, in the order in which they came."""
    own = Grant.objects.filter(org_id=scope.org_id, ended_at__isnull=True)
    return own.select_related("user", "person").order_by("id")


def member(scope: Scope, grant_id: int) -> Grant:
    """The member of that number. Raises NotFound."""
    found = members(scope).filter(pk=grant_id).first()
    if found is None:
        raise NotFound("there is no such member")
    return found


def member_of(scope: Scope, email: str) -> Grant | None:
    """The member of that address, if there is one."""
    return members(scope).filter(user__email=email.strip().lower()).first()


def set_password(user: User, password: str) -> None:
    """Another password. Raises InvalidInput for one that is too easily guessed."""
    checks = Checks()
    _check_password(checks, password, user)
    checks.done()
    user.set_password(password)
    user.save(update_fields=["password"])


def _address(checks: Checks, email: str) -> str:
    address = checks.email("email", email)
    if address is None:
        checks.fault("email", "give an e-mail address")
    return (address or "").lower()


def _check_password(checks: Checks, password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        for message in error.messages:
            checks.fault("password", message)


def _grant(scope: Scope, user: User, role: str, person: Person | None) -> Grant:
    found = Grant.objects.filter(org_id=scope.org_id, user=user).first()
    if found is not None and found.ended_at is None:
        raise Conflict(f"{user.email} is a member already, as {found.role}")
    old = None if found is None else _values(found)
    made = found or Grant(org_id=scope.org_id, user=user)
    made.role, made.person, made.ended_at = role, person, None
    made.save()
    audit.Trail(scope, "create_member").record("member", made.id, old=old, new=_values(made))
    return made


def _person(scope: Scope, email: str, person_id: int | None) -> Person | None:
    if person_id is not None:
        return _free(scope, directory.person(scope, person_id), None, email)
    own = Person.objects.filter(org_id=scope.org_id)
    found = directory.same(own, "email", email).first()
    return None if found is None or _taken(scope, found, None, email) else found


def _free(scope: Scope, person: Person, user_id: int | None, email: str = "") -> Person:
    if _taken(scope, person, user_id, email):
        raise Conflict(f"{person.name} is another member's person")
    return person


def _taken(scope: Scope, person: Person, user_id: int | None, email: str) -> bool:
    others = members(scope).filter(person=person).exclude(user_id=user_id or 0)
    return others.exclude(user__email=email).exists()


def _check_not_last(scope: Scope, found: Grant) -> None:
    others = members(scope).filter(role=Role.ADMIN.value, user__is_active=True).exclude(pk=found.id)
    if found.role == Role.ADMIN.value and not others.exists():
        raise LastAdmin(f"{found.user.email} is the only admin: make another one first")


def _values(found: Grant) -> dict[str, object]:
    return {"email": found.user.email, **audit.values(found, *_SHOWN)}
