"""Copying a target to its next window, with or without growth: previewed, then applied by token."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.plan import find
from paceline.plan.actions.previews import Previewed, preview
from paceline.plan.copies.drafting import made_of
from paceline.plan.copies.options import read_copy
from paceline.plan.draft import Asked, plain
from paceline.plan.models import OperationKind


def preview_copy(scope: Scope, target_id: int, options: Mapping[str, Any], today: date) -> Previewed:
    """The target that would be made, and everybody's shares of it; options as in `copies.options.read_copy`.

    The people are those of the new window's first day, or of `today` where that is later: the notes say what becomes
    of each who left or moved. Raises InvalidInput, NotFound, Conflict.
    """
    scope.needs(Permission.CHANGE_TARGETS)
    given = {name: plain(each) for name, each in options.items() if each is not None}
    target = find.target(scope, target_id)
    value = made_of(target, read_copy(target, given)).value
    subject = {"target_id": target_id, "today": today.isoformat(), "value": value}
    return preview(scope, Asked(OperationKind.COPY, subject, given))
