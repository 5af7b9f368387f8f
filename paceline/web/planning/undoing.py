"""Taking the last operation on a target back."""

from django.http import HttpResponseBase

from paceline.facts.scope import Scope
from paceline.org import reach
from paceline.plan import find
from paceline.plan.actions.undo import undo_last
from paceline.plan.models import Operation, OperationKind
from paceline.web.page import Page, page

WORDS = {
    OperationKind.BULK.value: "change of many shares",
    OperationKind.CASCADE.value: "cascade",
    OperationKind.COPY.value: "copy",
    OperationKind.IMPORT.value: "import of a plan",
    OperationKind.PERIODS.value: "generation of periods",
    OperationKind.REBALANCE.value: "rebalancing",
}


@page("GET", "POST")
def undo(page: Page, target_id: int) -> HttpResponseBase:
    """Ask, then set every value as it was before the last cascade, periods, import or change of many."""
    with page.reading() as scope:
        reach.check_plans(scope)
        target = find.target_to_plan(scope, target_id)
        standing = Operation.objects.filter(org_id=scope.org_id, target_id=target_id, undone_by__isnull=True)
        last = standing.exclude(kind=OperationKind.UNDO.value).order_by("-id").first()
    if page.is_posted:
        kind = page.do(lambda scope: _undone(scope, target_id, page.request.POST.get("reason", "")))
        return page.go("target", target_id, said=f"The {WORDS[kind]} is taken back.")
    shown = {"target": target, "last": last, "what": last and WORDS[last.kind]}
    return page.render("paceline/planning/undo.html", shown)


def _undone(scope: Scope, target_id: int, reason: str) -> str:
    """Take the last operation back; its kind."""
    made = undo_last(scope, target_id=target_id, reason=reason)
    return Operation.objects.get(org_id=scope.org_id, undone_by=made).kind
