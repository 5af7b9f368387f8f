"""The list of metrics, and a metric's own page."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpResponseBase

from paceline.domain.kinds import Direction, Kind
from paceline.domain.metric import Definition
from paceline.facts import trial
from paceline.facts.scope import Scope
from paceline.plan import registry, rules
from paceline.plan.models import Metric, Target, TargetStatus
from paceline.web.metrics import words
from paceline.web.page import Page, page

TARGETS_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A metric as a list tells of it; `targets` rest on it."""

    metric: Metric
    definition: Definition
    sentence: str
    is_level: bool
    is_lower_better: bool
    targets: int


def told(page: Page, metric: Metric, targets: int = 0) -> Told:
    """A metric in words."""
    made = rules.definition(metric)
    sentence = words.sentence(made, page.figures(is_money=True))
    return Told(metric, made, sentence, made.kind == Kind.LEVEL, metric.direction == Direction.LOWER, targets)


@page("GET")
def metrics(page: Page) -> HttpResponseBase:
    """The registry."""
    with page.reading() as scope:
        found = list(registry.listed(scope))
        live = Target.objects.filter(org_id=scope.org_id).exclude(status=TargetStatus.ARCHIVED.value)
        counts = Counter(live.values_list("metric_id", flat=True))
        shown = [told(page, each, counts[each.id]) for each in found]
        groups = [
            ("Of your own", [each for each in shown if not each.metric.is_built_in]),
            ("Built in", [each for each in shown if each.metric.is_built_in]),
        ]
        return page.render("paceline/metrics/list.html", {"groups": groups})


@page("GET")
def metric(page: Page, key: str) -> HttpResponseBase:
    """A metric, and what rests on it."""
    with page.reading() as scope:
        found = registry.metric(scope, key)
        resting = targets_of(scope, found)
        shown = told(page, found, len(resting))
        context = {
            "told": shown,
            "metric": found,
            "value": words.value_words(shown.definition),
            "targets": resting[:TARGETS_SHOWN_MAX],
            "credited": trial.credited(scope, found.id),
        }
        return page.render("paceline/metrics/metric.html", context)


def targets_of(scope: Scope, metric: Metric) -> list[Target]:
    """The targets that rest on a metric, the archived ones last."""
    own = Target.objects.filter(org_id=scope.org_id, metric=metric).order_by("-start_date", "id")
    return sorted(own, key=lambda each: each.status == TargetStatus.ARCHIVED.value)
