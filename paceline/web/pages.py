"""The page of a target: its whole tree with progress, moving by itself."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from paceline.accounts.sessions import OrganizationNotChosen
from paceline.api.callers import Caller, now, session_caller
from paceline.domain.kinds import Unit
from paceline.domain.money import format_units
from paceline.domain.pace import Status, percent_text
from paceline.errors import NotFound, PacelineError
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.actions.tokens import NotSignedIn
from paceline.plan import find, progress
from paceline.plan.models import Target, TargetStatus
from paceline.plan.progress import Report, Row

NOT_FOUND = 404
# A longer page is slow to read: it shows the units, and people unit by unit.
ROWS_SHOWN_MAX = 400
TARGETS_SHOWN_MAX = 100
PERCENT = 100
ID_DIGITS_MAX = 19
# A bar's scale: the mark of the pace and a fill of two decimals are finer than a screen.
_SCALE = 10_000

WORDS = {
    Status.ACHIEVED: "achieved",
    Status.AHEAD: "ahead",
    Status.BEHIND: "behind",
    Status.MISSED: "missed",
    Status.ON_PACE: "on pace",
    Status.UPCOMING: "upcoming",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page, ready to be shown; `fill` and `mark` are per cent of the bar's length."""

    id: int
    name: str
    kind: str
    depth: int
    current: str
    exact: str
    target: str
    attainment: str
    status: str
    words: str
    pace: str
    required: str
    unallocated: str
    fill: str
    mark: str


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """The target's tree; without a target named, of the first that is active."""
    try:
        caller = session_caller(request)
    except NotSignedIn:
        return redirect_to_login(request.get_full_path())
    except OrganizationNotChosen:
        return redirect("organizations")
    try:
        with caller.reading() as scope:
            return render(request, "paceline/tree.html", _tree(request, scope, caller))
    except NotFound as error:
        return render(request, "paceline/problem.html", {"words": error.message}, status=NOT_FOUND)


def _tree(request: HttpRequest, scope: Scope, caller: Caller) -> dict[str, Any]:
    active = Target.objects.filter(org_id=scope.org_id, status=TargetStatus.ACTIVE.value)
    targets = list(active.order_by("-value", "id").values_list("id", "name")[:TARGETS_SHOWN_MAX])
    shown = {"organization": directory.own_organization(scope), "targets": targets, "actor": caller.actor}
    number = _number(request.GET.get("target"), targets[0][0] if targets else None)
    if number is None:
        return {**shown, "target": None}
    report = progress.report(scope, find.target(scope, number), now())
    under = _number(request.GET.get("under"), None)
    return {**shown, **_head(report), "under": under, **_lines(report, under)}


def _head(report: Report) -> dict[str, Any]:
    target = report.target
    return {
        "target": target,
        "unit": report.currency if report.definition.unit == Unit.MONEY else "count",
        "last_day": report.rows[0].assignment.window.last if report.rows else target.end_date,
        "as_of": report.as_of,
    }


def _lines(report: Report, under: int | None) -> dict[str, Any]:
    placed = list(_placed(report, under))
    is_long = len(placed) > ROWS_SHOWN_MAX
    if is_long:
        top = placed[0][0].assignment.id if placed else None
        placed = [each for each in placed if _stays(each[0], top if under is None else under)][:ROWS_SHOWN_MAX]
    return {"lines": [line(report, row, depth) for row, depth in placed], "is_long": is_long}


def _stays(row: Row, under: int | None) -> bool:
    return row.assignment.assignee.kind != "person" or row.assignment.parent_id == under


def _placed(report: Report, under: int | None) -> Iterator[tuple[Row, int]]:
    """Each row with its depth, from the top of the tree down, those of the target's whole window only."""
    whole = [row for row in report.rows if row.assignment.window.start == report.target.start_date]
    whole = [row for row in whole if row.assignment.window.end == report.target.end_date]
    below: dict[int | None, list[Row]] = defaultdict(list)
    there = {row.assignment.id for row in whole}
    for row in whole:
        parent = row.assignment.parent_id
        below[parent if parent in there else None].append(row)
    first = [row for row in whole if row.assignment.id == under] if under else below[None]
    waiting = [(row, 0) for row in reversed(first)]
    while waiting:
        row, depth = waiting.pop()
        yield row, depth
        waiting += [(each, depth + 1) for each in reversed(below[row.assignment.id])]


def line(report: Report, row: Row, depth: int = 0) -> Line:
    """A row in words and figures; whole units of the currency, the exact value beside."""
    made, held = row.progress, row.assignment
    exponent = report.exponent if report.definition.unit == Unit.MONEY else 0
    longest = max(made.target, 1)

    def whole(value: int | None) -> str:
        return "\u2013" if value is None else format_units(value // 10**exponent, 0)

    return Line(
        held.id,
        held.name,
        held.assignee.kind,
        min(depth, 6),
        whole(made.current),
        format_units(made.current, exponent),
        whole(made.target),
        percent_text(made.attainment),
        made.status.value,
        WORDS[made.status],
        f"{whole(abs(made.pace))} {'ahead' if made.pace >= 0 else 'behind'}",
        whole(made.required_per_day),
        "" if not row.unallocated else whole(row.unallocated),
        _share(made.current, longest),
        _share(made.expected, longest),
    )


def _share(part: int, whole: int) -> str:
    hundredths = min(max(part, 0) * _SCALE // whole, _SCALE)
    return f"{hundredths // PERCENT}.{hundredths % PERCENT:02d}"


@require_safe
def rows(request: HttpRequest, target_id: int) -> HttpResponse:
    """The rows of some assignments (all, without ids), which a page puts in the place of its own."""
    try:
        caller = session_caller(request)
        with caller.reading() as scope:
            report = progress.report(scope, find.target(scope, target_id), now())
    except PacelineError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
    asked = {int(part) for part in request.GET.get("ids", "").split(",") if part.isascii() and part.isdigit()}
    found = [(row, depth) for row, depth in _placed(report, None) if not asked or row.assignment.id in asked]
    return render(
        request, "paceline/rows.html", {"lines": [line(report, *each) for each in found], "target": report.target}
    )


def _number(text: str | None, otherwise: int | None) -> int | None:
    """The id in an address; one that is none is nobody's."""
    if not text:
        return otherwise
    return int(text) if text.isascii() and text.isdigit() and len(text) < ID_DIGITS_MAX else 0
