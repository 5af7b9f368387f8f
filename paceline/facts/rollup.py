"""Who was in which unit on which days, as the ledger's clock knew it: written as a difference, never overwritten."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import LiteralString

from paceline.domain.rollup import Stay
from paceline.facts import clock
from paceline.facts.scope import Scope

# Index: rollup_standing.
_STANDING: LiteralString = """
    SELECT unit_kind, unit_id, person_id, from_day, to_day FROM rollup
    WHERE org_id = %(org_id)s AND known_to = 'infinity'"""
_STANDING_OF: LiteralString = _STANDING + " AND person_id = ANY(%(people)s::bigint[])"

# Index: rollup's primary key.
_OF_UNIT: LiteralString = """
    SELECT unit_kind, unit_id, person_id, from_day, to_day FROM rollup
    WHERE org_id = %(org_id)s AND unit_kind = %(kind)s AND unit_id = %(unit)s
    AND known_from <= %(known_at)s AND known_to > %(known_at)s"""

_CLOSE: LiteralString = """
    UPDATE rollup r SET known_to = %(posted_at)s
    FROM unnest(%(kinds)s::text[], %(units)s::bigint[], %(people)s::bigint[], %(starts)s::date[], %(ends)s::date[])
        AS g (unit_kind, unit_id, person_id, from_day, to_day)
    WHERE r.org_id = %(org_id)s AND r.person_id = ANY(%(people)s::bigint[]) AND r.person_id = g.person_id
    AND r.unit_kind = g.unit_kind AND r.unit_id = g.unit_id AND r.from_day = g.from_day AND r.to_day = g.to_day
    AND r.known_to = 'infinity'"""

_ADD: LiteralString = """
    INSERT INTO rollup (org_id, unit_kind, unit_id, person_id, from_day, to_day, known_from)
    SELECT %(org_id)s, g.unit_kind, g.unit_id, g.person_id, g.from_day, g.to_day, %(posted_at)s
    FROM unnest(%(kinds)s::text[], %(units)s::bigint[], %(people)s::bigint[], %(starts)s::date[], %(ends)s::date[])
        AS g (unit_kind, unit_id, person_id, from_day, to_day)"""


def standing(scope: Scope, person_ids: Collection[int] | None = None) -> set[Stay]:
    """The stays held to be true now, of these people (all if None)."""
    if person_ids is None:
        rows = scope.run(_STANDING, {"org_id": scope.org_id})
    else:
        rows = scope.run(_STANDING_OF, {"org_id": scope.org_id, "people": list(person_ids)})
    return {Stay(*row) for row in rows}


def stays_of(scope: Scope, kind: str, unit_id: int, known_at: datetime) -> list[Stay]:
    """The stays in one unit, as they were held to be at a stamp."""
    values = {"org_id": scope.org_id, "kind": kind, "unit": unit_id, "known_at": known_at}
    return [Stay(*row) for row in scope.run(_OF_UNIT, values)]


def post(scope: Scope, stays: Iterable[Stay], person_ids: Collection[int] | None) -> int:
    """Make these the stays of these people (all if None): how many were closed or added.

    What no longer holds is closed at this posting's stamp and stays readable at an earlier `known_at`.
    """
    clock.lock(scope)
    desired, held = set(stays), standing(scope, person_ids)
    gone, come = held - desired, desired - held
    if gone or come:
        posted_at = clock.tick(scope)
        given = {"org_id": scope.org_id, "posted_at": posted_at}
        scope.run(_CLOSE, {**given, **_columns(gone)})
        scope.run(_ADD, {**given, **_columns(come)})
    return len(gone) + len(come)


def _columns(stays: Collection[Stay]) -> dict[str, list[object]]:
    ordered = sorted(stays, key=lambda stay: (stay.person_id, stay.unit_kind, stay.unit_id, stay.from_day))
    return {
        "kinds": [stay.unit_kind for stay in ordered],
        "units": [stay.unit_id for stay in ordered],
        "people": [stay.person_id for stay in ordered],
        "starts": [stay.from_day for stay in ordered],
        "ends": [stay.to_day for stay in ordered],
    }
