"""What importing a plan would do, worked out from what the file said."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan import find
from paceline.plan.draft import NAMES_MAX, Draft, named
from paceline.plan.edits import Edit, draft_edits
from paceline.plan.models import OperationKind
from paceline.plan.sheets.content import Content
from paceline.plan.sheets.plan import Plan
from paceline.plan.standing import Place


def subject_of(plan: Plan, target_id: int, content: Content) -> dict[str, Any]:
    """A file laid against a plan, as a preview keeps it in JSON."""
    windows = {window: number for number, window in enumerate(dict.fromkeys(each.window for each in content.cells))}
    missing = [plan.word(assignee) for assignee in plan.own if assignee not in content.rows]
    return {
        "target_id": target_id,
        "windows": [[window.start.isoformat(), window.end.isoformat()] for window in windows],
        "cells": [
            [each.row, each.column, *each.assignee, windows[each.window], each.value, each.is_locked]
            for each in content.cells
        ],
        "notes": [*_left(content), *_missing(missing)],
    }


def draft_import(scope: Scope, subject: Mapping[str, Any], options: Mapping[str, Any]) -> Draft:  # noqa: ARG001 - a Drafter
    """What differs between the file and the plan as it stands. Raises NotFound."""
    target = find.target(scope, subject["target_id"])
    windows = [Window(date.fromisoformat(start), date.fromisoformat(end)) for start, end in subject["windows"]]
    edits = [
        Edit(Place(Assignee(kind, number), windows[window]), value, is_locked, f"row {row}, {column}")
        for row, column, kind, number, window, value, is_locked in subject["cells"]
    ]
    return draft_edits(scope, target, OperationKind.IMPORT, edits, subject["notes"])


def _left(content: Content) -> list[str]:
    count = len(content.blank)
    return [f"blank, so left as they are, {count}: {_first(content.blank)}"] if count else []


def _missing(missing: list[str]) -> list[str]:
    return [f"not in the file, so left as they are, {len(missing)}: {named(missing)}"] if missing else []


def _first(blank: list[str]) -> str:
    more = len(blank) - NAMES_MAX
    return "; ".join(blank[:NAMES_MAX]) + (f"; and {more} more" if more > 0 else "")
