"""The list of targets, each with how far it is."""

from typing import Any

from django.http import HttpResponseBase

from paceline.facts.scope import Scope
from paceline.plan import find, progress
from paceline.plan.models import Target, TargetStatus
from paceline.web import lines
from paceline.web.page import Page, page

TARGETS_SHOWN_MAX = 100


@page("GET")
def targets(page: Page) -> HttpResponseBase:
    """The targets that the caller sees anything of."""
    with page.reading() as scope:
        own = Target.objects.filter(org_id=scope.org_id, status=TargetStatus.ACTIVE.value)
        shared = find.visible_assignments(scope)
        own = own if shared is None else own.filter(id__in=shared.values("target_id"))
        found = own.select_related("metric", "measured_by__narrowed_from").order_by("start_date", "-value", "id")
        shown = [_shown(page, scope, each) for each in found[:TARGETS_SHOWN_MAX]]
        return page.render("paceline/targets/list.html", {"targets": shown})


def _shown(page: Page, scope: Scope, target: Target) -> dict[str, Any]:
    report = progress.report(scope, target, page.now)
    first = next(iter(report.shown), None)
    made = None if first is None else lines.line(page, report, report.row(first))
    value = lines.figures_of(page, report).whole(target.value)
    return {"target": target, "line": made, "value": value}
