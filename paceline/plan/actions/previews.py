"""Keeping what was previewed, and applying exactly that: all of it or nothing, once."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from paceline.errors import Conflict, NotFound
from paceline.facts.scope import Scope
from paceline.org import reach
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.names import findable
from paceline.plan import operations
from paceline.plan.actions import targets
from paceline.plan.cascade import draft_cascade, draft_rebalance
from paceline.plan.copies.drafting import draft_copy
from paceline.plan.draft import Asked, Draft, Drafter, Row
from paceline.plan.models import Operation, OperationKind, Preview
from paceline.plan.periods import draft_periods
from paceline.plan.sheets.drafting import draft_import

# In hexadecimal digits, for on a command line a text that begins with a hyphen is an option.
_TOKEN_BYTES = 20
# A refusal names so many of the rows that are other ones now.
CHANGED_ROWS_MAX = 20

DRAFTERS: Mapping[str, Drafter] = {
    OperationKind.CASCADE.value: draft_cascade,
    OperationKind.COPY.value: draft_copy,
    OperationKind.IMPORT.value: draft_import,
    OperationKind.PERIODS.value: draft_periods,
    OperationKind.REBALANCE.value: draft_rebalance,
}


class PlanChangedSincePreview(Conflict):
    """What a preview rests on is no longer so; `changed` has the first rows that would come out otherwise now."""

    code = "plan_changed_since_preview"


@dataclass(frozen=True, slots=True)
class Previewed:
    """A draft, and the token by which it can be applied."""

    token: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: `operation` is None where nothing differed."""

    operation: Operation | None
    draft: Draft


def preview(scope: Scope, asked: Asked, drafted: Draft | None = None) -> Previewed:
    """Work out what an operation would do, unless that is done, and keep it for a day.

    Raises InvalidInput, NotFound, CannotDivide.

    It takes no lock: should something change while it reads, applying will notice.
    """
    with transaction.atomic():
        draft = drafted or DRAFTERS[asked.kind](scope, asked.subject, asked.options)
        reach.check_plans(scope, {row.place.assignee for row in draft.rows if row.before != row.after})
        token = secrets.token_hex(_TOKEN_BYTES)
        Preview.objects.create(
            org_id=scope.org_id, token=token, kind=asked.kind.value, asked=asked.write(), rows=written(draft.rows)
        )
    return Previewed(token, draft)


def apply_preview(scope: Scope, token: str, reason: str = "") -> Applied:
    """Do what was previewed, all or nothing; the token is good once.

    Raises NotFound, PlanChangedSincePreview (it can be previewed again), and what the preview itself would raise.
    """
    with writing(scope, None):
        kept = Preview.objects.filter(org_id=scope.org_id, token=findable(token)).first()
        if kept is None:
            raise NotFound("there is no such preview: it was applied already, or made more than a day ago")
        checks = Checks()
        said = checks.reason(reason)
        checks.done()
        draft = DRAFTERS[kept.kind](scope, kept.asked["subject"], kept.asked["options"])
        _check_same(kept.rows, draft.rows)
        kept.delete()
        if draft.target.pk is None:
            if draft.target.value != kept.asked["subject"]["value"]:
                raise PlanChangedSincePreview("the target changed since the preview: preview it again", changed=[])
            targets.add_copy(scope, draft.target, kept.asked["subject"]["target_id"], said)
        return Applied(operations.write(scope, draft, kept.asked["options"], said), draft)


def apply_preview_of(scope: Scope, what: str, number: int, token: str, reason: str = "") -> Applied:
    """As `apply_preview`, of a preview of this "assignment" or "target". Raises NotFound for any other."""
    reach.check_plans(scope)
    kept = Preview.objects.filter(org_id=scope.org_id, token=findable(token)).first()
    if kept is None or kept.asked["subject"].get(f"{what}_id") != number:
        raise NotFound(f"there is no such preview of this {what}: it was applied already, or made over a day ago")
    return apply_preview(scope, token, reason)


def forget(before: datetime) -> None:
    """Forget the previews of every organization that were made before that time."""
    Preview.objects.filter(made_at__lt=before).delete()


def written(rows: Sequence[Row]) -> str:
    """What of the rows is applied, a line each: whose, which days, after, the lock, under whom, before, id."""
    days = {window: f"{window.start}\t{window.end}" for window in {row.place.window for row in rows}}
    return "\n".join([_line(row, days[row.place.window]) for row in rows])


def _line(row: Row, days: str) -> str:
    (kind, number), held, above = row.place.assignee, row.held, row.parent
    under = "" if above is None else f"{above.assignee.kind}:{above.assignee.id}"
    was = "\t" if held is None else f"{_digits(row.before)}\t{held.id}"
    return f"{kind}\t{number}\t{days}\t{_digits(row.after)}\t{row.is_locked}\t{under}\t{was}"


def _digits(value: int | None) -> str:
    return "" if value is None else str(value)


def _check_same(kept: str, rows: Sequence[Row]) -> None:
    now = written(rows)
    if kept == now:
        return
    were, are = _by_place(kept), _by_place(now)
    names = {(*row.place.assignee, str(row.place.window.start), str(row.place.window.end)): row.name for row in rows}
    changed = [
        _changed(place, names.get(place), were.get(place), are.get(place))
        for place in {**were, **are}
        if were.get(place) != are.get(place)
    ]
    text = f"the plan changed since the preview, in {len(changed)} of its rows: preview it again"
    raise PlanChangedSincePreview(text, changed=changed[:CHANGED_ROWS_MAX], changed_count=len(changed))


_Place = tuple[str, int, str, str]


class _Kept(NamedTuple):
    """What a line says beside its place; values as `_digits` has them."""

    after: str
    is_locked: str
    under: str
    before: str
    held: str


def _by_place(lines: str) -> dict[_Place, _Kept]:
    found: dict[_Place, _Kept] = {}
    for line in lines.splitlines():
        kind, number, start, end, *rest = line.split("\t")
        found[kind, int(number), start, end] = _Kept(*rest)
    return found


def _changed(place: _Place, name: str | None, was: _Kept | None, now: _Kept | None) -> dict[str, Any]:
    """One row of a preview that would come out otherwise; what it says is None where there is no such row."""
    kind, number, start, end = place
    return {
        "assignee": {"kind": kind, **({"id": number} if number else {}), **({"name": name} if name else {})},
        "start_date": start,
        "end_date": end,
        "previewed_before": was and _value(was.before),
        "previewed_after": was and _value(was.after),
        "before": now and _value(now.before),
        "after": now and _value(now.after),
    }


def _value(digits: str) -> int | None:
    return int(digits) if digits else None
