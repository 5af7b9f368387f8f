"""Taking the last operation on a target back."""

from django.http import HttpResponseBase

from paceline.org import reach
from paceline.plan import find
from paceline.plan.actions.undo import undo_last
from paceline.plan.models import Operation
from paceline.web.page import Page, page


@page("GET", "POST")
def undo(page: Page, target_id: int) -> HttpResponseBase:
    """Ask, then set every value as it was before the last cascade, periods, import or change of many."""
    with page.reading() as scope:
        reach.check_plans(scope)
        target = find.target_to_plan(scope, target_id)
        last = Operation.objects.filter(org_id=scope.org_id, target_id=target_id).order_by("-id").first()
    if page.is_posted:
        reason = page.request.POST.get("reason", "")
        made = page.do(lambda scope: undo_last(scope, target_id=target_id, reason=reason))
        return page.go("target", target_id, said=f"The {made.kind} is taken back.")
    return page.render("paceline/planning/undo.html", {"target": target, "last": last})
