"""What the metrics would count but cannot: each record with the reason, and how to mend it."""

from dataclasses import dataclass

from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.facts import clock
from paceline.facts import uncounted as held_out
from paceline.facts.uncounted import Uncounted
from paceline.plan import registry, rules
from paceline.web.page import Page, page
from paceline.web.records.shown import SINGULAR, label

ROWS_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Reason:
    """Why records are held out, how many, and how that is mended."""

    key: str
    words: str
    mend: str
    count: int


@page("GET")
def uncounted(page: Page) -> HttpResponseBase:
    """The records that one metric holds out, and how many for each reason."""
    asked, after = page.request.GET.get("metric", ""), page.request.GET.get("after", "")
    with page.reading() as scope:
        scope.needs(Permission.READ_ALL)
        metrics = list(registry.listed(scope))
        metric = next((each for each in metrics if each.key == asked), metrics[0])
        definition, credited = rules.definition(metric), clock.rules(scope)
        counts = held_out.counted(scope, definition, credited)
        last = int(after) if after.isascii() and after.isdigit() else 0
        found = held_out.listed(scope, definition, credited, last, ROWS_SHOWN_MAX + 1)
        context = {
            "metrics": metrics,
            "metric": metric,
            "module": definition.module.value,
            "singular": SINGULAR[definition.module],
            "reasons": [_reason(key, counts[key], definition.dated_by, definition.value_by) for key in sorted(counts)],
            "rows": [(each, _words(each, definition.dated_by, definition.value_by)) for each in found[:ROWS_SHOWN_MAX]],
            "after": found[ROWS_SHOWN_MAX - 1].record_id if len(found) > ROWS_SHOWN_MAX else None,
            "address": page.request.get_full_path(),
        }
        part = page.is_partial and not page.is_dialog
        return page.render("paceline/records/held.html" if part else "paceline/records/uncounted.html", context)


def _reason(key: str, count: int, dated_by: str, value_by: str | None) -> Reason:
    return Reason(key, *why(key, dated_by, value_by), count)


def _words(each: Uncounted, dated_by: str, value_by: str | None) -> tuple[str, str]:
    words, mend = why(each.reason, dated_by, value_by)
    if each.reason == "no_owner" and each.owner:
        return f"nobody is known as {each.owner}", mend
    return words, mend


def why(key: str, dated_by: str, value_by: str | None) -> tuple[str, str]:
    """Why a metric that takes its day and value there holds records out, and how that is mended."""
    match key:
        case "no_owner":
            return "no known owner", "Add the person, give them this id or e-mail, or write another owner."
        case "no_day":
            return f"no day in {label(dated_by).lower()}", "Write the day it counts for."
        case "no_value":
            return f"no value in {label(value_by or '').lower()}", "Write the value."
    return "no rate for its currency on its day", "Enter a rate that holds from that day or before."
