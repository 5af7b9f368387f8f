"""Finding targets, assignments and the assignees they name."""

import re
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from paceline.domain.access import Permission
from paceline.domain.calendar import Window
from paceline.errors import InvalidInput, NotAllowed, NotFound
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory, reach
from paceline.org.directory import AmbiguousName
from paceline.org.kept import kept
from paceline.org.models import Department, Person, Team
from paceline.org.names import did_you_mean, findable
from paceline.plan.models import AssigneeKind, Assignment, Target

ORGANIZATION = Assignee(AssigneeKind.ORGANIZATION.value, 0)


def target(scope: Scope, target_id: int) -> Target:
    """The target with this id. Raises NotFound, and NotAllowed where the actor sees no share of it."""
    found = any_target(scope, target_id)
    shared = visible_assignments(scope)
    if shared is not None and not shared.filter(target_id=target_id).exists():
        raise NotAllowed("you see the targets that you, or those below you, have a share of")
    return found


def target_to_plan(scope: Scope, target_id: int) -> Target:
    """The target with this id, for whoever plans: those below may have no share yet. Raises NotFound, NotAllowed."""
    if not scope.access.allows(Permission.PLAN_ALL):
        scope.needs(Permission.PLAN_BELOW)
    return any_target(scope, target_id)


def visible_assignments(scope: Scope) -> QuerySet[Assignment] | None:
    """The assignments of today that the actor sees; None for all of them."""
    if scope.access.allows(Permission.READ_ALL):
        return None
    found = reach.seen(scope, reach.today(scope)) or frozenset()
    who = Q(pk__in=[])
    for kind in AssigneeKind.values:
        who |= Q(assignee_kind=kind, assignee_id__in=[each.id for each in found if each.kind == kind])
    return Assignment.objects.filter(who, org_id=scope.org_id, is_deleted=False)


def any_target(scope: Scope, target_id: int) -> Target:
    """The target with this id, whoever sees it: what is read of it is what the actor sees. Raises NotFound."""
    found = kept.get(scope, ("target", target_id), lambda: _targets(scope).filter(pk=target_id).first())
    if found is None:
        raise NotFound("there is no such target")
    return found


def target_named(scope: Scope, words: str) -> Target:
    """The target of that name, or with that id. Raises NotFound with the closest names, AmbiguousName."""
    own = Target.objects.filter(org_id=scope.org_id)
    ids = list(own.filter(name__iexact=findable(words)).order_by("id").values_list("id", flat=True)[:10])
    if len(ids) > 1:
        raise AmbiguousName(f"several targets are called {words!r}: give one of the ids {ids}", targets=ids)
    if ids:
        return target(scope, ids[0])
    if re.fullmatch(r"\d{1,18}", words.strip()):
        return target(scope, int(words))
    near = did_you_mean(words, own.values_list("name", flat=True))
    raise NotFound(f"there is no target {words!r}{near}")


def assignment(scope: Scope, assignment_id: int) -> Assignment:
    """The assignment with this id. Raises NotFound, and NotAllowed where the actor does not see it."""
    found = Assignment.objects.filter(org_id=scope.org_id, pk=assignment_id, is_deleted=False).first()
    if found is None:
        raise NotFound("there is no such assignment")
    reach.check_sees(scope, Assignee(found.assignee_kind, found.assignee_id))
    return found


def share(scope: Scope, target: Target, assignee: Assignee, window: Window) -> Assignment:
    """The assignee's share of the target for the window, also one that was taken away since. Raises NotFound."""
    own = Assignment.objects.filter(org_id=scope.org_id, target=target, start_date=window.start, end_date=window.end)
    found = own.filter(assignee_kind=assignee.kind, assignee_id=assignee.id).first()
    if found is None:
        raise NotFound(f"this assignee never had a share of {target.name!r} for {window.start} to {window.last}")
    return found


def target_of_assignment(scope: Scope, assignment_id: int) -> Target:
    """The target of an assignment, also of one that was taken away since. Raises NotFound."""
    found = kept.get(scope, ("target of", assignment_id), lambda: _target_of(scope, assignment_id))
    if found is None:
        raise NotFound("there is no such assignment")
    return found


def _target_of(scope: Scope, assignment_id: int) -> Target | None:
    return _targets(scope).filter(assignments__id=assignment_id, assignments__org_id=scope.org_id).first()


def _targets(scope: Scope) -> QuerySet[Target]:
    return Target.objects.filter(org_id=scope.org_id).select_related("metric", "measured_by__narrowed_from")


def assignee(scope: Scope, words: str) -> Assignee:
    """The assignee written as organization, department:NAME, team:NAME or person:EMAIL (or name, or external id).

    Raises InvalidInput, NotFound.
    """
    kind, _, name = words.strip().partition(":")
    if kind == AssigneeKind.ORGANIZATION:
        return ORGANIZATION
    if kind == AssigneeKind.PERSON and name:
        return Assignee(kind, directory.find_person(scope, name).id)
    if kind in {AssigneeKind.DEPARTMENT, AssigneeKind.TEAM} and name:
        return Assignee(kind, directory.find_unit(scope, kind, name).id)
    near = "" if kind in AssigneeKind.values else did_you_mean(kind, AssigneeKind.values)
    raise InvalidInput.at("to", f"{words!r} is not organization, department:NAME, team:NAME or person:EMAIL{near}")


def check_assignee(scope: Scope, given: Assignee) -> None:
    """Raises NotFound unless the assignee is one of this organization."""
    if given.kind == AssigneeKind.PERSON:
        directory.person(scope, given.id)
    elif given.kind == AssigneeKind.DEPARTMENT:
        directory.department(scope, given.id)
    elif given.kind == AssigneeKind.TEAM:
        directory.team(scope, given.id)
    elif given != ORGANIZATION:
        raise NotFound("there is no such assignee")


def check_assignees(scope: Scope, given: Iterable[Assignee]) -> None:
    """Raises NotFound unless all of these assignees are of this organization."""
    ids: dict[str, set[int]] = {}
    for each in given:
        ids.setdefault(each.kind, set()).add(each.id)
    own = {ORGANIZATION.kind: {ORGANIZATION.id}}
    for kind, things in (("department", Department), ("team", Team), ("person", Person)):
        if kind in ids:
            own[kind] = set(things.objects.filter(org_id=scope.org_id, id__in=ids[kind]).values_list("id", flat=True))
    if any(numbers - own.get(kind, set()) for kind, numbers in ids.items()):
        raise NotFound("there is no such assignee")
