"""Importing a whole plan from a spreadsheet: laid against what stands, previewed, then applied by token."""

from collections.abc import Iterable
from typing import Any, LiteralString

from paceline.errors import Conflict, Fault, InvalidInput
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.names import folded
from paceline.plan import find
from paceline.plan.actions.previews import Previewed, preview
from paceline.plan.draft import NAMES_MAX, Asked, Draft
from paceline.plan.find import ORGANIZATION
from paceline.plan.models import OperationKind
from paceline.plan.sheets import reading
from paceline.plan.sheets.content import FAULTS_MAX, Content, read_content
from paceline.plan.sheets.drafting import draft_import, subject_of
from paceline.plan.sheets.plan import Plan

# A refusal names so many of the rows that changed.
CHANGED_ROWS_MAX = 20

# Index: plan_assignment_once, plan_assignment_value_once.
_SINCE: LiteralString = """
    SELECT DISTINCT ON (v.assignment_id)
        a.start_date, a.end_date, v.value, v.is_deleted, v.actor, v.known_from, v.reason
    FROM plan_assignment a JOIN plan_assignment_value v ON v.org_id = a.org_id AND v.assignment_id = a.id
    WHERE a.org_id = %(org_id)s AND a.target_id = %(target_id)s
      AND a.assignee_kind = %(kind)s AND a.assignee_id = %(id)s AND v.id > %(version)s
    ORDER BY v.assignment_id, v.id DESC"""


class PlanChangedSinceExport(Conflict):
    """Shares that the file would change were changed since it was exported; `changed` says how, and by whom."""

    code = "plan_changed_since_export"


def preview_import(scope: Scope, target_id: int, content: bytes) -> Previewed:
    """What differs between a file, CSV or XLSX, and the target's plan; shares that are not in it are left alone.

    A row that was exported carries its version, and is refused if it would change what somebody else changed since.
    Raises InvalidInput with every fault by row and column, NotFound, PlanChangedSinceExport.
    """
    target = find.target(scope, target_id)
    plan = Plan(scope, target)
    found = read_content(plan, reading.read(content))
    subject = subject_of(plan, target_id, found)
    drafted = draft_import(scope, subject, {})
    _check_parents(plan, found, drafted)
    _check_versions(scope, plan, target_id, found, drafted)
    return preview(scope, Asked(OperationKind.IMPORT, subject), drafted)


def _check_parents(plan: Plan, content: Content, drafted: Draft) -> None:
    """Refuse another parent than the one that the target tree gives to somebody new."""
    faults: list[Fault] = []
    for row in drafted.rows:
        said = content.rows.get(row.place.assignee)
        if row.before is None and said is not None and said.parent and row.place.assignee not in plan.own:
            above = "" if row.parent is None else plan.word(row.parent.assignee)
            if folded(said.parent) != folded(above):
                message = f"the target tree puts {row.name} under {above or 'nobody'}: write that, or blank the cell"
                faults.append(Fault(f"row {said.number}, parent", message))
    if faults:
        raise InvalidInput(list(dict.fromkeys(faults))[:FAULTS_MAX])


def _check_versions(scope: Scope, plan: Plan, target_id: int, content: Content, drafted: Draft) -> None:
    """Refuse to change what was changed since the export."""
    touched = dict.fromkeys(row.place.assignee for row in drafted.rows)
    stale = [assignee for assignee in touched if _is_stale(plan, content, assignee)]
    if not stale:
        return
    changed = [_changed(scope, plan, target_id, content, each) for each in stale[:CHANGED_ROWS_MAX]]
    words = "; ".join(
        f"row {each['row']}, {each['assignee']['name']}{_by(each['changes'])}" for each in changed[:NAMES_MAX]
    )
    more = f"; and {len(stale) - NAMES_MAX} more" if len(stale) > NAMES_MAX else ""
    text = f"changed since the file was exported, so nothing was done: {words}{more}. Export it again, and change that"
    raise PlanChangedSinceExport(text, changed=changed, changed_count=len(stale))


def _is_stale(plan: Plan, content: Content, assignee: Assignee) -> bool:
    said = content.rows.get(assignee)
    return said is not None and said.version is not None and said.version != plan.versions.get(assignee)


def _changed(scope: Scope, plan: Plan, target_id: int, content: Content, assignee: Assignee) -> dict[str, Any]:
    """Whose shares changed since, and to what."""
    said = content.rows[assignee]
    given = {"org_id": scope.org_id, "target_id": target_id, "version": said.version, **assignee._asdict()}
    number = {} if assignee == ORGANIZATION else {"id": assignee.id}
    return {
        "row": said.number,
        "assignee": {"kind": assignee.kind, "name": plan.names[assignee], **number},
        "changes": [
            {
                "start_date": start.isoformat(),
                "end_date": end.isoformat(),
                "value": None if is_deleted else value,
                "actor": actor,
                "at": at.isoformat(),
                "reason": reason,
            }
            for start, end, value, is_deleted, actor, at, reason in scope.run(_SINCE, given)
        ],
    }


def _by(changes: Iterable[dict[str, Any]]) -> str:
    """Who made the last of the changes; nothing where there is none, as the version is of another plan."""
    last = max(changes, key=lambda each: each["at"], default=None)
    return f", by {last['actor']} at {last['at'][:16]}" if last else " (its version is not of this plan)"
