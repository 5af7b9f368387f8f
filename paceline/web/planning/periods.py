"""Generating periods: a share, or the whole tree below it, cut into months, quarters or weeks."""

from functools import partial
from typing import Any

from django.http import HttpResponseBase

from paceline.domain.calendar import Window
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.plan.actions.periods import preview_periods
from paceline.plan.actions.previews import Previewed
from paceline.plan.periods import CUSTOM, CUTS, EQUAL, SEASONAL, windows_of
from paceline.web.page import Page, page
from paceline.web.planning import ground
from paceline.web.planning.ground import Planned

METHODS = [
    (EQUAL, "Equal: the same amount each period"),
    (SEASONAL, "Seasonal: as earlier years went"),
    (CUSTOM, "Custom: a share for each period"),
]
_CUT_WORDS = {"month": "Months", "quarter": "Quarters", "week": "Weeks"}


@page("GET", "POST")
def periods(page: Page, assignment_id: int) -> HttpResponseBase:
    """Choose how, look at every row, confirm."""
    under = ground.planned(page, assignment_id)
    every = page.request.POST.get("every", "month")
    windows = _windows(page, under, every)
    options = partial(_options, page, under, len(windows))
    done = ground.confirmed(page, under, "Periods", options)
    if isinstance(done, HttpResponseBase):
        return done

    def preview(scope: Scope, chosen: dict[str, Any]) -> Previewed:
        return preview_periods(scope, assignment_id, chosen)

    outcome = ground.outcome(page, under, done, options, preview)
    shares = page.request.POST.getlist("share")
    shown = {
        "under": under,
        "outcome": outcome,
        "methods": METHODS,
        "method": page.request.POST.get("method", EQUAL),
        "every": every,
        "cuts": [(name, _CUT_WORDS.get(name, name)) for name in CUTS],
        "windows": [(each, shares[place] if place < len(shares) else "") for place, each in enumerate(windows)],
        "whole_tree": not page.is_posted or "whole_tree" in page.request.POST,
        "given": page.request.POST,
    }
    is_part = page.is_partial and page.request.headers.get("HX-Target") == "preview"
    return page.render("paceline/planning/preview.html" if is_part else "paceline/planning/periods.html", shown)


def _windows(page: Page, under: Planned, every: str) -> list[Window]:
    """The periods that it is cut into; none where the preview will say why."""
    try:
        with page.reading() as scope:
            return windows_of(scope, under.held.window, every)
    except InvalidInput:
        return []


def _options(page: Page, under: Planned, count: int) -> dict[str, Any]:
    """The options as the verb takes them. Raises InvalidInput for shares that are none."""
    if not page.is_posted:
        return {"every": "month", "method": EQUAL, "whole_tree": True}
    options: dict[str, Any] = ground.given(page, ("every", "method"))
    options["whole_tree"] = "whole_tree" in page.request.POST
    return options | (_custom(page, under, count) if options.get("method") == CUSTOM else {})


def _custom(page: Page, under: Planned, count: int) -> dict[str, Any]:
    """Shares in per cent, or amounts, one for each period. Raises InvalidInput."""
    typed = [each.strip() for each in page.request.POST.getlist("share")][:count]
    if not any(typed):
        raise InvalidInput.at("shares", "fill in a share or an amount for each period")
    if all(each.endswith("%") or not each for each in typed):
        return {"shares": [each.rstrip("% ").replace(",", ".") or "0" for each in typed]}
    try:
        return {"amounts": [under.figures.parse(each or "0") for each in typed]}
    except ValueError as error:
        raise InvalidInput.at("amounts", str(error)) from None
