"""Making a metric from fields and conditions, with what it would count before it is saved; changing, retiring."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.domain import metric as definitions
from paceline.domain.access import Permission
from paceline.domain.condition import BadCondition, Comparison, Operator
from paceline.domain.kinds import Direction, Indicator, Kind, Unit
from paceline.domain.metric import Definition
from paceline.domain.record import FIELDS, FieldType, Module
from paceline.errors import InvalidInput
from paceline.facts import clock, trial
from paceline.facts.scope import Scope
from paceline.plan import registry, rules
from paceline.plan.actions import metrics as verbs
from paceline.plan.models import DESCRIPTION_CHARACTERS_MAX, KEY_CHARACTERS_MAX, NAME_CHARACTERS_MAX, Metric
from paceline.web.conditions import Builder, is_flat
from paceline.web.forms import Form, choices
from paceline.web.metrics import words
from paceline.web.metrics.registry import targets_of
from paceline.web.page import Page, page
from paceline.web.records.shown import CLOSING, ENDS

_FORM, _TRIAL = "paceline/metrics/form.html", "paceline/metrics/trial.html"
_EACH = "each"
# How a custom field's number is added: as it is, or as money.
_NUMBER, _MONEY = "number:", "money:"
_DAYS = {FieldType.DAY, FieldType.MOMENT}


class MetricForm(Form):
    """A metric's name and parts; the conditions are built beside it."""

    names: Mapping[str, str] = {"value_by": "value"}
    name = forms.CharField(max_length=NAME_CHARACTERS_MAX)
    description = forms.CharField(required=False, max_length=DESCRIPTION_CHARACTERS_MAX)
    module = forms.ChoiceField(label="It counts", choices=choices((each.value, each.value) for each in Module))
    value = forms.ChoiceField(label="Each adds")
    dated_by = forms.ChoiceField(label="On its day")
    kind = forms.ChoiceField(
        label="It is",
        choices=[(Kind.FLOW.value, "what is added up over a period"), (Kind.LEVEL.value, "what stands at its end")],
    )
    leaves_by = forms.ChoiceField(label="It goes out on its day", required=False)
    direction = forms.ChoiceField(
        label="Better is", choices=[(Direction.HIGHER.value, "more"), (Direction.LOWER.value, "less")]
    )
    indicator = forms.ChoiceField(
        label="It tells",
        choices=[
            (Indicator.LEADING.value, "what will come: a leading indicator"),
            (Indicator.LAGGING.value, "what came: a lagging indicator"),
        ],
    )

    def __init__(self, page: Page, scope: Scope, metric: Metric | None = None) -> None:
        made = None if metric is None else rules.definition(metric)
        sent = page.request.POST.get("module", "")
        self.about = Module(sent) if sent in set(Module) else made.module if made else Module.DEALS
        super().__init__(page, _initial(metric, made, self.about))
        self.custom = trial.custom_names(scope, self.about)
        days = [
            *((each.name, words.field_words(each.name)) for each in FIELDS[self.about] if each.type in _DAYS),
            *((f"custom.{name}", name) for name, kind in self._custom(made) if kind == "string"),
        ]
        self._offer("value", self._values(made))
        self._offer("dated_by", days)
        self._offer("leaves_by", days)
        same = made is not None and made.module == self.about
        self.condition = Builder(page, scope, self.about, "condition", made.condition if made and same else None)
        is_level = made is not None and same and made.kind == Kind.LEVEL
        over = Comparison("status", Operator.IN, ENDS[self.about])
        self.leaves = Builder(page, scope, self.about, "leaves", made.leaves_when if made and is_level else over)

    @property
    def is_level(self) -> bool:
        """Whether it asks when a record goes out."""
        return self._sent("kind") == Kind.LEVEL

    def _sent(self, name: str) -> Any:
        """What a field shows, whether it was sent or not."""
        bound: Any = self[name]
        return bound.value()

    def definition(self) -> dict[str, Any]:
        """The parts as the verbs take them. Raises InvalidInput."""
        sent = {name: self._sent(name) for name in ("value", "dated_by", "kind", "leaves_by")}
        unit, value_by = _value(str(sent["value"] or _EACH))
        made: dict[str, Any] = {
            "module": self.about.value,
            "unit": unit,
            "kind": sent["kind"],
            "condition": self._built(self.condition),
            "dated_by": sent["dated_by"],
            "value_by": value_by,
        }
        if sent["kind"] == Kind.LEVEL:
            made |= {"leaves_by": sent["leaves_by"], "leaves_when": self._built(self.leaves)}
        return made

    def _built(self, builder: Builder) -> dict[str, Any]:
        try:
            return builder.json()
        except BadCondition as error:
            where, _, message = str(error).partition(": ")
            raise InvalidInput.at(where, message) from None

    def _offer(self, name: str, listed: list[tuple[str, str]]) -> None:
        self.fields[name].choices = listed  # pyright: ignore[reportAttributeAccessIssue] - each is a list to choose from

    def _values(self, made: Definition | None) -> list[tuple[str, str]]:
        numbers = [name for name, kind in self._custom(made) if kind == "number"]
        listed = [(_EACH, "one"), *((f"{_NUMBER}custom.{name}", f"its {name}") for name in numbers)]
        if self.about == Module.DEALS:
            listed.insert(1, (f"{_MONEY}amount", "its amount"))
            listed += [(f"{_MONEY}custom.{name}", f"its {name}, as money in minor units") for name in numbers]
        return listed

    def _custom(self, made: Definition | None) -> list[tuple[str, str]]:
        """The custom fields with what they hold, those of the metric among them."""
        found = dict(self.custom)
        if made is not None and made.module == self.about:
            for name, kind in ((made.value_by, "number"), (made.dated_by, "string"), (made.leaves_by, "string")):
                if name and name.startswith("custom."):
                    found.setdefault(name.removeprefix("custom."), kind)
        return sorted(found.items())


def _initial(metric: Metric | None, made: Definition | None, module: Module) -> dict[str, Any]:
    if metric is None or made is None:
        leaves = CLOSING[module]
        return {"kind": Kind.FLOW.value, "dated_by": leaves, "leaves_by": leaves, "indicator": "lagging"}
    return {
        "name": metric.name,
        "description": metric.description,
        "module": made.module.value,
        "value": _EACH if made.value_by is None else f"{_unit_words(made)}{made.value_by}",
        "dated_by": made.dated_by,
        "kind": made.kind.value,
        "leaves_by": made.leaves_by or CLOSING[module],
        "direction": metric.direction,
        "indicator": metric.indicator,
    }


def _unit_words(made: Definition) -> str:
    return _MONEY if made.unit == Unit.MONEY else _NUMBER


def _value(word: str) -> tuple[str, str | None]:
    """The unit, and the field that gives the value."""
    if word.startswith(_MONEY):
        return Unit.MONEY.value, word.removeprefix(_MONEY)
    return Unit.COUNT.value, word.removeprefix(_NUMBER) if word.startswith(_NUMBER) else None


@page("GET", "POST")
def add(page: Page, key: str = "") -> HttpResponseBase:
    """A new metric, from nothing or from the parts of another one."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_METRICS)
        like = registry.metric(scope, key) if key else None
        form = MetricForm(page, scope, like)
    if like is not None and not page.is_posted:
        form.initial["name"] = f"{like.name} of my own"
    if "again" in page.request.GET:
        return _shown(page, form, None)

    def work(scope: Scope) -> Metric:
        given = {name: form.cleaned_data[name] for name in ("name", "description", "direction", "indicator")}
        return verbs.create_metric(scope, key=_free_key(scope, given["name"]), definition=form.definition(), **given)

    made = form.attempt(work)
    if made is not None:
        return page.go("metric", made.key, said=f"{made.name} is made. {_filled(page, made)}")
    return _shown(page, form, None)


@page("GET", "POST")
def edit(page: Page, key: str) -> HttpResponseBase:
    """The parts of a metric of one's own."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_METRICS)
        metric = registry.metric(scope, key)
        form = MetricForm(page, scope, metric)
    if "again" in page.request.GET:
        return _shown(page, form, metric)

    def work(scope: Scope) -> Metric:
        given = {name: form.cleaned_data[name] for name in ("name", "description", "direction", "indicator")}
        return verbs.edit_metric(scope, key, definition=_kept(form, metric), **given)

    made = form.attempt(work)
    if made is not None:
        return page.go("metric", made.key, said=f"{made.name} is saved. {_filled(page, made)}")
    return _shown(page, form, metric)


@page("POST")
def preview(page: Page) -> HttpResponseBase:
    """What the metric of a form would count."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_METRICS)
        return page.render(_TRIAL, _tried(page, scope, MetricForm(page, scope)))


@page("GET", "POST")
def retire(page: Page, key: str) -> HttpResponseBase:
    """Asks before a metric goes; what rests on it is named."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_METRICS)
        metric = registry.metric(scope, key)
        resting = targets_of(scope, metric)
    if page.is_posted:
        page.do(lambda scope: verbs.retire_metric(scope, key))
        return page.go("metrics", said=f"{metric.name} is retired.")
    live = [each for each in resting if each.status != "archived"]
    context = {"metric": metric, "live": live, "archived": [each for each in resting if each.status == "archived"]}
    return page.render("paceline/metrics/retire.html", context)


def _shown(page: Page, form: MetricForm, metric: Metric | None) -> HttpResponseBase:
    with page.reading() as scope:
        is_part = "again" in page.request.GET
        tried = _tried(page, scope, form)
        context = {"form": form, "metric": metric, "again": f"{page.request.path}?again=1", **tried}
        template = "paceline/metrics/parts.html" if is_part else _FORM
        if page.is_posted and not is_part and not page.is_dialog:
            return page.refused(template, context)
        return page.render(template, context)


def _tried(page: Page, scope: Scope, form: MetricForm) -> dict[str, Any]:
    """What the form's metric would count, in words; or what is missing of it."""
    try:
        definition = definitions.read(form.definition())
    except (BadCondition, InvalidInput) as error:
        return {"missing": str(error)}
    found = trial.trial(scope, definition, clock.rules(scope))
    figures = page.figures(is_money=definition.unit == Unit.MONEY)
    return {
        "sentence": words.sentence(definition, page.figures(is_money=True)),
        "trial": found,
        "held_out": found.asked - found.counted,
        "sum": figures.exact(found.value),
        "examples": [(each, figures.exact(each.value)) for each in found.examples],
        "module": definition.module.value,
        "is_level": definition.kind == Kind.LEVEL,
    }


def _kept(form: MetricForm, metric: Metric) -> dict[str, Any]:
    """The definition; a condition that the form could not show stays, unless rows were given in its place."""
    made, stored, before = form.definition(), metric.definition or {}, rules.definition(metric)
    for name, part in (("condition", before.condition), ("leaves_when", before.leaves_when)):
        if name in made and not made[name] and not is_flat(part):
            made[name] = stored.get(name)
    return made


def _filled(page: Page, metric: Metric) -> str:
    """How much of what is stored it credits, as a sentence."""
    with page.reading() as scope:
        count = trial.credited(scope, metric.id)
    return f"It counts {count:,} stored record{'' if count == 1 else 's'}, and every one that comes in from now on."


def _free_key(scope: Scope, name: str) -> str:
    """A key made of the name, that no metric has or had."""
    bare = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    start = (bare if bare[:1].isalpha() else f"metric_{bare}")[: KEY_CHARACTERS_MAX - 24].strip("_")
    taken = set(Metric.objects.filter(org_id=scope.org_id, key__startswith=start).values_list("key", flat=True))
    numbers = (f"{start}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (start, *numbers) if key not in taken)
