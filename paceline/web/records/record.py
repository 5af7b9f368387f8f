"""A record's page: its fields, what it counts for, and why it does not count for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponseBase

from paceline.domain import condition as conditions
from paceline.domain.kinds import Unit
from paceline.domain.record import Module
from paceline.errors import NotAllowed, PacelineError
from paceline.facts import clock, entries, explain, records
from paceline.facts.entries import Entry
from paceline.facts.scope import Scope
from paceline.org import reach
from paceline.plan import behind, find, registry, rules
from paceline.plan.models import Metric, Target, TargetStatus
from paceline.web.metrics.words import condition_words, explained
from paceline.web.page import Page, page
from paceline.web.records.shown import ENDS, SINGULAR, facts_of, module_of, people_named, shown

# So many are asked one by one; whoever has more asks on the target's own page.
TARGETS_ASKED_MAX = 12
METRICS_ASKED_MAX = 40


@dataclass(frozen=True, slots=True)
class Credit:
    """What a record yields, or one entry of the ledger: then with the moment it was posted."""

    metric: str
    person: str
    person_id: int
    day: date
    value: str
    is_taken: bool = False
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A metric or a target that a record does not count for, and the first rule that it fails."""

    name: str
    failing: str
    id: int | None = None
    counts: bool = False


@page("GET")
def record(page: Page, module: str, record_id: int) -> HttpResponseBase:
    """The record."""
    with page.reading() as scope:
        return page.render("paceline/records/record.html", context(page, scope, module_of(module), record_id))


@page("GET")
def part(page: Page, module: str, record_id: int) -> HttpResponseBase:
    """What of the page moves by itself."""
    with page.reading() as scope:
        return page.render("paceline/records/moving.html", context(page, scope, module_of(module), record_id))


def context(page: Page, scope: Scope, module: Module, record_id: int) -> dict[str, Any]:
    """All that the page of a record shows. Raises NotFound."""
    found = one(scope, module, record_id)
    written = entries.of_record(scope, record_id)
    metrics = _metrics(scope, module, written)
    names = people_named(scope, [found["owner_id"], *(each.person_id for each in written)])
    counted = _standing(page, written, metrics, names)
    asked = [each for each in metrics.values() if each.narrowed_from is None and not each.is_retired]
    yields = {each for each, _, _ in entries.standing(written)}
    return {
        "module": module.value,
        "singular": SINGULAR[module],
        "record": shown(page, module, found, names),
        "facts": facts_of(page, module, found),
        "custom": sorted(found["custom"].items()),
        "ends": ENDS[module],
        "credits": counted,
        "uncredited": _verdicts(page, scope, [each for each in asked if each.id not in yields], found),
        "targets": _targets(page, scope, module, found),
        "ledger": [_entry(page, each, metrics, names) for each in written],
    }


def one(scope: Scope, module: Module, record_id: int) -> dict[str, Any]:
    """The record, if the actor sees it. Raises NotFound, NotAllowed."""
    found, seen = records.one(scope, module, record_id), reach.people_seen(scope)
    if seen is not None and found["owner_id"] not in seen:
        raise NotAllowed("you see your own records and those of whoever is below you, and this is neither")
    return found


def yields_words(page: Page, scope: Scope, record_id: int, module: Module) -> list[str]:
    """What the record yields as phrases, such as `$12,000 of Revenue for Sam`."""
    written = entries.of_record(scope, record_id)
    metrics = _metrics(scope, module, written)
    names = people_named(scope, (each.person_id for each in written))
    made = _standing(page, [each for each in written if metrics[each.metric_id].narrowed_from is None], metrics, names)
    return [f"{each.value} of {each.metric} for {each.person}" for each in made if not each.is_taken]


def _metrics(scope: Scope, module: Module, written: Sequence[Entry]) -> dict[int, Metric]:
    """The metrics of the registry that ask this module's records, and those that the entries are of."""
    own = [each for each in registry.listed(scope) if rules.definition(each).module == module][:METRICS_ASKED_MAX]
    found = {each.id: each for each in own}
    others = {each.metric_id for each in written} - set(found)
    more = Metric.objects.filter(org_id=scope.org_id, id__in=others).select_related("narrowed_from")
    return {**found, **{each.id: each for each in more}}


def _standing(page: Page, written: Sequence[Entry], metrics: dict[int, Metric], names: dict[int, str]) -> list[Credit]:
    sums = entries.standing(written)
    keys = sorted(sums, key=lambda key: (key[0], key[2]))
    return [_credit(page, metrics[key[0]], names, key, sums[key]) for key in keys]


def _credit(
    page: Page,
    metric: Metric,
    names: dict[int, str],
    key: tuple[int, int, date],
    value: int,
    posted_at: datetime | None = None,
) -> Credit:
    _, person_id, day = key
    figures = page.figures(is_money=rules.definition(metric).unit == Unit.MONEY)
    person = names.get(person_id, "")
    return Credit(_name(page, metric), person, person_id, day, figures.exact(value), value < 0, posted_at)


def _entry(page: Page, each: Entry, metrics: dict[int, Metric], names: dict[int, str]) -> Credit:
    key = each.metric_id, each.person_id, each.day
    return _credit(page, metrics[each.metric_id], names, key, each.value, each.posted_at)


def _name(page: Page, metric: Metric) -> str:
    if metric.narrowed_from is None:
        return metric.name
    module = rules.definition(metric).module
    filter_ = conditions.read(module, metric.filter, "filter")
    return f"{metric.name} where {condition_words(module, filter_, page.figures(is_money=True))}"


def _verdicts(page: Page, scope: Scope, metrics: Sequence[Metric], found: dict[str, Any]) -> list[Verdict]:
    credited = clock.rules(scope)
    made: list[Verdict] = []
    for each in metrics:
        definition = rules.definition(each)
        told = explain.explain(scope, definition, credited, found["external_id"], found["source"])
        failing = explained(page, definition, told).first_failing
        made.append(Verdict(each.name, failing.words if failing else "it has a value other than zero"))
    return made


def _targets(page: Page, scope: Scope, module: Module, found: dict[str, Any]) -> list[Verdict]:
    own = Target.objects.filter(org_id=scope.org_id, status=TargetStatus.ACTIVE.value)
    shared = find.visible_assignments(scope)
    own = own if shared is None else own.filter(id__in=shared.values("target_id"))
    near = own.select_related("metric", "measured_by__narrowed_from").order_by("-end_date", "id")
    asked = [each for each in near if rules.definition(each.measured_by).module == module][:TARGETS_ASKED_MAX]
    made: list[Verdict] = []
    for each in asked:
        try:
            told = behind.why(scope, each, found["external_id"], page.now, source=found["source"])
        except PacelineError:
            continue
        failing = explained(page, rules.definition(each.measured_by), told).first_failing
        made.append(Verdict(each.name, failing.words if failing else "", each.id, failing is None))
    return made
