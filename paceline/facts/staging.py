"""A batch on its way into a record table: put where one statement can read it whole."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import LiteralString

import psycopg
from psycopg import sql

from paceline.domain.record import FIELDS, FieldType, Module
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES, columns

# Up to here the rows ride in the statement itself; a temporary table and COPY pay off only beyond it.
INLINE_ROWS_MAX = 64

Row = tuple[object, ...]

# The types are spelt here once more, as literals, because they go into SQL.
_TYPES: dict[str, LiteralString] = {
    "bigint": "bigint",
    "boolean": "boolean",
    "date": "date",
    "integer": "integer",
    "jsonb": "jsonb",
    "text": "text",
    "timestamptz": "timestamptz",
}


def stage_columns(module: Module, fields: tuple[str, ...]) -> list[tuple[str, str]]:
    """The staged columns with their SQL types: the row's place, its round, the fields, and the owner found."""
    made = [("place", "integer"), ("round", "integer")]
    for name in fields:
        made += columns(module, name)
    return [*made, ("owner_id", "bigint")] if "owner" in fields else made


def relation(module: Module, fields: tuple[str, ...], *, inline: bool) -> sql.Composable:
    """The staged batch as the relation `s` of a FROM clause; inline, the rows are the value `rows`."""
    if inline:
        return sql.SQL("json_to_recordset(%(rows)s::json) AS s ({})").format(_typed(stage_columns(module, fields)))
    return sql.SQL("{} s").format(_table(module))


def rounds(external_ids: Sequence[object]) -> list[int]:
    """For each row, how many rows before it name the same record: rows of one round never meet."""
    seen: Counter[object] = Counter()
    made: list[int] = []
    for external_id in external_ids:
        made.append(seen[external_id])
        seen[external_id] += 1
    return made


def stage(
    scope: Scope,
    module: Module,
    fields: tuple[str, ...],
    rows: Sequence[Row],
    people: Mapping[str, int],
) -> dict[str, object]:
    """Stage the rows, with the owners that `people` knows; the values that `relation` needs.

    The caller has chosen `inline` by INLINE_ROWS_MAX.
    """
    staged = zip(*_columns(module, fields, rows, people), strict=True)
    names = stage_columns(module, fields)
    if len(rows) <= INLINE_ROWS_MAX:
        return {"rows": json.dumps([_listed(names, row) for row in staged])}
    _copy(scope, module, names, staged)
    return {}


def _columns(
    module: Module, fields: tuple[str, ...], rows: Sequence[Row], people: Mapping[str, int]
) -> Iterator[Iterable[object]]:
    kinds = {each.name: each.type for each in FIELDS[module]}
    given = dict(zip(fields, zip(*rows, strict=True), strict=True))
    yield range(len(rows))
    yield rounds(given["external_id"])
    for name, values in given.items():
        if kinds[name] == FieldType.MOMENT:
            yield [value if isinstance(value, datetime) else None for value in values]
            yield [None if isinstance(value, datetime) else value for value in values]
        elif kinds[name] == FieldType.CUSTOM:
            yield [None if value is None else json.dumps(value) for value in values]
        else:
            yield values
    if "owner" in given:
        yield [None if word is None else people.get(str(word)) for word in given["owner"]]


def _listed(names: Sequence[tuple[str, str]], row: Row) -> dict[str, object]:
    named = zip(names, row, strict=True)
    return {
        name: json.loads(str(value)) if kind == "jsonb" and value else _plain(value) for (name, kind), value in named
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _table(module: Module) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"stage_{TABLES[module].name}")


def _typed(names: Sequence[tuple[str, str]]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_TYPES[kind])) for name, kind in names
    )


def _copy(scope: Scope, module: Module, names: Sequence[tuple[str, str]], staged: Iterable[Row]) -> None:
    table = _table(module)
    cursor = psycopg.Cursor(scope.connection)
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(table, _typed(names)))
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in staged:
            copy.write_row(row)
    cursor.execute(sql.SQL("ANALYZE {}").format(table))
