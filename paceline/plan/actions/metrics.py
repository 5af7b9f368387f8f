"""Making, changing and retiring metrics. Each change posts what it makes of the records that are stored."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping

from paceline.domain import condition as conditions
from paceline.domain import metric as definitions
from paceline.domain.access import Permission
from paceline.domain.condition import BadCondition, Comparison, Condition
from paceline.domain.kinds import Direction, Indicator
from paceline.domain.metric import BUILT_IN
from paceline.domain.record import Module
from paceline.errors import Conflict, InvalidInput
from paceline.facts.scope import Scope
from paceline.org import audit
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.plan import former, given, registry, rules
from paceline.plan.models import KEY_CHARACTERS_MAX, Metric, Target, TargetStatus

_KEY = re.compile(rf"[a-z][a-z0-9_]{{0,{KEY_CHARACTERS_MAX - 20}}}")
_SHOWN = ("key", "name", "description", "direction", "indicator", "definition", "is_retired")

# Every metric is asked of every record that comes in: this many are still cheap.
METRICS_MAX = 200
# Each write asks every metric of its module in one statement, and PostgreSQL takes 65,535 values for one.
CONDITION_VALUES_MAX = 20_000


class MetricInUse(Conflict):
    """The metric cannot go while targets that are not archived rest on it."""

    code = "metric_in_use"


class BuiltInMetric(Conflict):
    """The eight built-in metrics are the same everywhere."""

    code = "built_in_metric"


def install_built_in(scope: Scope) -> None:
    """Give a new organization the built-in metrics; the caller posts the rules."""
    Metric.objects.bulk_create(
        Metric(
            org_id=scope.org_id,
            key=each.key,
            name=each.name,
            description=each.description,
            direction=each.direction.value,
            indicator=each.indicator.value,
            definition=definitions.write(each.definition),
            is_built_in=True,
        )
        for each in BUILT_IN
    )


def create_metric(
    scope: Scope,
    *,
    key: str,
    name: str,
    definition: Mapping[str, object],
    description: str = "",
    direction: str = Direction.HIGHER.value,
    indicator: str = Indicator.LAGGING.value,
    reason: str = "",
) -> Metric:
    """Make a metric from fields and conditions, and credit the stored records for it. Raises InvalidInput, Conflict."""
    with writing(scope, Permission.CHANGE_METRICS):
        checks = Checks()
        if not _KEY.fullmatch(key):
            checks.fault("key", f"{key!r} is not a key such as big_deals: small letters, digits and underscores")
        metric = Metric(org_id=scope.org_id, key=key)
        _set(metric, checks, name, description, direction, indicator, definition)
        trail = audit.Trail(scope, "create_metric", checks.reason(reason))
        checks.done()
        _check_free(scope, key)
        metric.save()
        _check_room(scope)
        trail.record("metric", metric.id, old=None, new=audit.values(metric, *_SHOWN))
        rules.post(scope)
    return metric


def edit_metric(
    scope: Scope,
    key: str,
    *,
    name: str | None = None,
    definition: Mapping[str, object] | None = None,
    description: str | None = None,
    direction: str | None = None,
    indicator: str | None = None,
    reason: str = "",
) -> Metric:
    """Change a custom metric; what is not given stays. The stored records are credited anew.

    Its module, unit and kind stay once a target rests on it. Raises InvalidInput, NotFound, Conflict.
    """
    with writing(scope, Permission.CHANGE_METRICS):
        metric = registry.metric(scope, key)
        _check_custom(metric)
        old = audit.values(metric, *_SHOWN)
        checks = Checks()
        _set(
            metric,
            checks,
            metric.name if name is None else name,
            metric.description if description is None else description,
            metric.direction if direction is None else direction,
            metric.indicator if indicator is None else indicator,
            definition if definition is not None else metric.definition or {},
        )
        trail = audit.Trail(scope, "edit_metric", checks.reason(reason))
        checks.done()
        _check_same_sort(scope, metric, old["definition"])
        metric.save()
        for each in Metric.objects.filter(narrowed_from=metric, is_retired=False).select_related("narrowed_from"):
            _check_narrowed(each, "definition")
        _check_room(scope)
        new = audit.values(metric, *_SHOWN)
        trail.record("metric", metric.id, old=old, new=new)
        former.keep(scope, "metric", metric.id, old=old, new=new)
        rules.post(scope)
    return metric


def retire_metric(scope: Scope, key: str, *, reason: str = "") -> None:
    """Take a custom metric out of the registry: no new target can have it.

    It goes on crediting for the archived targets that rest on it, whose figures stay, and for nothing else.
    Raises NotFound, Conflict.
    """
    with writing(scope, Permission.CHANGE_METRICS):
        metric = registry.metric(scope, key)
        _check_custom(metric)
        live = _targets(scope, metric).exclude(status=TargetStatus.ARCHIVED.value)
        if live.exists():
            names = list(live.values_list("name", flat=True)[:5])
            raise MetricInUse(f"targets rest on {key}: archive them first ({', '.join(names)})", targets=names)
        Metric.objects.filter(narrowed_from=metric).update(is_retired=True)
        metric.is_retired = True
        metric.save(update_fields=["is_retired"])
        trail = audit.Trail(scope, "retire_metric", Checks().reason(reason))
        trail.record("metric", metric.id, old={"is_retired": False}, new={"is_retired": True})
        rules.post(scope)


def narrowed(scope: Scope, metric: Metric, filter_: Condition) -> Metric:
    """The metric narrowed by a filter: found, or made and credited. The lock is held."""
    parts = conditions.rules(filter_)
    if not parts:
        return metric
    written = conditions.write(parts[0] if len(parts) == 1 else filter_)
    digest = hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()[:16]
    found, made = Metric.objects.get_or_create(
        org_id=scope.org_id,
        key=f"{metric.key}.{digest}",
        defaults={
            "name": metric.name,
            "direction": metric.direction,
            "indicator": metric.indicator,
            "narrowed_from": metric,
            "filter": written,
        },
    )
    if made or found.is_retired:
        found.is_retired = False
        found.save(update_fields=["is_retired"])
        _check_narrowed(found, "filter")
        _check_room(scope)
        rules.post(scope)
    return found


def let_go(scope: Scope, metric: Metric) -> None:
    """Let a narrowed metric yield nothing once its last target is gone. The lock is held."""
    if metric.narrowed_from_id is None or Target.objects.filter(org_id=scope.org_id, measured_by=metric).exists():
        return
    metric.is_retired = True
    metric.save(update_fields=["is_retired"])
    rules.post(scope)


def _set(
    metric: Metric,
    checks: Checks,
    name: str,
    description: str,
    direction: str,
    indicator: str,
    definition: Mapping[str, object],
) -> None:
    metric.name = checks.name("name", name)
    metric.description = given.description(checks, description)
    checks.choice("direction", direction, Direction)
    checks.choice("indicator", indicator, Indicator)
    metric.direction, metric.indicator = direction, indicator
    metric.definition = given.definition(checks, definition)


def _check_free(scope: Scope, key: str) -> None:
    taken = Metric.objects.filter(org_id=scope.org_id, key=key).first()
    if taken is not None:
        known = "was" if taken.is_retired else "is"
        then = ", whose history keeps the key" if taken.is_retired else ""
        raise Conflict(f"there {known} a metric {key!r} already{then}", key=key)


def _check_narrowed(metric: Metric, where: str) -> None:
    try:
        given.check_narrowed(rules.definition(metric))
    except BadCondition as error:
        _, _, message = str(error).partition(": ")
        raise InvalidInput.at(where, f"with the filter the metric is too large: {message}") from None


def _check_room(scope: Scope) -> None:
    """Refuse what was just saved if it is one too many. Raises Conflict."""
    asked: Counter[Module] = Counter()
    live = rules.rules(scope).metrics
    for _, definition in live:
        for part in (definition.condition, definition.leaves_when):
            asked[definition.module] += sum(_values(leaf) for leaf in conditions.leaves(part))
    if len(live) > METRICS_MAX:
        others = "each different filter of a target among them"
        raise Conflict(f"an organization has up to {METRICS_MAX} metrics, {others}: retire one, or use a known filter")
    if max(asked.values()) > CONDITION_VALUES_MAX:
        raise Conflict(f"the metrics of a module compare with up to {CONDITION_VALUES_MAX:,} values in all")


def _values(leaf: Comparison) -> int:
    return len(leaf.value) if isinstance(leaf.value, tuple) else 1


def _check_custom(metric: Metric) -> None:
    if metric.is_built_in:
        raise BuiltInMetric(f"{metric.key} is built in: make a metric of your own from the same parts", key=metric.key)


def _targets(scope: Scope, metric: Metric):  # noqa: ANN202 - a query set of targets
    return Target.objects.filter(org_id=scope.org_id, metric=metric)


def _check_same_sort(scope: Scope, metric: Metric, old: object) -> None:
    before, after = definitions.read(old if isinstance(old, dict) else {}), rules.definition(metric)
    if _targets(scope, metric).exists() and (before.module, before.unit, before.kind) != (
        after.module,
        after.unit,
        after.kind,
    ):
        raise InvalidInput.at("definition", "targets rest on this metric, so its module, unit and kind stay")
