"""The page of an assignment: its figures, its burn-up, the records behind it, those below it and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.domain.kinds import Kind
from paceline.errors import InvalidInput
from paceline.facts.breakdown import Counted
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan import behind, find, progress, trail
from paceline.plan.behind import Point
from paceline.plan.clocks import Clocks
from paceline.plan.held import Held, held_one, names_of
from paceline.plan.models import Assignment, Target
from paceline.plan.progress import Measure
from paceline.web import lines
from paceline.web.formats import Figures
from paceline.web.page import Page, page

RECORDS_SHOWN_MAX = 50
BELOW_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class _Asked:
    """The assignment with its target, on the clocks of the address."""

    target: Target
    held: Held
    clocks: Clocks
    measure: Measure

    @property
    def query(self) -> str:
        """The clocks as the address has them."""
        clocks = self.clocks
        given = {"as_of": clocks.as_of, "known_at": clocks.known_at and clocks.known_at.isoformat()}
        return urlencode({name: value for name, value in given.items() if value})


@page("GET")
def assignment(page: Page, assignment_id: int) -> HttpResponseBase:
    """All of one assignment; what moves is a part that is asked for again by itself."""
    with page.reading() as scope:
        asked = _asked(page, scope, assignment_id)
        report = progress.report_one(scope, asked.target, assignment_id, page.now, asked.clocks)
        row = report.row(report.shown[0])
        figures = lines.figures_of(page, report)
        points = behind.series(scope, asked.target, asked.held, page.now, asked.clocks)
        shown: dict[str, Any] = {
            "target": asked.target,
            "held": asked.held,
            "line": lines.line(page, report, row),
            "made": row.progress,
            "gap": figures.whole(abs(row.progress.gap)),
            "expected": figures.whole(row.progress.expected),
            "clocks": asked.clocks,
            "is_now": asked.clocks == progress.NOW,
            "query": asked.query,
            "report": report,
            "may_change": _may_change(page, asked.held),
            "days": _days(points, asked, figures),
            "chart": _chart(page, points, asked, figures, row.progress.projected),
            "below": _below(page, scope, asked),
            **_records(page, scope, asked, figures),
            "steps": _steps(scope, asked, figures),
        }
        return page.render("paceline/progress/assignment.html", shown)


def _may_change(page: Page, held: Held) -> bool:
    """Whoever plans does, but for their own share."""
    plans = page.may(Permission.PLAN_ALL) or page.may(Permission.PLAN_BELOW)
    return plans and held.assignee != Assignee("person", page.caller.access.person_id or 0)


@page("GET")
def records(page: Page, assignment_id: int) -> HttpResponseBase:
    """The next of the records behind the figure."""
    with page.reading() as scope:
        asked = _asked(page, scope, assignment_id)
        figures = page.figures(is_money=asked.measure.definition.unit == "money")
        shown = {"held": asked.held, "target": asked.target, "query": asked.query}
        return page.render("paceline/progress/records.html", {**shown, **_records(page, scope, asked, figures)})


def _asked(page: Page, scope: Scope, assignment_id: int) -> _Asked:
    target = find.target_of_assignment(scope, assignment_id)
    clocks = Clocks(_day(page.request.GET.get("as_of", "")), _moment(page, page.request.GET.get("known_at", "")))
    measure = Measure(scope, target, clocks, page.now)
    return _Asked(target, held_one(scope, assignment_id, measure.known_at), clocks, measure)


def _days(points: Sequence[Point], asked: _Asked, figures: Figures) -> list[dict[str, Any]]:
    """The table by day, the last first."""
    is_level = asked.measure.definition.kind == Kind.LEVEL
    rows: list[dict[str, Any]] = []
    before = 0
    for place, each in enumerate(points):
        gained = each.current - before if place or not is_level else 0
        rows.append(
            {
                "day": each.day,
                "gained": figures.signed(gained) if gained else "",
                "current": figures.whole(each.current),
                "expected": figures.whole(each.expected),
                "is_ahead": each.current >= each.expected,
            }
        )
        before = each.current
    return rows[::-1]


def _chart(
    page: Page, series: Sequence[Point], asked: _Asked, figures: Figures, projected: int | None
) -> dict[str, Any]:
    """What the script draws: days and lines in whole units, and how they are written."""
    held = asked.held
    window = held.window
    points = {each.day: each.current for each in series}
    pace = asked.measure.pace_line(window, held.value)
    scale = 10**figures.exponent
    last = max(points, default=None)
    is_level = asked.measure.definition.kind == Kind.LEVEL
    projection: list[float | None] = [None] * window.days
    if last is not None and projected is not None and not is_level and last < window.last:
        at, steps = (last - window.start).days, (window.last - last).days
        for step in range(steps + 1):
            projection[at + step] = (points[last] + (projected - points[last]) * step / steps) / scale
    return {
        "days": [page.day(day) for day in window],
        "actual": [None if day not in points else points[day] / scale for day in window],
        "pace": [pace[day] / scale for day in window],
        "projection": projection,
        "target": held.value / scale,
        "currency": figures.currency,
        "locale": page.locale.replace("_", "-"),
    }


def _below(page: Page, scope: Scope, asked: _Asked) -> dict[str, Any]:
    """Those right below, for the same window; none on earlier clocks, whose tree the target's page shows."""
    if asked.held.assignee.kind == "person" or asked.clocks != progress.NOW:
        return {}
    own = Assignment.objects.filter(
        org_id=scope.org_id,
        parent_id=asked.held.id,
        is_deleted=False,
        start_date=asked.held.window.start,
        end_date=asked.held.window.end,
    )
    ids = set(own.values_list("id", flat=True)[: BELOW_SHOWN_MAX + 1])
    if not ids:
        return {}
    report = progress.report(scope, asked.target, page.now, window=asked.held.window)
    rows = [report.row(each) for each in report.shown if each.id in ids]
    rows.sort(key=lambda row: row.progress.pace)
    return {
        "lines": [lines.line(page, report, row) for row in rows[:BELOW_SHOWN_MAX]],
        "is_cut": len(ids) > BELOW_SHOWN_MAX,
    }


def _records(page: Page, scope: Scope, asked: _Asked, figures: Figures) -> dict[str, Any]:
    """A page of the records, and where the next one goes on."""
    record, _, person = page.request.GET.get("after", "0-0").partition("-")
    after = (int(record), int(person)) if record.isdecimal() and person.isdecimal() else (0, 0)
    given = (scope, asked.target, asked.held, page.now, asked.clocks, after, RECORDS_SHOWN_MAX + 1)
    found = behind.records(*given)
    names = names_of(scope, [Assignee("person", each.person_id) for each in found])
    last = found[RECORDS_SHOWN_MAX - 1] if len(found) > RECORDS_SHOWN_MAX else None

    def told(each: Counted) -> dict[str, Any]:
        return {"record": each, "owner": names.get(("person", each.person_id), ""), "value": figures.exact(each.value)}

    return {
        "records": [told(each) for each in found[:RECORDS_SHOWN_MAX]],
        "module": asked.measure.definition.module.value,
        "next": last and f"{last.record_id}-{last.person_id}",
    }


def _steps(scope: Scope, asked: _Asked, figures: Figures) -> list[dict[str, Any]]:
    """Every change of its value, the last first."""
    made = trail.steps(scope, asked.held.id)
    return [
        {
            "step": each,
            "value": figures.exact(each.value),
            "old": None if each.old_value is None else figures.exact(each.old_value),
        }
        for each in reversed(made)
    ]


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput.at("as_of", "is not a day such as 2026-03-31") from None


def _moment(page: Page, text: str) -> datetime | None:
    """A moment with its offset, or as a browser's field has it, in the organization's time zone."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise InvalidInput.at("known_at", "is not a time such as 2026-03-31T17:00") from None
    return found if found.tzinfo else found.replace(tzinfo=page.zone)
