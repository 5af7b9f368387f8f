"""Why a record counts for a target or does not."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseBase

from paceline.domain.kinds import Unit
from paceline.domain.record import Module
from paceline.errors import NotFound
from paceline.facts import records
from paceline.facts.records import Asked
from paceline.facts.scope import Scope
from paceline.org import directory, reach
from paceline.org.names import findable
from paceline.plan import behind, find, rules
from paceline.web.metrics.words import explained
from paceline.web.page import Page, page
from paceline.web.records.shown import Shown, people_named, shown

FOUND_SHOWN_MAX = 10


@page("GET")
def why(page: Page, target_id: int) -> HttpResponseBase:
    """The rules that the record must satisfy, and which of them it does."""
    asked = page.request.GET.get("record", "").strip()
    with page.reading() as scope:
        target = find.target(scope, target_id)
        definition = rules.definition(target.measured_by)
        told_of: dict[str, Any] = {"target": target, "asked": asked, "module": definition.module.value}
        if asked:
            try:
                told = behind.why(
                    scope, target, findable(asked), page.now, None, page.request.GET.get("source") or None
                )
            except NotFound as error:
                found = _named(page, scope, definition.module, asked)
                said = {"found": found} if found else {"fault": error.message}
                return page.render("paceline/progress/why.html", {**told_of, **said})
            told = explained(page, definition, told)
            figures = page.figures(is_money=definition.unit == Unit.MONEY)
            owner = None if told.person_id is None else directory.person(scope, told.person_id).name
            value = None if told.value is None else figures.exact(told.value)
            told_of |= {"told": told, "first_failing": told.first_failing, "owner": owner or told.owner, "value": value}
        return page.render("paceline/progress/why.html", told_of)


def _named(page: Page, scope: Scope, module: Module, words: str) -> Sequence[Shown]:
    """The latest of the records that the caller sees whose name has the words."""
    wanted = Asked(owner_ids=reach.people_seen(scope), words=findable(words))
    found = records.latest(scope, module, wanted, None, FOUND_SHOWN_MAX)
    names = people_named(scope, (each["owner_id"] for each in found))
    return [shown(page, module, each, names) for each in found]
