"""Membership histories of many people at once: read in one query, written back as a difference."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from paceline.facts.scope import Scope
from paceline.org.history import History, Row
from paceline.org.models import Membership

_FIELDS = ("department_id", "team_id", "from_day", "to_day", "is_primary", "is_lead")

_DROP: LiteralString = "DELETE FROM org_membership WHERE org_id = %(org_id)s AND id = ANY(%(ids)s::bigint[])"

_CHANGE: LiteralString = """
    UPDATE org_membership m SET to_day = g.to_day, is_primary = g.is_primary, is_lead = g.is_lead
    FROM unnest(%(ids)s::bigint[], %(to_day)s::date[], %(is_primary)s::boolean[], %(is_lead)s::boolean[])
        AS g (id, to_day, is_primary, is_lead)
    WHERE m.org_id = %(org_id)s AND m.id = g.id"""

_ADD: LiteralString = """
    INSERT INTO org_membership
        (org_id, person_id, department_id, team_id, from_day, to_day, is_primary, is_lead)
    SELECT %(org_id)s, person_id, department_id, team_id, from_day, to_day, is_primary, is_lead
    FROM unnest(%(ids)s::bigint[], %(department_id)s::bigint[], %(team_id)s::bigint[], %(from_day)s::date[],
                %(to_day)s::date[], %(is_primary)s::boolean[], %(is_lead)s::boolean[])
        AS g (person_id, department_id, team_id, from_day, to_day, is_primary, is_lead)"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds of some people's histories: by person, each row with its id."""

    ids: Mapping[int, Mapping[Row, int]]

    def history(self, person_id: int) -> History:
        """One person's rows, the earliest first."""
        return tuple(self.ids.get(person_id, ()))


@dataclass(frozen=True, slots=True)
class Difference:
    """What of one person's history is gone, and what is new."""

    gone: Sequence[Row]
    come: Sequence[Row]


def read(scope: Scope, person_ids: Collection[int] | None = None) -> Stored:
    """The histories of these people (all of the organization's if None)."""
    rows = Membership.objects.filter(org_id=scope.org_id).order_by("from_day", "id")
    if person_ids is not None:
        rows = rows.filter(person_id__in=person_ids)
    found: dict[int, dict[Row, int]] = {}
    for number, person_id, *fields in rows.values_list("id", "person_id", *_FIELDS):
        found.setdefault(person_id, {})[Row(*fields)] = number
    return Stored(found)


def write(scope: Scope, stored: Stored, desired: Mapping[int, History]) -> dict[int, Difference]:
    """Make the histories of these people the desired ones, in three statements whatever their number.

    A row keeps its id as long as its unit and first day stay. Returns the differences by person.
    """
    dropped: list[int] = []
    changed: list[tuple[int, Row]] = []
    added: list[tuple[int, Row]] = []
    differences: dict[int, Difference] = {}
    for person_id, history in desired.items():
        held, wanted = stored.ids.get(person_id, {}), set(history)
        gone = [row for row in held if row not in wanted]
        come = [row for row in history if row not in held]
        if gone or come:
            differences[person_id] = Difference(gone, come)
        left = {_place(row): held[row] for row in gone}
        for row in come:
            number = left.pop(_place(row), None)
            if number is None:
                added.append((person_id, row))
            else:
                changed.append((number, row))
        dropped += left.values()
    # In this order nobody is in two departments at the end of any statement, which is when that is checked.
    if dropped:
        scope.run(_DROP, {"org_id": scope.org_id, "ids": dropped})
    if changed:
        scope.run(_CHANGE, {"org_id": scope.org_id, **_columns(changed)})
    if added:
        scope.run(_ADD, {"org_id": scope.org_id, **_columns(added)})
    return differences


def described(rows: Iterable[Row], departments: Mapping[int, str], teams: Mapping[int, str]) -> list[dict[str, object]]:
    """The rows as the audit trail keeps them, with the units by name as well as by id."""
    return [
        {
            **(
                {"department": departments.get(row.department_id), "department_id": row.department_id}
                if row.department_id is not None
                else {
                    "team": teams.get(row.team_id or 0),
                    "team_id": row.team_id,
                    "is_primary": row.is_primary,
                }
            ),
            "from_day": row.from_day,
            "to_day": row.to_day,
            "is_lead": row.is_lead,
        }
        for row in rows
    ]


def _place(row: Row) -> tuple[object, ...]:
    return (row.department_id, row.team_id, row.from_day)


def _columns(rows: Sequence[tuple[int, Row]]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {name: [getattr(row, name) for _, row in rows] for name in _FIELDS}
    return {"ids": [number for number, _ in rows], **columns}
