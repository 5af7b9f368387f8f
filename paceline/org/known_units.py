"""The departments and teams that the rows of an import name, and those that are to be made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from paceline.facts.scope import Scope
from paceline.org.known_people import Refused
from paceline.org.models import Department, Placement, Team
from paceline.org.names import folded
from paceline.org.tree import loop

Path = Sequence[str]


@dataclass
class Tree:
    """Departments by folded name: what each is called, and which one it is under today."""

    names: dict[str, str] = field(default_factory=dict)
    above: dict[str, str | None] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=dict)

    def claim(self, path: Path) -> None:
        """Take in what a path says, from the top down: each department is under the one before it.

        A path may start anywhere: of its first department it says nothing. Raises Refused if it
        contradicts the tree so far, and then takes in nothing.
        """
        keys = [folded(name) for name in path]
        fresh: dict[str, str] = {}
        for child, parent in zip(keys[1:], keys, strict=False):
            under = self.above.get(child)
            if child in self.stored and under != parent:
                place = f"under {self.names[under]}" if under else "at the top"
                raise Refused("department", f"{self.names[child]} is {place}: move it, then import again")
            if under is None:
                fresh[child] = parent
            elif under != parent:
                other = f"{self.names[child]} under {self.names[under]}"
                raise Refused("department", f"an earlier row has {other}")
        self._place(path, fresh)

    def parent_id(self, name: str) -> int | None:
        """The id of the stored department that this one is under."""
        return self.stored.get(self.above.get(folded(name)) or "")

    def _place(self, path: Path, fresh: Mapping[str, str]) -> None:
        self.above |= fresh
        for key in fresh:
            if loop(self.above, key):
                self.above |= dict.fromkeys(fresh)
                raise Refused("department", f"{' / '.join(path)} would have a department under itself")
        for name in path:
            self.names.setdefault(folded(name), name)
            self.above.setdefault(folded(name), None)


def read_tree(scope: Scope, today: date) -> Tree:
    """The tree as it is stored for today."""
    names = dict(Department.objects.filter(org_id=scope.org_id).values_list("id", "name"))
    placed = Placement.objects.filter(org_id=scope.org_id, from_day__lte=today, to_day__gt=today)
    above = dict(placed.values_list("department_id", "parent_id"))
    keys = {number: folded(name) for number, name in names.items()}
    return Tree(
        {keys[number]: name for number, name in names.items()},
        {key: keys.get(above.get(number, 0)) for number, key in keys.items()},
        {key: number for number, key in keys.items()},
    )


def make_departments(scope: Scope, tree: Tree) -> list[Department]:
    """Make the departments of the tree that are not stored, under their parents for always."""
    made = [Department(org_id=scope.org_id, name=name) for key, name in tree.names.items() if key not in tree.stored]
    Department.objects.bulk_create(made)
    tree.stored |= {folded(each.name): each.id for each in made}
    above = ((each, tree.parent_id(each.name)) for each in made)
    Placement.objects.bulk_create(
        Placement(org_id=scope.org_id, department=each, parent_id=parent_id)
        for each, parent_id in above
        if parent_id is not None
    )
    return made


@dataclass(frozen=True, slots=True)
class Teams:
    """Team ids by folded name, those just made, and those of them whose rows name several departments."""

    ids: Mapping[str, int]
    made: Sequence[Team]
    unhung: Sequence[str]


def team_ids(scope: Scope) -> dict[str, int]:
    """The teams that are stored, by folded name."""
    rows = Team.objects.filter(org_id=scope.org_id).values_list("name", "id")
    return {folded(name): number for name, number in rows}


def make_teams(scope: Scope, tree: Tree, named: Iterable[tuple[str, Path]]) -> Teams:
    """Make the teams that are not stored, given each team with the department path of each row that names it.

    A new team is hung under the department that all those rows agree on; rows without one say nothing.
    """
    stored = team_ids(scope)
    names: dict[str, str] = {}
    departments: dict[str, set[str]] = {}
    for name, path in named:
        if folded(name) not in stored:
            names.setdefault(folded(name), name)
            departments.setdefault(folded(name), set()).update([folded(path[-1])] if path else [])
    made = [
        Team(
            org_id=scope.org_id,
            name=name,
            department_id=tree.stored[next(iter(departments[key]))] if len(departments[key]) == 1 else None,
        )
        for key, name in names.items()
    ]
    Team.objects.bulk_create(made)
    unhung = [name for key, name in names.items() if len(departments[key]) > 1]
    return Teams(stored | {folded(each.name): each.id for each in made}, made, unhung)
