"""The page of a target: its tree, opened level by level, and moving by itself."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase

from paceline.plan import find, progress
from paceline.plan.held import Held
from paceline.plan.progress import Report
from paceline.web import lines
from paceline.web.lines import Line
from paceline.web.page import Page, page

# Levels are open from the top for as long as so few rows are shown.
OPENED_ROWS_MAX = 30


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the tree; `path` is the ids from the top down to it, each followed by a slash."""

    line: Line
    path: str
    depth: int
    below: int
    is_open: bool


class Branches:
    """The assignments of a target's whole window by what they are under."""

    def __init__(self, report: Report) -> None:
        self.report = report
        target = report.target
        whole = [
            each
            for each in report.shown
            if each.window.start == target.start_date and each.window.end == target.end_date
        ]
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
        return Node(made, path, path.count("/") - 1, len(self.below[each.id]), is_open)

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
        report = progress.report(scope, find.target(scope, target_id), page.now)
        branches = Branches(report)
        shown: dict[str, Any] = {
            "target": report.target,
            "value": lines.figures_of(page, report).whole(report.target.value),
            "nodes": list(branches.nodes(page)),
            "as_of": report.as_of,
        }
        return page.render("paceline/targets/target.html", shown)


@page("GET")
def below(page: Page, target_id: int, assignment_id: int) -> HttpResponseBase:
    """The rows right below one of the tree."""
    with page.reading() as scope:
        branches = Branches(progress.report(scope, find.target(scope, target_id), page.now))
        nodes = [branches.node(page, each) for each in branches.below[assignment_id]]
        return page.render("paceline/targets/rows.html", {"nodes": nodes, "target": branches.report.target})


@page("GET")
def rows(page: Page, target_id: int) -> HttpResponseBase:
    """The rows of some assignments, which the page puts in the place of its own."""
    asked = {int(part) for part in page.request.GET.get("ids", "").split(",") if part.isascii() and part.isdigit()}
    with page.reading() as scope:
        branches = Branches(progress.report(scope, find.target(scope, target_id), page.now))
        nodes = [branches.node(page, each) for number, each in branches.by_id.items() if number in asked]
        return page.render("paceline/targets/rows.html", {"nodes": nodes, "target": branches.report.target})
