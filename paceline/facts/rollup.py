"""Who was in which unit on which days, as the ledger's clock knew it: written as a difference, never overwritten."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import LiteralString

from paceline.domain.rollup import Place, Stay, places, stays_in
from paceline.facts import clock, postings
from paceline.facts.postings import Posting
from paceline.facts.scope import Scope

# Index: rollup_standing.
_STANDING: LiteralString = """
    SELECT person_id, from_day, to_day, units FROM rollup
    WHERE org_id = %(org_id)s AND known_to = 'infinity'"""
_STANDING_OF: LiteralString = _STANDING + " AND person_id = ANY(%(people)s::bigint[])"

# Index: rollup's primary key.
_OF_UNIT: LiteralString = """
    SELECT person_id, from_day, to_day, %(unit)s::bigint[] FROM rollup
    WHERE org_id = %(org_id)s AND units @> %(unit)s::bigint[]
    AND known_from <= %(known_at)s AND known_to > %(known_at)s"""

_CLOSE: LiteralString = """
    UPDATE rollup r SET known_to = %(posted_at)s
    FROM unnest(%(people)s::bigint[], %(starts)s::date[]) AS g (person_id, from_day)
    WHERE r.org_id = %(org_id)s AND r.person_id = g.person_id AND r.from_day = g.from_day
    AND r.known_to = 'infinity'"""

_ADD: LiteralString = """
    INSERT INTO rollup (org_id, person_id, from_day, to_day, known_from, units)
    SELECT %(org_id)s, g.person_id, g.from_day, g.to_day, %(posted_at)s, g.units::bigint[]
    FROM unnest(%(people)s::bigint[], %(starts)s::date[], %(ends)s::date[], %(units)s::text[])
        AS g (person_id, from_day, to_day, units)"""


def unit_number(kind: str, unit_id: int) -> int:
    """How a unit is written in the table: a team by its id negated, so that one array holds both kinds."""
    return -unit_id if kind == "team" else unit_id


def unit_of(number: int) -> tuple[str, int]:
    """The unit, as (kind, id), that is written so."""
    return ("team", -number) if number < 0 else ("department", number)


def standing(scope: Scope, person_ids: Collection[int] | None = None) -> set[Stay]:
    """The stays held to be true now, of these people (all if None)."""
    return stays_in(_held(scope, person_ids))


def stays_of(scope: Scope, kind: str, unit_id: int, known_at: datetime) -> list[Stay]:
    """The stays in one unit, as they were held to be at a stamp."""
    values = {"org_id": scope.org_id, "unit": [unit_number(kind, unit_id)], "known_at": known_at}
    return list(stays_in(_place(*row) for row in scope.run(_OF_UNIT, values)))


def units_of(scope: Scope, people: Collection[int]) -> set[tuple[str, int]]:
    """Every unit, as (kind, id), that any of these people is said to have been in on any day."""
    return {unit for place in _held(scope, people) for unit in place.units}


def post(scope: Scope, stays: Iterable[Stay], person_ids: Collection[int] | None) -> int:
    """Make these the stays of these people (all if None): how many were closed or added.

    What no longer holds is closed at this posting's stamp and stays readable at an earlier `known_at`.
    """
    clock.lock(scope)
    desired, held = set(stays), _held(scope, person_ids)
    moved = len(desired ^ stays_in(held))
    if moved:
        posted_at = clock.tick(scope)
        given = {"org_id": scope.org_id, "posted_at": posted_at}
        wanted = places(desired)
        scope.run(_CLOSE, {**given, **_columns(held - wanted)})
        scope.run(_ADD, {**given, **_columns(wanted - held)})
        # Whoever moves takes past days along, from one unit's figures to another's.
        postings.announce(scope, Posting(posted_at))
    return moved


def _held(scope: Scope, person_ids: Collection[int] | None) -> set[Place]:
    if person_ids is None:
        rows = scope.run(_STANDING, {"org_id": scope.org_id})
    else:
        rows = scope.run(_STANDING_OF, {"org_id": scope.org_id, "people": list(person_ids)})
    return {_place(*row) for row in rows}


def _place(person_id: int, from_day: date, to_day: date, units: list[int]) -> Place:
    return Place(person_id, from_day, to_day, tuple(sorted(map(unit_of, units))))


def _columns(found: Collection[Place]) -> dict[str, list[object]]:
    ordered = sorted(found)
    return {
        "people": [place.person_id for place in ordered],
        "starts": [place.from_day for place in ordered],
        "ends": [place.to_day for place in ordered],
        "units": [_written(place.units) for place in ordered],
    }


def _written(units: tuple[tuple[str, int], ...]) -> str:
    """As PostgreSQL writes an array: arrays of different lengths cannot be one parameter."""
    return f"{{{','.join(str(unit_number(*unit)) for unit in units)}}}"
