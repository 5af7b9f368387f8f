"""The first page: one's own cards, the team behind first, or the whole organization, by what the caller may see."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.domain.calendar import Window
from paceline.domain.kinds import Unit
from paceline.domain.pace import Status, percent_text
from paceline.facts import batches, clock, uncounted
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.models import Membership, Person
from paceline.plan import find, progress, rules
from paceline.plan.held import Held
from paceline.plan.models import Assignment, Metric, Target, TargetStatus
from paceline.plan.progress import Report, Row
from paceline.web import cards, lines
from paceline.web.boards.panels import panels
from paceline.web.home import today
from paceline.web.page import Page, page
from paceline.web.records.uncounted import why

CARDS_MAX = 12
TEAM_ROWS_MAX = 50
BOARDS_MAX = 4
LEFT_ROWS_MAX = 6
BURN_UPS_MAX = 3
UPCOMING_MAX = 6
# Somebody who was just about to look still finds what is over.
OVER_DAYS = 14
# The band that the manual's best practices aim for, in per cent of people.
BAND = (70, 80)
_PERCENT = 100
_REACHED = {Status.ACHIEVED}
_ON_PACE = {Status.AHEAD, Status.ON_PACE}


class Step(NamedTuple):
    """One of the first steps: what to do, the name of the address where, what to press, and whether it is done."""

    words: str
    name: str
    press: str
    is_done: bool


@page("GET")
def home(page: Page) -> HttpResponseBase:
    """What there is to look at first."""
    with page.reading() as scope:
        shown: dict[str, Any] = {
            "cards": _own(page, scope),
            "upcoming": _upcoming(page, scope),
            "boards": panels(page, scope, BOARDS_MAX),
        }
        if page.may(Permission.READ_ALL):
            shown |= _whole(page, scope)
        elif page.may(Permission.READ_BELOW):
            shown |= _team(page, scope)
        template = "paceline/home/parts.html" if page.is_partial else "paceline/home/home.html"
        return page.render(template, shown)


def _own(page: Page, scope: Scope) -> list[cards.Card]:
    """The caller's own assignments that run now or were just over, what is aimed at before what leads to it."""
    person_id = scope.access.person_id
    if person_id is None:
        return []
    own = Assignment.objects.filter(
        org_id=scope.org_id,
        assignee_kind="person",
        assignee_id=person_id,
        is_deleted=False,
        start_date__lte=page.today,
        end_date__gt=page.today - timedelta(days=OVER_DAYS),
        target__status=TargetStatus.ACTIVE.value,
    )
    related = own.select_related("target__metric", "target__measured_by__narrowed_from")
    first = related.order_by("-end_date", "start_date", "-value", "id")[:CARDS_MAX]
    found = cards.cards(page, scope, [(each.target, each.id) for each in first])
    return sorted(found, key=lambda each: (each.is_over, each.is_leading))


def _upcoming(page: Page, scope: Scope) -> list[tuple[Assignment, str]]:
    """The caller's own assignments that begin later, with what is to be reached, the nearest first."""
    if scope.access.person_id is None:
        return []
    own = Assignment.objects.filter(
        org_id=scope.org_id,
        assignee_kind="person",
        assignee_id=scope.access.person_id,
        is_deleted=False,
        start_date__gt=page.today,
        target__status=TargetStatus.ACTIVE.value,
    )
    found = own.select_related("target__metric").order_by("start_date", "id")[:UPCOMING_MAX]
    return [
        (each, page.figures(is_money=rules.definition(each.target.metric).unit == Unit.MONEY).whole(each.value))
        for each in found
    ]


def _chosen(page: Page, scope: Scope, running: QuerySet[Target]) -> tuple[list[Target], Report | None]:
    """The targets to choose from, and the report of the chosen one: a lagging one first."""
    shared = find.visible_assignments(scope)
    if shared is not None:
        running = running.filter(Exists(shared.filter(target_id=OuterRef("pk"))))
    found = sorted(running[:CARDS_MAX], key=lambda each: each.metric.indicator == "leading")
    asked = page.request.GET.get("target", "")
    target = next((each for each in found if str(each.id) == asked), found[0] if found else None)
    return found, None if target is None else progress.report(scope, target, page.now)


def _team(page: Page, scope: Scope) -> dict[str, Any]:
    """Those below a manager, who is furthest behind first."""
    targets, report = _chosen(page, scope, cards.running(scope, page.today))
    shown: dict[str, Any] = {"targets": targets, "chosen": report and report.target}
    if report is None:
        return shown
    own = Assignee("person", scope.access.person_id or 0)
    held = [each for each in _whole_window(report) if each.assignee != own]
    rows = [report.row(each) for each in held]
    rows.sort(key=lambda row: (row.assignment.assignee.kind == "person", _behind(row)))
    return {
        **shown,
        "team": [lines.line(page, report, row) for row in rows[:TEAM_ROWS_MAX]],
        "more": max(len(rows) - TEAM_ROWS_MAX, 0),
        "band": _band(report, held),
        "burn_ups": _burn_ups(page, scope, report, held),
        "moved": today.moved(page, scope, report, held),
    }


def _burn_ups(page: Page, scope: Scope, report: Report, held: list[Held]) -> list[cards.Card]:
    """Those of the units right below a manager, the widest first."""
    units = [each for each in held if report.depth(each) == 0 and each.assignee.kind != "person"]
    return cards.cards(page, scope, [(report.target, each.id) for each in units[:BURN_UPS_MAX]])


def _whole(page: Page, scope: Scope) -> dict[str, Any]:
    """The organization: each running target, how many people are where they should be, what is left or not counted."""
    running = cards.running(scope, page.today)
    targets, report = _chosen(page, scope, running)
    tops = Assignment.objects.filter(
        org_id=scope.org_id, parent_id__isnull=True, is_deleted=False, target__in=[each.id for each in targets]
    ).select_related("target__metric", "target__measured_by__narrowed_from")
    whole = [
        each for each in tops if (each.start_date, each.end_date) == (each.target.start_date, each.target.end_date)
    ]
    first = {each.target_id: each for each in reversed(whole)}
    shown: dict[str, Any] = {
        "targets": targets,
        "chosen": report and report.target,
        "overview": cards.cards(page, scope, [(each, first[each.id].id) for each in targets if each.id in first]),
        "steps": None if report else _steps(page, scope),
    }
    if report is None:
        return shown
    held = _whole_window(report)
    units = [each for each in held if report.depth(each) <= 1 and each.assignee.kind != "person"]
    left = [each for each in held if report.unallocated(each)]
    left.sort(key=lambda each: -abs(report.unallocated(each) or 0))
    return {
        **shown,
        "team": [lines.line(page, report, report.row(each)) for each in units[:TEAM_ROWS_MAX]],
        "band": _band(report, held),
        "left": [lines.line(page, report, report.row(each)) for each in left[:LEFT_ROWS_MAX]],
        "left_more": max(len(left) - LEFT_ROWS_MAX, 0),
        "held_out": _held_out(scope, report.target.metric),
        "sources": batches.last_brought(scope),
    }


def _whole_window(report: Report) -> list[Held]:
    whole = Window(report.target.start_date, report.target.end_date)
    return [each for each in report.shown if each.window == whole]


def _behind(row: Row) -> tuple[bool, float]:
    ratio = row.progress.pace_ratio
    # A float decides only the order on the page.
    return (row.progress.status in _REACHED, float(ratio) if ratio is not None else 0.0)


def _band(report: Report, held: list[Held]) -> dict[str, Any] | None:
    """How many of the people have reached their target, are ahead of what is expected by now, or are on pace."""
    counts = Counter(report.status(each) for each in held if each.assignee.kind == "person")
    people = counts.total()
    if not people:
        return None
    reached, well = sum(counts[each] for each in _REACHED), sum(counts[each] for each in _REACHED | _ON_PACE)
    parts = [(lines.WORDS[each], lines.COLORS[each], counts[each]) for each in Status if counts[each]]
    share = well * _PERCENT // people
    return {
        "people": people,
        "reached": reached,
        "well": well,
        "share": share,
        "text": percent_text(Fraction(well, people)),
        "parts": parts,
        "low": BAND[0],
        "high": BAND[1],
    }


def _held_out(scope: Scope, metric: Metric) -> dict[str, Any] | None:
    definition = rules.definition(metric)
    counts = uncounted.counted(scope, definition, clock.rules(scope))
    words = [(why(key, definition.dated_by, definition.value_by)[0], counts[key]) for key in sorted(counts)]
    return {"metric": metric, "count": sum(counts.values()), "reasons": words} if counts else None


def _steps(page: Page, scope: Scope) -> list[Step]:
    """The first steps of a new organization."""
    own = {"org_id": scope.org_id}
    has_targets = Target.objects.filter(**own).exists()
    steps = [
        Step("Bring your people, departments and teams.", "people", "People", Person.objects.filter(**own).exists()),
        Step("Bring deals, leads and tasks from your CRM.", "records", "Records", bool(batches.last_brought(scope))),
        Step("Set a target for the year or the quarter.", "targets", "Targets", has_targets),
        Step(
            "Give shares of it down to each person, so that everybody sees their own here.",
            "targets",
            "Targets",
            Assignment.objects.filter(**own, is_deleted=False, assignee_kind="person").exists(),
        ),
    ]
    if page.may(Permission.MANAGE_MEMBERS):
        invited = Membership.objects.filter(**own).count() > 1
        steps.append(Step("Invite those who sell and those who lead.", "setting_members", "Members", invited))
    return steps
