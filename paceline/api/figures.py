"""The figures: progress, the days and records behind it, its changes, and why a record counts or not."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.params.functions import Query

from paceline.api import answers, trees
from paceline.api.callers import Signed, now
from paceline.api.pages import CursorQuery, IdQuery, LimitQuery, PathId, after, page
from paceline.api.shapes import PROBLEMS, AssigneeOut, Day, Time, day_of
from paceline.domain.calendar import Window
from paceline.domain.record import KEY_CHARACTERS_MAX, Module
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.org import reach
from paceline.org.kept import kept
from paceline.org.names import findable
from paceline.plan import behind, find, progress, rules, shown, trail
from paceline.plan.held import Held, held_one
from paceline.plan.models import Target
from paceline.plan.progress import Clocks, Report

of_targets = Router(tags=["figures"], auth=Signed())
of_assignments = Router(tags=["figures"], auth=Signed())
of_records = Router(tags=["figures"], auth=Signed())

# A whole tree of ten thousand people and their units is one answer.
ROWS_DEFAULT, ROWS_MAX = 20_000, 50_000
WINDOW_CHARACTERS_MAX = 21

AsOfQuery = Annotated[Day | None, Query(description="Count days up to and including this one; default today.")]
KnownAtQuery = Annotated[Time | None, Query(description="As everything stood then, RFC 3339 with a zone.")]
TodayQuery = Annotated[Day | None, Query(description="As if asked on that day, which is not over yet.")]
WindowQuery = Annotated[
    str | None,
    Query(
        max_length=WINDOW_CHARACTERS_MAX,
        description="Only assignments for this window: first day and first day after, as 2026-01-01/2026-04-01.",
    ),
]
RowsQuery = Annotated[int, Query(ge=1, le=ROWS_MAX, description="How many rows at most.")]


class ProgressRow(Schema):
    """How far one assignment is. Values are minor units where the metric is money; shares are decimal strings."""

    assignment_id: int
    parent_id: int | None
    assignee: AssigneeOut
    start_date: date
    end_date: date
    currency: str | None
    current: int
    target: int
    attainment: str | None
    gap: int
    expected: int
    pace: int
    pace_ratio: str | None
    status: Literal["upcoming", "achieved", "ahead", "on_pace", "behind", "missed"]
    projected: int | None
    required_per_day: int | None
    unallocated: int | None
    days_elapsed: int
    days_left: int
    share_elapsed: str | None
    pace_by: str
    as_of: date
    known_at: datetime
    today: date


class ProgressOut(Schema):
    """The rows in the tree's order. Asked again with `as_of`, `known_at` and `today` they are the same for ever."""

    items: list[ProgressRow]
    next: str | None
    as_of: date
    known_at: datetime
    today: date


class PointOut(Schema):
    """One day: what stands at its end, and what was expected by then."""

    day: date
    current: int
    expected: int


class SeriesOut(Schema):
    """Every day of the window that has begun."""

    items: list[PointOut]
    next: str | None


class CountedOut(Schema):
    """One record's part in the figure."""

    record_id: int
    module: str
    source: str
    external_id: str
    name: str | None
    person_id: int
    day: date
    value: int


class RecordsOut(Schema):
    """A page of the records; over all pages their values add up to the figure."""

    items: list[CountedOut]
    next: str | None


class StepOut(Schema):
    """One change of an assignment."""

    at: datetime
    actor: str
    change: trail.Change
    old_value: int | None
    value: int
    origin: str
    locked: bool
    deleted: bool
    parent_id: int | None
    reason: str


class HistoryOut(Schema):
    """The changes, the oldest first."""

    items: list[StepOut]
    next: str | None


class RuleOut(Schema):
    """One rule, and whether the record satisfies it; null for one that could not be asked."""

    rule: str
    holds: bool | None


class ExplanationOut(Schema):
    """Why a record counts or not: `first_failing` is null for one that counts."""

    counted: bool
    first_failing: str | None
    owner: str | None
    person_id: int | None
    day: date | None
    value: int | None
    currency: str | None
    rules: list[RuleOut]


@of_targets.get("/{target_id}/progress", response={200: ProgressOut, **PROBLEMS}, summary="Progress of a target")
def target_progress(
    request: HttpRequest,
    target_id: PathId,
    as_of: AsOfQuery = None,
    known_at: KnownAtQuery = None,
    today: TodayQuery = None,
    window: WindowQuery = None,
    cursor: CursorQuery = None,
    limit: RowsQuery = ROWS_DEFAULT,
) -> HttpResponse:
    """Every assignment's figure, in one snapshot, in the tree's order."""
    clocks, part = Clocks(as_of, known_at, today), _window(window)
    (skipped,) = after(cursor)

    def make(scope: Scope) -> bytes:
        report = progress.report(scope, find.any_target(scope, target_id), now(), clocks, part)
        if not report.shown:
            # Who sees a share of it today is told of none; who had one then sees it, whatever became of it.
            find.target(scope, target_id)
        texts = trees.Texts() if clocks.known_at else _texts(scope, report, part)
        return trees.written(report, skipped, limit, texts)

    return answers.read(request, make)


@of_assignments.get(
    "/{assignment_id}/progress", response={200: ProgressRow, **PROBLEMS}, summary="Progress of an assignment"
)
def assignment_progress(
    request: HttpRequest,
    assignment_id: PathId,
    as_of: AsOfQuery = None,
    known_at: KnownAtQuery = None,
    today: TodayQuery = None,
) -> HttpResponse:
    """The figure of one assignment."""
    clocks = Clocks(as_of, known_at, today)

    def make(scope: Scope) -> dict[str, Any]:
        target = find.target_of_assignment(scope, assignment_id)
        report = progress.report_one(scope, target, assignment_id, now(), clocks)
        return shown.row(report, report.rows[0])

    return answers.read(request, make)


@of_assignments.get("/{assignment_id}/series", response={200: SeriesOut, **PROBLEMS}, summary="Day by day")
def series(
    request: HttpRequest,
    assignment_id: PathId,
    as_of: AsOfQuery = None,
    known_at: KnownAtQuery = None,
    today: TodayQuery = None,
) -> HttpResponse:
    """What stood at the end of each day of its window that has begun, beside the pace line."""
    clocks = Clocks(as_of, known_at, today)

    def make(scope: Scope) -> dict[str, Any]:
        target, held = _held(scope, assignment_id, clocks)
        points = behind.series(scope, target, held, now(), clocks)
        items = [{"day": each.day, "current": each.current, "expected": each.expected} for each in points]
        return {"items": items, "next": None}

    return answers.read(request, make)


@of_assignments.get("/{assignment_id}/records", response={200: RecordsOut, **PROBLEMS}, summary="The records behind")
def records(
    request: HttpRequest,
    assignment_id: PathId,
    as_of: AsOfQuery = None,
    known_at: KnownAtQuery = None,
    today: TodayQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 100,
) -> HttpResponse:
    """The records whose values add up to the figure."""
    clocks = Clocks(as_of, known_at, today)
    last = after(cursor, 2)

    def make(scope: Scope) -> dict[str, Any]:
        target, held = _held(scope, assignment_id, clocks)
        module = rules.definition(target.measured_by).module.value
        found = behind.records(scope, target, held, now(), clocks, (last[0], last[1]), limit + 1)
        items = [
            {
                "record_id": each.record_id,
                "module": module,
                "source": each.source,
                "external_id": each.external_id,
                "name": each.name,
                "person_id": each.person_id,
                "day": each.day,
                "value": each.value,
            }
            for each in found
        ]
        return page(items, limit, [(each.record_id, each.person_id) for each in found])

    return answers.read(request, make)


@of_assignments.get("/{assignment_id}/history", response={200: HistoryOut, **PROBLEMS}, summary="Its changes")
def history(
    request: HttpRequest, assignment_id: PathId, cursor: CursorQuery = None, limit: LimitQuery = 100
) -> HttpResponse:
    """Who changed it when, from what to what, and why."""
    (skipped,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        find.target_of_assignment(scope, assignment_id)
        found = trail.steps(scope, assignment_id)[skipped : skipped + limit + 1]
        items = [
            {
                "at": each.at,
                "actor": each.actor,
                "change": each.change,
                "old_value": each.old_value,
                "value": each.value,
                "origin": each.origin,
                "locked": each.is_locked,
                "deleted": each.is_deleted,
                "parent_id": each.parent_id,
                "reason": each.reason,
            }
            for each in found
        ]
        return page(items, limit, [(skipped + place,) for place in range(1, len(found) + 1)])

    return answers.read(request, make)


RecordQuery = Annotated[str, Query(max_length=KEY_CHARACTERS_MAX, description="The record's external id.")]
ModuleQuery = Annotated[
    Literal["deals", "leads", "tasks"] | None, Query(description="Of which module; the target's, where left out.")
]
SourceQuery = Annotated[
    str | None, Query(max_length=KEY_CHARACTERS_MAX, description="From where, if several sources have one.")
]
TargetQuery = Annotated[IdQuery, Query(description="The target's id.")]
AssignmentQuery = Annotated[IdQuery | None, Query(description="Ask for one assignment's assignee.")]


@of_records.get("/explain", response={200: ExplanationOut, **PROBLEMS}, summary="Why a record counts or not")
def explain(
    request: HttpRequest,
    record: RecordQuery,
    target: TargetQuery,
    module: ModuleQuery = None,
    source: SourceQuery = None,
    assignment: AssignmentQuery = None,
) -> HttpResponse:
    """Every rule that the record must satisfy to count for the target, and whether it does."""

    def make(scope: Scope) -> dict[str, Any]:
        found = find.target(scope, target)
        own = rules.definition(found.measured_by)
        if module is not None and own.module != Module(module):
            raise InvalidInput.at("module", f"the target counts {own.module.value}, and no {module}")
        assignee = None if assignment is None else held_one(scope, assignment).assignee
        told = behind.why(scope, found, findable(record), now(), assignee, source)
        failing = told.first_failing
        return {
            "counted": failing is None,
            "first_failing": None if failing is None else failing.words,
            "owner": told.owner,
            "person_id": told.person_id,
            "day": told.day,
            "value": told.value,
            "currency": shown.currency_of(scope, own),
            "rules": [{"rule": each.words, "holds": each.holds} for each in told.rules],
        }

    return answers.read(request, make)


def _texts(scope: Scope, report: Report, part: Window | None) -> trees.Texts:
    """The rows of earlier answers that were asked for at the same time by whoever sees the same."""
    seen = reach.seen(scope, report.as_of)
    name = ("rows", report.target.id, part, seen, report.as_of, frozenset(report.elapsed.items()))
    return kept.get(scope, name, trees.Texts, lambda _: len(report.shown))


def _held(scope: Scope, assignment_id: int, clocks: Clocks) -> tuple[Target, Held]:
    target = find.target_of_assignment(scope, assignment_id)
    return target, held_one(scope, assignment_id, progress.Measure(scope, target, clocks, now()).known_at)


def _window(text: str | None) -> Window | None:
    if text is None:
        return None
    first, _, after_last = text.partition("/")
    try:
        return Window(day_of(first), day_of(after_last))
    except ValueError as error:
        raise InvalidInput.at("window", f"{error}; write two days such as 2026-01-01/2026-04-01") from None
