"""How a preview and what was applied are told in a few words, and the manual's own tree."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import psycopg

from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan.find import ORGANIZATION

YEAR = date(2025, 1, 1)
# Every unit of the manual's tree with the people in it.
MANUAL = {
    "Sales": {"Enterprise": ("Rep A", "Rep B", "Rep C"), "SMB": ("Rep D", "Rep E")},
    "Partnerships": {"": ("Partner Manager",)},
}
MILLION = 1_000_000_00


def told(draft: Any) -> list[str]:
    """Each row as "name: before -> after, why", indented down the tree; values in units of 100."""
    return [
        f"{'  ' * row.depth}{row.name}: {_short(row.before)} -> {_short(row.after)}, {row.why}" for row in draft.rows
    ]


def _short(value: int | None) -> str:
    if value is None:
        return "."
    whole, rest = divmod(value, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def key(assignee: Assignee) -> str:
    """The assignee as options name it."""
    return f"{assignee.kind}:{assignee.id}"


def values(scope: Scope, target_id: int, known_at: Any = None) -> dict[str, tuple[int, str]]:
    """Everyone's value and the name above theirs, by name and the days after the year's start."""
    from paceline.plan import find
    from paceline.plan.held import held

    rows = held(scope, find.target(scope, target_id), known_at)
    names = {each.id: each.name for each in rows}
    whole = max((each.window.days for each in rows), default=0)
    return {
        each.name if each.window.days == whole else f"{each.name} {each.window.start:%m-%d}": (
            each.value,
            names.get(each.parent_id or 0, "."),
        )
        for each in rows
    }


def manual_tree(connection: psycopg.Connection) -> tuple[Scope, dict[str, Assignee]]:
    """The departments, teams and people of the manual's page, in an organization of their own."""
    from paceline.org.actions import moves, people, units
    from paceline.org.actions.organization import create_organization
    from paceline.plan import rules
    from paceline.plan.actions.metrics import install_built_in

    made = create_organization(connection, "rosa", name="Organization", currency="USD")
    scope = Scope(made.id, connection, "rosa")
    install_built_in(scope)
    rules.post(scope)
    found = {"Organization": ORGANIZATION}
    for name, teams in MANUAL.items():
        department = units.create_department(scope, name).id
        found[name] = Assignee("department", department)
        for team, members in teams.items():
            in_team = units.create_team(scope, team, department_id=department).id if team else None
            if in_team:
                found[team] = Assignee("team", in_team)
            for member in members:
                person = people.create_person(scope, name=member, hire_day=YEAR, department_id=department).id
                if in_team:
                    moves.join_team(scope, person, in_team, from_day=YEAR)
                found[member] = Assignee("person", person)
    return scope, found


def by_key(who: Mapping[str, Assignee], numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers by name as options take them."""
    return {key(who[name]): number for name, number in numbers.items()}


def check_sums(rows: Iterable[Any]) -> None:
    """Whatever is below one adds up to it, in every window."""
    for each in rows:
        assert each.unallocated in {None, 0}
