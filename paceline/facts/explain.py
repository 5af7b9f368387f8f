"""Why a record counts for a metric or does not: the compiled rules themselves, selected one by one."""

from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from psycopg import sql

from paceline.domain.kinds import Kind, Unit
from paceline.domain.metric import Definition
from paceline.errors import NotFound
from paceline.facts.compile import Parts, parts, person
from paceline.facts.predicate import Parameters
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope
from paceline.facts.tables import TABLES


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in words, and whether the record satisfies it."""

    words: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The rules in order, and what the record yields where all hold: whom it credits, on which day, for how much."""

    rules: tuple[Rule, ...]
    owner: str | None
    person_id: int | None
    day: date | None
    value: int | None

    @property
    def first_failing(self) -> Rule | None:
        """The first rule that fails; None for a record that counts."""
        return next((rule for rule in self.rules if not rule.holds), None)


_EXPLAIN: LiteralString = """
    SELECT {rules}, r.owner, {person}, {day}, {value} FROM {table} r
    WHERE r.org_id = %(org_id)s AND r.external_id = %(external_id)s
    AND (%(source)s::text IS NULL OR r.source = %(source)s) ORDER BY r.source"""


def checks(definition: Definition, made: Parts, credited: sql.Composable) -> list[tuple[str, sql.Composable]]:
    """Every rule of the metric in words and as SQL, in the order in which they are told."""
    told: list[tuple[str, sql.Composable]] = [("it is not deleted", sql.SQL("NOT r.deleted")), *made.rules]
    told.append(("its owner is a known person", sql.SQL("({} IS NOT NULL)").format(credited)))
    told.append((f"it has a day in {definition.dated_by}", sql.SQL("({} IS NOT NULL)").format(made.day)))
    if definition.value_by is not None:
        told.append((f"it has a value in {definition.value_by}", sql.SQL("({} IS NOT NULL)").format(made.raw_value)))
    if definition.unit == Unit.MONEY:
        rated = sql.SQL("({} IS NOT NULL)").format(made.value)
        told.append(("its currency is the reporting one, or has a rate for its day", rated))
    if definition.kind == Kind.LEVEL:
        out = sql.SQL("(NOT {} OR {} IS NOT NULL)").format(made.leaves, made.leaves_day)
        told.append((f"it has a day in {definition.leaves_by} if it has gone out", out))
        stood = sql.SQL("(NOT {} OR coalesce({} > {}, false))").format(made.leaves, made.leaves_day, made.day)
        told.append(("it went out later than it came in", stood))
    return told


def explain(
    scope: Scope, definition: Definition, rules: Rules, external_id: str, source: str | None = None
) -> Explanation:
    """Why the record counts for the metric or not.

    Raises NotFound where the metric's module has no such record, and where several sources have one and none is named.
    """
    parameters = Parameters()
    made, credited = parts(definition, rules, parameters), person(rules)
    told = checks(definition, made, credited)
    query = sql.SQL(_EXPLAIN).format(
        rules=sql.SQL(", ").join(rule for _, rule in told),
        person=credited,
        day=made.day,
        value=made.value,
        table=TABLES[definition.module].identifier,
    )
    given = {"org_id": scope.org_id, "external_id": external_id, "source": source}
    rows = scope.run(query, {**parameters.values, **given}).fetchall()
    if not rows:
        raise NotFound(f"there is no record '{external_id}' in {definition.module}")
    if len(rows) > 1:
        raise NotFound(f"several sources have a record '{external_id}' in {definition.module}: name the source")
    *held, owner, person_id, day, value = rows[0]
    listed = tuple(Rule(words, bool(holds)) for (words, _), holds in zip(told, held, strict=True))
    return Explanation(listed, owner, person_id, day, value)
