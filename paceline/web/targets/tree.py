"""The page of a target: its tree, opened level by level, and moving by itself."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.domain.calendar import Window
from paceline.errors import InvalidInput
from paceline.facts.sums import Assignee
from paceline.plan import find, progress
from paceline.plan.held import Held
from paceline.plan.progress import Report
from paceline.web import lines
from paceline.web.lines import Line
from paceline.web.page import Page, page

# Levels are open from the top for as long as so few rows are shown.
OPENED_ROWS_MAX = 30
CHILDREN_SHOWN_MAX = 200
ID_DIGITS_MAX = 19


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the tree; `path` is the ids from the top down to it, each followed by a slash."""

    line: Line
    path: str
    depth: int
    below: int
    is_open: bool
    may_change: bool


class Branches:
    """The assignments of one window of a target, all of it where none is named, by what they are under."""

    def __init__(self, report: Report, window: Window | None = None) -> None:
        self.report = report
        self.window = window or Window(report.target.start_date, report.target.end_date)
        whole = [each for each in report.shown if each.window == self.window]
        self.by_id = {each.id: each for each in whole}
        self.below: dict[int | None, list[Held]] = defaultdict(list)
        for each in whole:
            self.below[each.parent_id if each.parent_id in self.by_id else None].append(each)

    def path(self, each: Held) -> str:
        """The ids from the top down to it."""
        above = self.by_id.get(each.parent_id) if each.parent_id is not None else None
        return f"{self.path(above) if above else ''}{each.id}/"

    def opened(self) -> set[int]:
        """Those that are open at first: whole levels from the top."""
        level, shown, opened = self.below[None], len(self.below[None]), set[int]()
        while level:
            ids = {each.id for each in level}
            level = [child for each in level for child in self.below[each.id]]
            shown += len(level)
            if shown > OPENED_ROWS_MAX and opened:
                break
            opened |= ids
        return opened

    def node(self, page: Page, each: Held, *, is_open: bool = False) -> Node:
        """One row."""
        path = self.path(each)
        made = lines.line(page, self.report, self.report.row(each))
        may_change = page.may(Permission.PLAN_ALL) or page.may(Permission.PLAN_BELOW)
        is_own = each.assignee == Assignee("person", page.caller.access.person_id or 0)
        return Node(made, path, path.count("/") - 1, len(self.below[each.id]), is_open, may_change and not is_own)

    def nodes(self, page: Page) -> Iterator[Node]:
        """The rows that are shown at first, in the tree's order."""
        opened, waiting = self.opened(), [*reversed(self.below[None])]
        while waiting:
            each = waiting.pop()
            yield self.node(page, each, is_open=each.id in opened)
            if each.id in opened:
                waiting += reversed(self.below[each.id])


@page("GET")
def target(page: Page, target_id: int) -> HttpResponseBase:
    """The target with its tree."""
    with page.reading() as scope:
        found = find.target_to_plan(scope, target_id) if _plans(page) else find.target(scope, target_id)
        report = progress.report(scope, found, page.now)
        branches = Branches(report, _window(page))
        windows = sorted({each.window for each in report.shown}, key=lambda each: (-each.days, each.start))
        shown: dict[str, Any] = {
            "target": report.target,
            "value": lines.figures_of(page, report).whole(report.target.value),
            "nodes": list(branches.nodes(page)),
            "as_of": report.as_of,
            "windows": windows,
            "window": branches.window,
            "may_plan": _plans(page),
        }
        return page.render("paceline/targets/target.html", shown)


def _plans(page: Page) -> bool:
    return page.may(Permission.PLAN_ALL) or page.may(Permission.PLAN_BELOW)


def _window(page: Page) -> Window | None:
    """The window that is named, as its first day and the day after its last; None for the target's own."""
    first, _, after = page.request.GET.get("window", "").partition("/")
    try:
        return Window(date.fromisoformat(first), date.fromisoformat(after)) if first else None
    except ValueError:
        raise InvalidInput.at("window", "is not two days such as 2026-01-01/2026-04-01") from None


@page("GET")
def below(page: Page, target_id: int, assignment_id: int) -> HttpResponseBase:
    """The rows right below one of the tree."""
    with page.reading() as scope:
        report = progress.report(scope, find.target(scope, target_id), page.now)
        above = next((each for each in report.shown if each.id == assignment_id), None)
        branches = Branches(report, above and above.window)
        start = _number(page.request.GET.get("after", "0"))
        children = branches.below[assignment_id]
        shown = children[start : start + CHILDREN_SHOWN_MAX]
        more = len(children) > start + CHILDREN_SHOWN_MAX and above is not None
        context = {
            "nodes": [branches.node(page, each) for each in shown],
            "target": report.target,
            "may_plan": _plans(page),
            "more": {"above": above, "path": branches.path(above), "after": start + CHILDREN_SHOWN_MAX}
            if more and above is not None
            else None,
        }
        return page.render("paceline/targets/rows.html", context)


@page("GET")
def rows(page: Page, target_id: int) -> HttpResponseBase:
    """The rows of some assignments, which the page puts in the place of its own."""
    asked = {_number(part) for part in page.request.GET.get("ids", "").split(",")}
    with page.reading() as scope:
        report = progress.report(scope, find.target(scope, target_id), page.now)
        by_window: dict[Window, Branches] = {}
        nodes: list[Node] = []
        for each in report.shown:
            if each.id in asked:
                branches = by_window.setdefault(each.window, Branches(report, each.window))
                nodes.append(branches.node(page, each))
        shown = {"nodes": nodes, "target": report.target, "may_plan": _plans(page)}
        return page.render("paceline/targets/rows.html", shown)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < ID_DIGITS_MAX else 0
