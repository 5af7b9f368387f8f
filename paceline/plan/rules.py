"""From the organization's settings and its metrics to the rules that the data plane credits by."""

from django.db.models import Exists, OuterRef, Q

from paceline.domain import condition as conditions
from paceline.domain import metric as metrics
from paceline.domain.metric import Definition
from paceline.facts import rulebook
from paceline.facts.rules import CreditOwner, Rules
from paceline.facts.scope import Scope
from paceline.org import directory
from paceline.org.models import Organization
from paceline.org.places import currency_exponent
from paceline.plan.models import Metric, Target


def definition(metric: Metric) -> Definition:
    """How the metric is computed; a narrowed one follows the metric that it narrows."""
    if metric.narrowed_from is None:
        return metrics.read(metric.definition or {})
    base = definition(metric.narrowed_from)
    return base.narrowed(conditions.read(base.module, metric.filter, "filter"))


def exponent(organization: Organization) -> int:
    """How many digits the minor unit of the reporting currency has."""
    return currency_exponent(organization.currency)


def rules(scope: Scope) -> Rules:
    """The rules as settings and metrics stand."""
    organization = directory.own_organization(scope)
    # A retired one is asked for only by the targets that still rest on it.
    asked = Q(is_retired=False) | Exists(Target.objects.filter(org_id=scope.org_id, measured_by=OuterRef("pk")))
    live = Metric.objects.filter(asked, org_id=scope.org_id).select_related("narrowed_from").order_by("id")
    return Rules(
        organization.currency,
        exponent(organization),
        organization.time_zone,
        CreditOwner(organization.credit_owner),
        tuple((metric.id, definition(metric)) for metric in live),
    )


def post(scope: Scope) -> None:
    """Make the data plane credit by the rules as they stand, and post what changes by it."""
    rulebook.change(scope, rules(scope))
