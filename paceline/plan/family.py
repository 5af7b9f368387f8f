"""Who stands below an assignment and takes part in what is planned: the target tree with its shares and its people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER, Window
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import reach
from paceline.org.checks import Checks
from paceline.org.models import Person
from paceline.plan import find
from paceline.plan.chain import TargetTree, tree_of
from paceline.plan.draft import named
from paceline.plan.held import names_of
from paceline.plan.models import Target
from paceline.plan.standing import Place, Shares, Standing, shares_of


@dataclass(frozen=True, slots=True)
class People:
    """Those who are there on some day of a window, and which of them carry quota."""

    there: frozenset[int]
    carrying: frozenset[int]


@dataclass(frozen=True, slots=True)
class Family:
    """An assignment with the target tree below its assignee.

    `standing` are the shares for the window by whose they are, also those that were taken away. `below` are those who
    take part, `outside` those below the assignee who do not although they have a share, and `everyone` all who stand
    below. `under` are the shares by the id of the one that they stand under now.
    """

    target: Target
    root: Standing
    shares: Shares
    standing: Mapping[Assignee, Standing]
    tree: TargetTree
    names: Mapping[tuple[str, int], str]
    below: Mapping[Assignee, Sequence[Assignee]]
    outside: Mapping[Assignee, Sequence[Assignee]]
    everyone: frozenset[Assignee]
    under: Mapping[int, Sequence[Standing]]
    notes: Sequence[str]

    @property
    def window(self) -> Window:
        """The window of the root, and of all that is planned below it."""
        return self.root.place.window

    def place(self, assignee: Assignee) -> Place:
        """The assignee's share for the window."""
        return Place(assignee, self.window)

    def share(self, assignee: Assignee) -> Standing | None:
        """The assignee's share now."""
        found = self.standing.get(assignee)
        return None if found is None or found.is_deleted else found

    def inside(self) -> Iterator[Assignee]:
        """Everyone below the root who takes part."""
        waiting = [self.root.place.assignee]
        while waiting:
            children = self.below.get(waiting.pop(), ())
            yield from children
            waiting += children

    def leftover(self, parent: Standing | None) -> list[Standing]:
        """The shares under a parent of those who no longer stand below it in the tree."""
        found = () if parent is None else self.under.get(parent.id, ())
        return [each for each in found if not self._is_below(each.place.assignee, parent)]

    def _is_below(self, assignee: Assignee, parent: Standing | None) -> bool:
        is_there = assignee in self.everyone
        return is_there and parent is not None and parent.place.assignee in self.tree.path(assignee)


def family(scope: Scope, assignment_id: int, children: frozenset[Assignee], today: date) -> Family:
    """The tree below an assignment as it stands on the window's first day, or today if that is later.

    Whoever carries no quota takes no part unless named in `children`; nor do units with nobody below who does, nor
    whoever asks. Naming some of a unit's children leaves the others of that unit out. Raises NotFound, InvalidInput.
    """
    assignment = find.assignment(scope, assignment_id)
    target = find.target(scope, assignment.target_id)
    window = Window(assignment.start_date, assignment.end_date)
    shares = shares_of(scope, target.id, window)
    root, held = shares.by_id[assignment.id], shares.by_window()[window]
    span = Window(max(window.start, min(today, window.last)), window.end)
    tree, names = tree_of(scope, span), names_of(scope)
    people = people_there(scope, span)
    standing = tree.below(people.there)
    check_named(children, root.place.assignee, standing, names)
    quota = people.carrying | {each.id for each in children if each.kind == "person"}
    counted = _carrying(root.place.assignee, standing, quota, children)
    below: dict[Assignee, list[Assignee]] = {}
    outside: dict[Assignee, list[Assignee]] = defaultdict(list)
    left_out: list[Assignee] = []
    oneself = reach.kept_from(scope)
    for parent, found in _down(root.place.assignee, standing):
        chosen = [each for each in found if each in children]
        take = chosen or [each for each in found if each in counted and each not in oneself]
        below[parent] = sorted(take, key=lambda each: (names[each], each))
        for each in set(found).difference(take):
            if not chosen:
                left_out.append(each)
            if each in held and not held[each].is_deleted:
                outside[parent].append(each)
    notes = _left_out([each for each in left_out if each not in oneself], names)
    notes += [f"your own share stays as it is, for somebody above you: {names[each]}" for each in oneself & {*left_out}]
    everyone = frozenset(each for _, found in _down(root.place.assignee, standing) for each in found)
    return Family(target, root, shares, held, tree, names, below, outside, everyone, shares.children(), notes)


def people_there(scope: Scope, span: Window) -> People:
    """The people of the organization on some day of the span."""
    rows = Person.objects.filter(org_id=scope.org_id).values_list("id", "hire_day", "end_day", "quota_carrying")
    there = [
        (number, carries)
        for number, first, last, carries in rows
        if (first or DAY_ALWAYS) < span.end and (last or DAY_NEVER) >= span.start
    ]
    return People(frozenset(number for number, _ in there), frozenset(number for number, carries in there if carries))


def check_named(
    given: frozenset[Assignee],
    root: Assignee,
    standing: Mapping[Assignee, Sequence[Assignee]],
    names: Mapping[tuple[str, int], str],
    where: str = "children",
) -> None:
    """Raises InvalidInput for those who do not stand below the root."""
    if not given:
        return
    known = {each for _, found in _down(root, standing) for each in found}
    checks = Checks()
    for each in sorted(given - known):
        name = names.get(each, "there is nobody such, who")
        checks.fault(where, f"{each.kind}:{each.id}: {name} does not stand below {names[root]} in that window")
    checks.done()


def refuse_unknown(family_: Family, given: frozenset[Assignee]) -> None:
    """Raises InvalidInput where an option names somebody who takes no part."""
    strange = sorted(given.difference(family_.inside()))
    if strange:
        said = named(f"{each.kind}:{each.id}" for each in strange)
        raise InvalidInput.at(
            "children", f"these take no part below {family_.names[family_.root.place.assignee]}: {said}"
        )


def _down(
    root: Assignee, standing: Mapping[Assignee, Sequence[Assignee]]
) -> Iterator[tuple[Assignee, Sequence[Assignee]]]:
    """Each parent below the root, the root first, with all its children."""
    waiting = [root]
    for parent in waiting:
        found = standing.get(parent, ())
        if found:
            yield parent, found
            waiting += found


def _carrying(
    root: Assignee,
    standing: Mapping[Assignee, Sequence[Assignee]],
    quota: frozenset[int],
    children: frozenset[Assignee],
) -> set[Assignee]:
    """The people who carry quota, and the units that have any below them."""
    counted = set[Assignee](each for each in children if each.kind != "person")
    for parent, found in reversed(list(_down(root, standing))):
        if any(each in counted or (each.kind == "person" and each.id in quota) for each in found):
            counted.add(parent)
            counted |= {each for each in found if each.kind == "person" and each.id in quota}
    return counted


def _left_out(left_out: Sequence[Assignee], names: Mapping[tuple[str, int], str]) -> list[str]:
    people = sorted(names[each] for each in left_out if each.kind == "person")
    units = sorted(names[each] for each in left_out if each.kind != "person")
    notes: list[str] = []
    if people:
        notes.append(f"without quota, so left out: {named(people)}")
    if units:
        notes.append(f"with nobody below who carries quota, so left out: {named(units)}")
    return notes
