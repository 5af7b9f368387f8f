"""Why a record counts for a target or does not."""

from typing import Any

from django.http import HttpResponseBase

from paceline.domain.kinds import Unit
from paceline.errors import NotFound
from paceline.org import directory
from paceline.org.names import findable
from paceline.plan import behind, find, rules
from paceline.web.metrics.words import explained
from paceline.web.page import Page, page


@page("GET")
def why(page: Page, target_id: int) -> HttpResponseBase:
    """The rules that the record must satisfy, and which of them it does."""
    asked = page.request.GET.get("record", "").strip()
    with page.reading() as scope:
        target = find.target(scope, target_id)
        definition = rules.definition(target.measured_by)
        shown: dict[str, Any] = {"target": target, "asked": asked, "module": definition.module.value}
        if asked:
            try:
                told = behind.why(
                    scope, target, findable(asked), page.now, None, page.request.GET.get("source") or None
                )
            except NotFound as error:
                return page.render("paceline/progress/why.html", {**shown, "fault": error.message})
            told = explained(page, definition, told)
            figures = page.figures(is_money=definition.unit == Unit.MONEY)
            owner = None if told.person_id is None else directory.person(scope, told.person_id).name
            value = None if told.value is None else figures.exact(told.value)
            shown |= {"told": told, "first_failing": told.first_failing, "owner": owner or told.owner, "value": value}
        return page.render("paceline/progress/why.html", shown)
