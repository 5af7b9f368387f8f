"""The page of a person: who they are, where they were when, and what they are held to now."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase

from paceline.accounts import actions as accounts
from paceline.domain.access import Permission
from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.models import ExternalId, Membership, Person
from paceline.plan.gathered import Glance, glances
from paceline.plan.models import Assignment, Target, TargetStatus
from paceline.web import lines
from paceline.web.page import Page, page
from paceline.web.people.listing import state

TARGETS_SHOWN_MAX = 20
REPORTS_SHOWN_MAX = 30
# What a timeline shows of days that have no beginning or no end.
_MARGIN_DAYS = 90
_FINE = 10_000


@dataclass(frozen=True, slots=True)
class Stay:
    """A membership; `x` and `width` are per cent of the timeline."""

    row: Membership
    name: str
    kind: str
    unit_id: int
    from_day: date | None
    last_day: date | None
    when: str
    x: str
    width: str


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def person(page: Page, person_id: int) -> HttpResponseBase:
    """The page of a person."""
    with page.reading() as scope:
        found = directory.person(scope, person_id)
        stays, today_at = timeline(scope, found, page.today)
        reports = Person.objects.filter(org_id=scope.org_id, manager=found).order_by("name", "id")
        count = reports.count()
        shown: dict[str, Any] = {
            "person": found,
            "state": state(found, page.today),
            "ids": ExternalId.objects.filter(org_id=scope.org_id, person=found).order_by("source"),
            "stays": stays,
            "today_at": today_at,
            "now": [each for each in stays if each.when == "now"],
            "undo": _undo(found, stays),
            "reports": list(reports[:REPORTS_SHOWN_MAX]),
            "reports_count": count,
            "reports_more": max(count - REPORTS_SHOWN_MAX, 0),
            "member": accounts.members(scope).filter(person=found).first(),
            "targets": _targets(page, scope, found),
        }
        return page.render("paceline/people/person.html", shown)


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def targets(page: Page, person_id: int) -> HttpResponseBase:
    """What they are held to now, which moves by itself."""
    with page.reading() as scope:
        found = directory.person(scope, person_id)
        return page.render("paceline/people/targets.html", {"person": found, "targets": _targets(page, scope, found)})


def timeline(scope: Scope, found: Person, today: date) -> tuple[list[Stay], str]:
    """Their memberships, the latest first, and where today is on their line."""
    rows = Membership.objects.filter(org_id=scope.org_id, person=found).select_related("department", "team")
    held = sorted(rows, key=lambda each: (each.from_day, each.team_id or 0), reverse=True)
    days = [
        today,
        *(day for each in held for day in (each.from_day, each.to_day) if day not in {DAY_ALWAYS, DAY_NEVER}),
    ]
    first, last = min(days) - timedelta(days=_MARGIN_DAYS), max(days) + timedelta(days=_MARGIN_DAYS)

    def at(day: date) -> int:
        return (min(max(day, first), last) - first).days * _FINE // (last - first).days

    return [_stay(each, today, at(each.from_day), at(each.to_day)) for each in held], _percent(at(today))


def _stay(row: Membership, today: date, start: int, end: int) -> Stay:
    when = "past" if row.to_day <= today else "later" if row.from_day > today else "now"
    return Stay(
        row,
        row.department.name if row.department else row.team.name if row.team else "",
        "department" if row.department_id else "team",
        row.department_id or row.team_id or 0,
        None if row.from_day == DAY_ALWAYS else row.from_day,
        None if row.to_day == DAY_NEVER else row.to_day - timedelta(days=1),
        when,
        _percent(start),
        _percent(max(end - start, 1)),
    )


def _undo(person: Person, stays: list[Stay]) -> dict[str, str] | None:
    """What takes the last move between departments back: the day of it, and where they were before."""
    moved = [each for each in stays if each.kind == "department"]
    if not moved or moved[0].from_day in {None, person.hire_day}:
        return None
    last = moved[0].row
    before = moved[1].row if len(moved) > 1 and moved[1].row.to_day == last.from_day else None
    asked = {"day": last.from_day.isoformat(), "to": str(before.department_id) if before else ""}
    return {"id": str(last.id), "asked": urlencode({**asked, **({"lead": 1} if before and before.is_lead else {})})}


def _percent(fine: int) -> str:
    return f"{fine // 100}.{fine % 100:02d}"


def _targets(page: Page, scope: Scope, found: Person) -> list[dict[str, Any]]:
    own = Assignment.objects.filter(org_id=scope.org_id, assignee_kind="person", assignee_id=found.id, is_deleted=False)
    own = own.filter(start_date__lte=page.today, end_date__gt=page.today)
    running = Target.objects.filter(
        org_id=scope.org_id, status=TargetStatus.ACTIVE.value, id__in=own.values("target_id")
    )
    by_id = {each.id: each for each in running.select_related("metric", "measured_by__narrowed_from")}
    shown = own.filter(target_id__in=by_id).order_by("target_id", "-end_date", "start_date")[:TARGETS_SHOWN_MAX]
    made = glances(scope, [(by_id[each.target_id], each.id) for each in shown], page.now)
    return [_target(page, each) for each in made]


def _target(page: Page, made: Glance) -> dict[str, Any]:
    report, window = made.report, made.held.window
    target = report.target
    is_part = (window.start, window.end) != (target.start_date, target.end_date)
    line = lines.line(page, report, report.row(made.held))
    return {"target": target, "line": line, "window": window, "is_part": is_part}
