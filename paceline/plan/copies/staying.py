"""Who of a plan stays where they stand in another window: who left, who moved, who carries no quota any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import reach
from paceline.org.models import Person
from paceline.plan.chain import TargetTree, tree_of
from paceline.plan.family import people_there
from paceline.plan.held import names_of
from paceline.plan.standing import Shares, Standing


@dataclass(frozen=True, slots=True)
class Staying:
    """`out` says of those who are left out why, `along` of units that they moved, and so stand elsewhere."""

    tree: TargetTree
    names: Mapping[tuple[str, int], str]
    out: dict[Assignee, str] = field(default_factory=dict[Assignee, str])
    along: dict[Assignee, str] = field(default_factory=dict[Assignee, str])


def staying(scope: Scope, shares: Shares, widest: Iterable[Standing], old: Window, new: Window, today: date) -> Staying:
    """What becomes of everybody in the tree of the new window's first day, or of today if that is later.

    `widest` is one share of each. A person who is not there, moved or carries no quota is left out; a unit moves along.
    Whoever was put by hand under somebody not above in the tree stays there.
    """
    span = Window(max(new.start, min(today, new.last)), new.end)
    made = Staying(tree_of(scope, span), names_of(scope))
    before, people = tree_of(scope, old), people_there(scope, span)
    ends = dict(Person.objects.filter(org_id=scope.org_id).values_list("id", "end_day"))
    for each in widest:
        assignee, above = each.place.assignee, shares.parent_place(each)
        moved = ""
        if above is not None and above.assignee not in set(made.tree.path(assignee)):
            where = made.tree.above(assignee)
            if above.assignee in set(before.path(assignee)):
                moved = f"moved, now below {made.names[where]}" if where else "moved"
        if assignee.kind != "person":
            if moved:
                made.along[assignee] = moved
        elif assignee.id not in people.there:
            end = ends.get(assignee.id)
            made.out[assignee] = f"left on {end}" if end is not None and end < span.start else "is not there yet"
        elif assignee.id not in people.carrying:
            made.out[assignee] = "carries no quota"
        elif assignee in reach.kept_from(scope):
            made.out[assignee] = "is you, whose share somebody above you gives"
        elif moved:
            made.out[assignee] = moved
    return made
