"""By which words a record's owner is recognised, and the records that wait for one."""

from collections.abc import Collection, Mapping, Sequence
from typing import LiteralString, NamedTuple

from psycopg import sql

from paceline.domain.record import Module
from paceline.facts import clock, ledger
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES

EXTERNAL_ID, E_MAIL, NAME = 1, 2, 3


class OwnerKey(NamedTuple):
    """A word for a person: rank 1 an external id of `source`, 2 an e-mail, 3 a name (source "" for both)."""

    rank: int
    source: str
    key: str


# External ids are compared to the letter (some sources have ids that differ by case alone), the rest without case. The
# best rank wins; two people behind the same word of the same rank are nobody. Index: owner_key's primary key.
_RESOLVE: LiteralString = """
    SELECT given, min(person_id) FROM (
        SELECT g.given, k.person_id, k.rank, min(k.rank) OVER (PARTITION BY g.given) AS best
        FROM unnest(%(given)s::text[]) g (given)
        CROSS JOIN LATERAL (SELECT person_id, rank FROM owner_key
              WHERE org_id = %(org_id)s AND key = ANY(ARRAY[btrim(g.given), lower(btrim(g.given))])
              AND CASE WHEN rank = 1 THEN key = btrim(g.given) AND source = %(source)s
                       ELSE key = lower(btrim(g.given)) END OFFSET 0) k) each
    WHERE rank = best GROUP BY given HAVING count(DISTINCT person_id) = 1"""

_FORGET: LiteralString = """
    DELETE FROM owner_key WHERE org_id = %(org_id)s AND person_id = ANY(%(people)s::bigint[]) RETURNING key"""

_LEARN: LiteralString = """
    INSERT INTO owner_key (org_id, key, rank, source, person_id)
    SELECT DISTINCT %(org_id)s, CASE WHEN rank = 1 THEN btrim(key) ELSE lower(btrim(key)) END, rank, source, person_id
    FROM unnest(%(keys)s::text[], %(ranks)s::smallint[], %(sources)s::text[], %(people)s::bigint[])
        AS given (key, rank, source, person_id)"""

# Index: the table's _unmatched index.
_WAITING: LiteralString = """
    SELECT record_id, source, owner FROM {table} WHERE org_id = %(org_id)s
    AND lower(btrim(owner)) = ANY(SELECT lower(btrim(word)) FROM unnest(%(words)s::text[]) word)
    AND owner_id IS NULL AND owner IS NOT NULL"""

_MATCH: LiteralString = """
    UPDATE {table} r SET owner_id = m.person_id,
        close_owner_id = CASE WHEN {closed} THEN coalesce(close_owner_id, m.person_id) END
    FROM unnest(%(records)s::bigint[], %(people)s::bigint[]) AS m (record_id, person_id)
    WHERE r.org_id = %(org_id)s AND r.record_id = ANY(%(records)s::bigint[]) AND r.record_id = m.record_id"""


def resolve(scope: Scope, source: str, given: Collection[str]) -> dict[str, int]:
    """The person behind each of these words, as records of that source give them; words of nobody are left out."""
    if not given:
        return {}
    rows = scope.run(_RESOLVE, {"org_id": scope.org_id, "source": source, "given": list(given)}, hot=True)
    return dict(iter(rows))


def set_keys(scope: Scope, keys: Mapping[int, Sequence[OwnerKey]]) -> int:
    """Replace the words of these people, and credit the records that waited for them: how many there were.

    Records already matched stay with their person until their own owner changes.
    """
    clock.lock(scope)
    forgotten = scope.run(_FORGET, {"org_id": scope.org_id, "people": list(keys)}).fetchall()
    rows = [(key.key, key.rank, key.source, person) for person, owned in keys.items() for key in owned if key.key]
    words, ranks, sources, people = zip(*rows, strict=True) if rows else ((), (), (), ())
    given = {"keys": list(words), "ranks": list(ranks), "sources": list(sources), "people": list(people)}
    scope.run(_LEARN, {"org_id": scope.org_id, **given})
    # A word that one namesake gives up may now be the other's alone.
    moved = [*words, *(word for (word,) in forgotten)]
    return sum(_match(scope, module, moved) for module in Module)


def _match(scope: Scope, module: Module, words: list[str]) -> int:
    table = TABLES[module]
    query = sql.SQL(_WAITING).format(table=table.identifier)
    waiting: dict[str, list[tuple[int, str]]] = {}
    for record_id, source, owner in scope.run(query, {"org_id": scope.org_id, "words": words}):
        waiting.setdefault(source, []).append((record_id, owner))
    matched: dict[int, int] = {}
    for source, records in waiting.items():
        people = resolve(scope, source, {owner for _, owner in records})
        matched |= {record_id: people[owner] for record_id, owner in records if owner in people}
    if matched:
        _credit(scope, module, matched)
    return len(matched)


def _credit(scope: Scope, module: Module, matched: dict[int, int]) -> None:
    table = TABLES[module]
    records = sorted(matched)
    query = sql.SQL(_MATCH).format(table=table.identifier, closed=table.closed_when)
    people = [matched[record_id] for record_id in records]
    scope.run(query, {"org_id": scope.org_id, "records": records, "people": people})
    posted_at = clock.tick(scope)
    rules = clock.rules(scope)
    ledger.post_records(scope, module, rules, records, records, posted_at)
