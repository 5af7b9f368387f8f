"""The page of a target: its tree, opened level by level, and moving by itself."""

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.domain.calendar import Window
from paceline.errors import InvalidInput
from paceline.plan import find, progress
from paceline.web import lines
from paceline.web.page import Page, page
from paceline.web.targets.branches import FOUND_SHOWN_MAX, Branches, More, Node
from paceline.web.targets.windows import choice

ID_DIGITS_MAX = 19


@page("GET")
def target(page: Page, target_id: int) -> HttpResponseBase:
    """The target with its tree."""
    with page.reading() as scope:
        found = find.target_to_plan(scope, target_id) if _plans(page) else find.target(scope, target_id)
        report = progress.report(scope, found, page.now)
        branches = Branches(report, _window(page))
        asked = page.request.GET
        words, late = asked.get("find", "").strip(), asked.get("only") == "behind"
        if words or late:
            nodes, total = branches.found(page, words, late=late)
        else:
            nodes, total = branches.first(page), len(branches.by_id)
        shown: dict[str, Any] = {
            "target": report.target,
            "value": lines.figures_of(page, report).whole(report.target.value),
            "nodes": nodes,
            "top": branches.top(page),
            "total": total,
            "shown_max": FOUND_SHOWN_MAX,
            "has_shares": bool(branches.by_id),
            "find": words,
            "late": late,
            "is_flat": bool(words or late),
            "as_of": report.as_of,
            "windows": choice(page, {each.window for each in report.shown}, branches.window),
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
    """The rows right below one of the tree; below 0 are the uppermost of the window that is named."""
    with page.reading() as scope:
        # Of a row all that is shown is right below it.
        only = (lambda each: each.parent_id == assignment_id) if assignment_id else None
        report = progress.report(scope, find.target(scope, target_id), page.now, only=only)
        above = next((each for each in report.shown if each.id == assignment_id), None)
        branches = Branches(report, above.window if above else _window(page))
        if above is None and assignment_id:
            return _rows(page, branches, [])
        after = _number(page.request.GET.get("after", "0"))
        return _rows(page, branches, branches.beneath(page, above.id if above else None, after))


@page("GET")
def rows(page: Page, target_id: int) -> HttpResponseBase:
    """The rows of some assignments, which the page puts in the place of its own."""
    return rows_of(page, target_id, {_number(part) for part in page.request.GET.get("ids", "").split(",")})


def rows_of(page: Page, target_id: int, ids: set[int]) -> HttpResponseBase:
    """The rows of these as they are now, as the page shows them that asks."""
    with page.reading() as scope:
        report = progress.report(scope, find.target(scope, target_id), page.now, only=lambda each: each.id in ids)
        windows = {each.window for each in report.shown if each.id in ids}
        every = [Branches(report, window) for window in windows] or [Branches(report)]
        flat = _is_flat(page)
        nodes = [node for branches in every for node in branches.some(page, ids, flat=flat)]
        return _rows(page, every[0], nodes)


def _rows(page: Page, branches: Branches, nodes: list[Node | More]) -> HttpResponseBase:
    shown = {
        "nodes": nodes,
        "target": branches.report.target,
        "window": branches.window,
        "may_plan": _plans(page),
    }
    return page.render("paceline/targets/rows.html", shown)


def _is_flat(page: Page) -> bool:
    """Whether the page that asks shows what was searched, out of its tree."""
    came = parse_qs(urlsplit(page.request.headers.get("HX-Current-URL", "")).query)
    return "flat" in page.request.GET or bool({"find", "only"} & came.keys())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < ID_DIGITS_MAX else 0
