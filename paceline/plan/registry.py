"""The metrics registry: finding metrics."""

from django.db.models import QuerySet

from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.org.names import did_you_mean, findable
from paceline.plan.models import Metric


def listed(scope: Scope) -> QuerySet[Metric]:
    """The metrics that a target can have: built in and custom, not retired, in the order they were made."""
    own = Metric.objects.filter(org_id=scope.org_id, is_retired=False, narrowed_from__isnull=True)
    return own.order_by("id")


def metric(scope: Scope, key: str) -> Metric:
    """The metric of that key. Raises NotFound with the closest keys."""
    found = listed(scope).filter(key=findable(key)).first()
    if found is None:
        keys = list(listed(scope).values_list("key", flat=True))
        hint = did_you_mean(key, keys) or f": there are {', '.join(keys)}"
        raise NotFound(f"there is no metric {key!r}{hint}", key=key)
    return found
