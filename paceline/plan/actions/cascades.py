"""Cascading a value down the tree, and rebalancing after a hire or a departure: previewed, then applied by token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from paceline.facts.scope import Scope
from paceline.plan.actions.previews import Previewed, preview
from paceline.plan.draft import Asked, plain
from paceline.plan.models import OperationKind


@dataclass(frozen=True, slots=True)
class Rebalanced:
    """Two ways to make the sums hold again: the smallest change, and dividing anew. Either can be applied."""

    smallest: Previewed
    full: Previewed


def preview_cascade(scope: Scope, assignment_id: int, options: Mapping[str, Any], today: date) -> Previewed:
    """What everybody below an assignment would get; options as in `options.read_cascade`.

    The tree is that of the window's first day, or of `today` where that is later. Raises InvalidInput with every fault
    of the options, NotFound, CannotDivide with the constraints that clash.
    """
    return preview(scope, _asked(OperationKind.CASCADE, assignment_id, options, today))


def preview_rebalance(scope: Scope, assignment_id: int, options: Mapping[str, Any], today: date) -> Rebalanced:
    """Who is new, who left and what makes all below an assignment add up again; options as for a cascade.

    It goes down all levels unless said otherwise. The method is for the full one, and for what newcomers count as.
    Raises as `preview_cascade`.
    """
    given = {"levels": "all", **options}
    return Rebalanced(
        preview(scope, _asked(OperationKind.REBALANCE, assignment_id, given, today)),
        preview(scope, _asked(OperationKind.CASCADE, assignment_id, given, today)),
    )


def _asked(kind: OperationKind, assignment_id: int, options: Mapping[str, Any], today: date) -> Asked:
    subject = {"assignment_id": assignment_id, "today": today.isoformat()}
    return Asked(kind, subject, {name: plain(each) for name, each in options.items()})
