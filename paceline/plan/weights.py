"""What the children of a cascade weigh: their history in one metric or in several, or given numbers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from paceline.domain.blend import Ingredient, blend
from paceline.domain.calendar import Window, add_months
from paceline.domain.kinds import Kind
from paceline.domain.reason import Ground, Number
from paceline.domain.shares import Method
from paceline.facts import sums
from paceline.facts.scope import Scope
from paceline.facts.sums import Asked, Assignee
from paceline.org.checks import Checks
from paceline.plan import registry, rules
from paceline.plan.models import Metric, Target
from paceline.plan.options import CascadeOptions

_YEAR = 12


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by child: given ones first, else a blend, else the target's own metric; `ground` says which."""

    given: Mapping[Assignee, Fraction]
    histories: Sequence[tuple[Number, Mapping[Assignee, Number]]]

    def of(self, children: Sequence[Assignee]) -> tuple[Ground, Mapping[Assignee, Number | None]]:
        """The weights of the children of one parent, None for one without history."""
        if any(each in self.given for each in children):
            return Ground.WEIGHT, {each: self.given.get(each) for each in children}
        if len(self.histories) == 1:
            own = self.histories[0][1]
            return Ground.HISTORY, {each: own.get(each) for each in children}
        ingredients = [Ingredient(weight, history) for weight, history in self.histories]
        return Ground.BLEND, blend(ingredients, children)


def weights(
    scope: Scope, target: Target, options: CascadeOptions, span: Window, assignees: Collection[Assignee]
) -> Weights | None:
    """What the assignees weigh, by their history over the span where it is asked for. Raises InvalidInput, NotFound."""
    if options.method != Method.WEIGHTED:
        return None
    metrics: list[tuple[Number, Metric]] = [(1, target.measured_by)]
    if options.blend:
        metrics = [
            (weight, target.measured_by if key == target.metric.key else registry.metric(scope, key))
            for key, weight in options.blend.items()
        ]
    found = [(weight, histories(scope, metric, [span], assignees)[0]) for weight, metric in metrics]
    return Weights(options.weights, found)


def histories(
    scope: Scope, metric: Metric, spans: Sequence[Window], assignees: Collection[Assignee]
) -> list[dict[Assignee, Number]]:
    """What a metric came to for each over each span, or stood at when it ended; whoever has nothing is left out.

    A sum below zero (more taken back than won) is nothing, too.
    """
    read = sums.level if rules.definition(metric).kind == Kind.LEVEL else sums.flow
    found: list[dict[Assignee, Number]] = [{} for _ in spans]
    for (place, assignee), value in read(scope, metric.id, spans, Asked(assignees)).items():
        if value > 0:
            found[place][assignee] = value
    return found


def span_before(window: Window) -> Window:
    """The window of the same length just before: as many whole months, or else as many days."""
    months = (window.end.year - window.start.year) * _YEAR + window.end.month - window.start.month
    if months > 0 and add_months(window.start, months) == window.end:
        return Window(add_months(window.start, -months), window.start)
    return Window(window.start - (window.end - window.start), window.start)


def check_given(
    checks: Checks, given: Iterable[Assignee], family: Sequence[Assignee], names: Mapping[tuple[str, int], str]
) -> None:
    """Note the children of one parent that have no weight while others of them have one."""
    weighed = set(given)
    if weighed.intersection(family):
        for each in family:
            if each not in weighed:
                checks.fault("weights", f"give a weight for {names[each]}, too, or for none of those beside")
