"""The metrics registry."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Path

from paceline.api import answers
from paceline.api.callers import Admin
from paceline.api.pages import CursorQuery, LimitQuery, after, page
from paceline.api.shapes import PROBLEMS, Given, Name, Reason, ReasonQuery, example
from paceline.facts.scope import Scope
from paceline.plan import registry, rules
from paceline.plan.actions import metrics as verbs
from paceline.plan.models import DESCRIPTION_CHARACTERS_MAX, KEY_CHARACTERS_MAX, Metric

router = Router(tags=["metrics"], auth=Admin())

Key = Annotated[str, Field(max_length=KEY_CHARACTERS_MAX, examples=["big_deals"])]
PathKey = Annotated[str, Path(max_length=KEY_CHARACTERS_MAX)]
Description = Annotated[str, Field(max_length=DESCRIPTION_CHARACTERS_MAX)]
Direction = Literal["higher", "lower"]
Indicator = Literal["leading", "lagging"]
DEFINITION = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {"field": "status", "op": "equals", "value": "won"},
    "dated_by": "closed",
}
Definition = Annotated[
    dict[str, Any],
    Field(
        description="Module, unit, kind, condition, dated_by, value_by: see the metrics guide.", examples=[DEFINITION]
    ),
]


class MetricIn(Given):
    """A metric of your own; its history is filled from the stored records."""

    model_config = example({"key": "big_deals", "name": "Big deals", "definition": DEFINITION})

    key: Key
    name: Name
    definition: Definition
    description: Description = ""
    direction: Direction = "higher"
    indicator: Indicator = "lagging"
    reason: Reason = ""


class MetricChange(Given):
    """What changes of a metric; what is left out stays."""

    model_config = example({"name": "Large deals"})

    name: Name | None = None
    definition: Definition | None = None
    description: Description | None = None
    direction: Direction | None = None
    indicator: Indicator | None = None
    reason: Reason = ""


class MetricOut(Schema):
    """A metric of the registry; `unit` is money or count, `kind` flow or level."""

    key: str
    name: str
    description: str
    module: str
    unit: str
    kind: str
    direction: str
    indicator: str
    built_in: bool
    definition: dict[str, Any]


class MetricsOut(Schema):
    """A page of metrics."""

    items: list[MetricOut]
    next: str | None


def shown(metric: Metric) -> dict[str, Any]:
    """A metric as it is answered."""
    made = rules.definition(metric)
    return {
        "key": metric.key,
        "name": metric.name,
        "description": metric.description,
        "module": made.module.value,
        "unit": made.unit.value,
        "kind": made.kind.value,
        "direction": metric.direction,
        "indicator": metric.indicator,
        "built_in": metric.is_built_in,
        "definition": metric.definition,
    }


@router.get("", response={200: MetricsOut, **PROBLEMS}, summary="List the metrics")
def list_metrics(request: HttpRequest, cursor: CursorQuery = None, limit: LimitQuery = 100) -> HttpResponse:
    """The built-in metrics and your own, in the order they were made."""
    (last,) = after(cursor)

    def make(scope: Scope) -> dict[str, Any]:
        found = list(registry.listed(scope).filter(id__gt=last)[: limit + 1])
        return page([shown(each) for each in found], limit, [(each.id,) for each in found])

    return answers.read(request, make)


@router.post("", response={201: MetricOut, **PROBLEMS}, summary="Make a metric")
def create_metric(request: HttpRequest, given: MetricIn) -> HttpResponse:
    """It is credited for the stored records at once, and for every record that comes in. For a token of scope admin."""
    return answers.write(request, lambda scope: shown(verbs.create_metric(scope, **given.dict())), answers.CREATED)


@router.get("/{key}", response={200: MetricOut, **PROBLEMS}, summary="Show a metric")
def show_metric(request: HttpRequest, key: PathKey) -> HttpResponse:
    """One metric of the registry, by its key."""
    return answers.read_one(request, lambda scope: shown(registry.metric(scope, key)))


@router.patch("/{key}", response={200: MetricOut, **PROBLEMS}, summary="Change a metric of your own")
def edit_metric(request: HttpRequest, key: PathKey, given: MetricChange) -> HttpResponse:
    """The stored records are credited anew. Built-in metrics stay as they are."""

    def work(scope: Scope) -> dict[str, Any]:
        answers.check_unchanged(request, scope, lambda: shown(registry.metric(scope, key)))
        return shown(verbs.edit_metric(scope, key, **given.dict()))

    return answers.write(request, work)


@router.delete("/{key}", response={204: None, **PROBLEMS}, summary="Retire a metric of your own")
def retire_metric(request: HttpRequest, key: PathKey, reason: ReasonQuery = "") -> HttpResponse:
    """No new target can have it. It is refused while a target that is not archived rests on it."""

    def work(scope: Scope) -> None:
        answers.check_unchanged(request, scope, lambda: shown(registry.metric(scope, key)))
        verbs.retire_metric(scope, key, reason=reason)

    return answers.write(request, work)
