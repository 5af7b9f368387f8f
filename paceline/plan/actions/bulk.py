"""Changing many shares of a target at once, for one reason: all of them, or none and every fault told."""

from collections.abc import Sequence
from typing import NamedTuple

from paceline.facts.scope import Scope
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.plan import find, operations
from paceline.plan.actions.previews import Applied
from paceline.plan.actions.targets import VALUE_MAX
from paceline.plan.edits import Edit, draft_edits
from paceline.plan.models import OperationKind
from paceline.plan.standing import shares_of

# As many as a batch of records has.
CHANGES_MAX = 10_000


class ShareChange(NamedTuple):
    """What one assignment is to be; None stays as it is."""

    assignment_id: int
    value: int | None = None
    is_locked: bool | None = None


def edit_many(scope: Scope, target_id: int, changes: Sequence[ShareChange], *, reason: str = "") -> Applied:
    """Change values and locks of the target's assignments as one operation, which `undo_last` takes back.

    Raises InvalidInput with every fault, by its place from 0 such as `changes[3].value`; NotFound for the target.
    """
    with writing(scope, None):
        target = find.target(scope, target_id)
        shares = shares_of(scope, target_id)
        checks = Checks()
        said = checks.reason(reason)
        if not 0 < len(changes) <= CHANGES_MAX:
            checks.fault("changes", f"give 1 to {CHANGES_MAX:,}")
        edits: list[Edit] = []
        seen: set[int] = set()
        for place, each in enumerate(changes):
            held = shares.by_id.get(each.assignment_id)
            if held is None or held.is_deleted:
                checks.fault(f"changes[{place}].assignment_id", "the target has no such assignment")
                continue
            if each.assignment_id in seen:
                checks.fault(f"changes[{place}].assignment_id", "is changed twice: leave one of them out")
            seen.add(each.assignment_id)
            if each.value is None and each.is_locked is None:
                checks.fault(f"changes[{place}]", "give a value, or whether it is locked")
            if each.value is not None and not 0 <= each.value <= VALUE_MAX:
                checks.fault(f"changes[{place}].value", f"is not from 0 to {VALUE_MAX:,}")
            edits.append(Edit(held.place, each.value, each.is_locked, "changed by hand"))
        checks.done()
        draft = draft_edits(scope, target, OperationKind.BULK, edits)
        return Applied(operations.write(scope, draft, {"changes": len(changes)}, said), draft)
