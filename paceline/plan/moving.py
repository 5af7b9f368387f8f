"""What a change of somebody's units does to the figures: what stays with a unit, and what goes to another one.

A flow counts for the units that a person was in on the credit's day, a level for those at the window's end: semantics,
sections 4 and 8. What is said here is what the targets' own figures will be.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from paceline.domain.calendar import Window
from paceline.domain.kinds import Kind, Unit
from paceline.domain.rollup import Stay
from paceline.facts import breakdown
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan import rules
from paceline.plan.models import Assignment, Target, TargetStatus

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What of the person's value in a target counts for a unit, before the change and after it."""

    unit: Assignee
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What the change does to one target: `own` is what stands behind the person there, whichever unit has it."""

    target: Target
    is_level: bool
    is_money: bool
    own: int
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the person's that is part of a unit's which they leave."""

    target: Target
    is_money: bool
    value: int
    parent: Assignee


@dataclass(frozen=True, slots=True)
class Change:
    """The first day on which the units differ, those left and joined on it, and what that does to each target."""

    day: date
    leaves: list[Assignee]
    joins: list[Assignee]
    effects: list[Effect]
    shares: list[Share]


def change(scope: Scope, person_id: int, was: Collection[Stay], now: Collection[Stay], today: date) -> Change | None:
    """What it does to the active targets that have begun that the person's stays are these now; None if nothing."""
    day = _first_difference(was, now)
    if day is None:
        return None
    before, after = _units_on(was, day), _units_on(now, day)
    own = Target.objects.filter(org_id=scope.org_id, status=TargetStatus.ACTIVE.value)
    begun = own.filter(start_date__lte=today, end_date__gt=day).select_related("metric", "measured_by__narrowed_from")
    effects = _effects(scope, person_id, list(begun.order_by("start_date", "-end_date", "id")), (was, now), day, today)
    leaves = sorted(before - after)
    return Change(day, leaves, sorted(after - before), effects, _shares(scope, person_id, leaves, day))


def _effects(
    scope: Scope,
    person_id: int,
    targets: Sequence[Target],
    stays: tuple[Collection[Stay], Collection[Stay]],
    day: date,
    today: date,
) -> list[Effect]:
    definitions = {each.id: rules.definition(each.measured_by) for each in targets}
    levels = [each for each in targets if definitions[each.id].kind == Kind.LEVEL]
    flows = [each for each in targets if definitions[each.id].kind != Kind.LEVEL]
    gained: Mapping[int, Mapping[date, int]] = {}
    if flows:
        span = Window(min(each.start_date for each in flows), today + _ONE)
        gained = breakdown.days_of_person(scope, {each.measured_by_id for each in flows}, person_id, span)
    standing: dict[tuple[int, date], int] = {}
    for end in {min(today, each.last_day) for each in levels}:
        asked = {each.measured_by_id for each in levels if min(today, each.last_day) == end}
        found = breakdown.standing_of_person(scope, asked, person_id, end)
        standing |= {(metric_id, end): value for metric_id, value in found.items()}
    units = sorted(_differing(*stays))
    made: list[Effect] = []
    for each in targets:
        is_level = each in levels
        if is_level:
            own = standing.get((each.measured_by_id, min(today, each.last_day)), 0)
            # What stands goes along on the day itself, be it still to come.
            values = {min(max(today, day), each.last_day): own}
        else:
            days = gained[each.measured_by_id]
            values = {on: value for on, value in days.items() if each.start_date <= on < each.end_date}
            own = sum(values.values())
        parts = [Part(unit, *(_counted(values, own_stays, unit) for own_stays in stays)) for unit in units]
        made.append(Effect(each, is_level, definitions[each.id].unit == Unit.MONEY, own, parts))
    return made


def _counted(values: Mapping[date, int], stays: Collection[Stay], unit: Assignee) -> int:
    own = [stay for stay in stays if (stay.unit_kind, stay.unit_id) == unit]
    return sum(value for day, value in values.items() if any(stay.from_day <= day < stay.to_day for stay in own))


def _shares(scope: Scope, person_id: int, leaves: Collection[Assignee], day: date) -> list[Share]:
    own = Assignment.objects.filter(
        org_id=scope.org_id, assignee_kind="person", assignee_id=person_id, is_deleted=False
    )
    running = own.filter(target__status=TargetStatus.ACTIVE.value, start_date__lte=day, end_date__gt=day)
    held = list(
        running.select_related("target__metric", "target__measured_by__narrowed_from").order_by("target_id", "id")
    )
    above = Assignment.objects.filter(org_id=scope.org_id, id__in=[each.parent_id for each in held if each.parent_id])
    parents = {each.id: Assignee(each.assignee_kind, each.assignee_id) for each in above}
    found = [(each, parents.get(each.parent_id or 0)) for each in held]
    return [
        Share(each.target, rules.definition(each.target.measured_by).unit == Unit.MONEY, each.value, parent)
        for each, parent in found
        if parent is not None and parent in leaves
    ]


def _first_difference(was: Collection[Stay], now: Collection[Stay]) -> date | None:
    days = sorted({day for stay in (*was, *now) for day in (stay.from_day, stay.to_day)})
    return next((day for day, _ in pairwise(days) if _units_on(was, day) != _units_on(now, day)), None)


def _units_on(stays: Collection[Stay], day: date) -> set[Assignee]:
    return {Assignee(each.unit_kind, each.unit_id) for each in stays if each.from_day <= day < each.to_day}


def _differing(was: Collection[Stay], now: Collection[Stay]) -> set[Assignee]:
    """The units that the person is in on other days than before."""
    return {Assignee(each.unit_kind, each.unit_id) for each in {*was} ^ {*now}}
