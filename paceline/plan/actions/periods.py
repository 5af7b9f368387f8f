"""Generating the periods of an assignment, alone or with all below it: previewed, then applied by token."""

from collections.abc import Mapping
from typing import Any

from paceline.facts.scope import Scope
from paceline.plan.actions.previews import Previewed, preview
from paceline.plan.draft import Asked, plain
from paceline.plan.models import OperationKind


def preview_periods(scope: Scope, assignment_id: int, options: Mapping[str, Any]) -> Previewed:
    """How an assignment would divide over the periods of its window; options as in `periods.read_periods`.

    Periods that are locked or edited by hand stay, and the notes say so. Raises InvalidInput, NotFound, CannotDivide.
    """
    given = {name: plain(each) for name, each in options.items()}
    return preview(scope, Asked(OperationKind.PERIODS, {"assignment_id": assignment_id}, given))
