"""The list of targets, each with how far it is."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q
from django.http import HttpResponseBase

from paceline.domain.calendar import Period
from paceline.facts.scope import Scope
from paceline.plan import find, registry
from paceline.plan.gathered import glances
from paceline.plan.models import Assignment, Target, TargetStatus
from paceline.web import lines
from paceline.web.page import Page, page

# The pages of the list go by number: an organization has some hundreds of targets, in any of three orders, and one that
# is made while somebody reads on moves the next page by one row.
TARGETS_SHOWN_MAX = 50
_ORDERS = {
    "start": ("-start_date", "-end_date", "-value", "id"),
    "name": ("name", "id"),
    "value": ("-value", "id"),
}


@page("GET")
def targets(page: Page) -> HttpResponseBase:
    """The targets that the caller sees anything of, a page of them."""
    asked = page.request.GET
    status = asked.get("status", TargetStatus.ACTIVE.value)
    start = int(asked["after"]) if asked.get("after", "").isdecimal() else 0
    with page.reading() as scope:
        own = Target.objects.filter(org_id=scope.org_id)
        shared = find.visible_assignments(scope)
        own = own if shared is None else own.filter(id__in=shared.values("target_id"))
        if status in TargetStatus.values:
            own = own.filter(status=status)
        for name, field in (("metric", "metric__key"), ("period", "period"), ("q", "name__icontains")):
            own = own.filter(**{field: asked[name]}) if asked.get(name) else own
        windows = {
            "now": Q(start_date__lte=page.today, end_date__gt=page.today),
            "past": Q(end_date__lte=page.today),
            "future": Q(start_date__gt=page.today),
        }
        own = own.filter(windows.get(asked.get("when", ""), Q()))
        order = _ORDERS.get(asked.get("sort", ""), _ORDERS["start"])
        related = own.select_related("metric", "measured_by__narrowed_from").order_by(*order)
        found = list(related[start : start + TARGETS_SHOWN_MAX + 1])
        shown = {
            "targets": _shown(page, scope, found[:TARGETS_SHOWN_MAX]),
            "next": start + TARGETS_SHOWN_MAX if len(found) > TARGETS_SHOWN_MAX else None,
            "asked": asked,
            "status": status,
            "statuses": [*TargetStatus.values, "all"],
            "metrics": registry.listed(scope),
            "periods": [each.value for each in Period],
            "is_filtered": any(asked.get(name) for name in ("metric", "period", "q", "when", "status", "after")),
        }
        is_part = page.is_partial and not page.is_dialog
        return page.render("paceline/targets/listed.html" if is_part else "paceline/targets/list.html", shown)


def _shown(page: Page, scope: Scope, targets: Sequence[Target]) -> list[dict[str, Any]]:
    """Each target with how far the widest of its shares is, that of the organization first."""
    first = _first(scope, targets)
    having = [each for each in targets if each.id in first]
    made = glances(scope, [(each, first[each.id]) for each in having], page.now)
    told = {each.report.target.id: lines.line(page, each.report, each.report.row(each.held)) for each in made}
    return [
        {
            "target": each,
            "line": told.get(each.id),
            "value": lines.figures_for(page, each).whole(each.value),
        }
        for each in targets
    ]


def _first(scope: Scope, targets: Sequence[Target]) -> dict[int, int]:
    """The shares that stand for targets: the uppermost of its whole window that the caller sees, by target."""
    seen = find.visible_assignments(scope)
    own = Assignment.objects.filter(org_id=scope.org_id, is_deleted=False) if seen is None else seen
    whole = own.filter(target__in=targets, start_date=F("target__start_date"), end_date=F("target__end_date"))
    uppermost = whole.order_by("target_id", F("parent_id").asc(nulls_first=True), "id").distinct("target_id")
    return dict(uppermost.values_list("target_id", "id"))
