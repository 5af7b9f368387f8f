"""A builder of conditions on a record's fields: rows of field, comparison and value, of which all or any must hold.

It is a part of a form: `paceline/parts/conditions.html` shows it, and `Builder.json` gives what the verbs take.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paceline.domain.condition import BadCondition, Comparison, Condition, Group, Operator, read
from paceline.domain.record import FIELDS, Field, FieldType, Module, field
from paceline.facts import trial
from paceline.facts.scope import Scope
from paceline.web.formats import Figures
from paceline.web.page import Page

ROWS_MAX = 20
_CUSTOM = "custom."
_NOT_COMPARED = {FieldType.CUSTOM, FieldType.FLAG, FieldType.INSTANT}
WORDS = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "starts with",
    Operator.AT_LEAST: "is at least",
    Operator.AT_MOST: "is at most",
    Operator.GREATER: "is more than",
    Operator.LESS: "is less than",
    Operator.IS_SET: "is filled",
    Operator.IS_NOT_SET: "is blank",
}
_TEXTS = {Operator.CONTAINS, Operator.STARTS_WITH}
_ORDER = {Operator.AT_LEAST, Operator.AT_MOST, Operator.GREATER, Operator.LESS}
_SEVERAL = {Operator.IN, Operator.NOT_IN}
_BARE = {Operator.IS_SET, Operator.IS_NOT_SET}


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as the form shows it; the last one is blank."""

    place: int
    field: str
    operator: str
    value: str
    operators: list[tuple[str, str]]
    choices: tuple[str, ...]
    kind: str
    is_bare: bool


class Builder:
    """The condition of a form's part. What it cannot show, such as groups within groups, stays as it is."""

    def __init__(self, page: Page, scope: Scope, module: Module, name: str, stored: Condition | None = None) -> None:
        """`name` is the first part of the names of its fields; `stored` is shown where nothing was sent."""
        self.page, self.module, self.name = page, module, name
        self.custom = trial.custom_names(scope, module)
        self.figures: Figures = page.figures(is_money=True)
        sent = page.request.POST if page.is_posted else {}
        self.is_sent = f"{name}_joined" in sent
        self.nested = None if self.is_sent or stored is None or is_flat(stored) else stored
        self.joined, given = self._sent(sent) if self.is_sent else self._stored(stored)
        self.rows = [self._row(place, *each) for place, each in enumerate([*given, ("", "", "")][:ROWS_MAX])]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields that can be compared."""
        own = [(each.name, _label(each.name)) for each in FIELDS[self.module] if each.type not in _NOT_COMPARED]
        return [*own, *((f"{_CUSTOM}{name}", name) for name in self._custom_names())]

    def json(self) -> dict[str, Any]:
        """The condition as the verbs take it. Raises BadCondition, in words, for what cannot be read."""
        parts = [self._comparison(row) for row in self.rows if row.field]
        made: dict[str, Any] = {self.joined: parts} if parts else {}
        read(self.module, made, self.name)
        return made

    def _custom_names(self) -> list[str]:
        used = [row.field.removeprefix(_CUSTOM) for row in self.rows if row.field.startswith(_CUSTOM)]
        return sorted({*self.custom, *used})

    def _sent(self, sent: Mapping[str, Any]) -> tuple[str, list[tuple[str, str, str]]]:
        made: list[tuple[str, str, str]] = []
        for place in range(ROWS_MAX):
            name = sent.get(f"{self.name}_field_{place}", "")
            if name:
                operator = sent.get(f"{self.name}_op_{place}") or Operator.EQUALS.value
                made.append((name, operator, sent.get(f"{self.name}_value_{place}", "")))
        return "any" if sent.get(f"{self.name}_joined") == "any" else "all", made

    def _stored(self, stored: Condition | None) -> tuple[str, list[tuple[str, str, str]]]:
        if stored is None or not is_flat(stored):
            return "all", []
        parts = stored.parts if isinstance(stored, Group) else (stored,)
        is_all = not isinstance(stored, Group) or stored.all_of
        made = [(each.field, each.operator.value, self._typed(each)) for each in parts if isinstance(each, Comparison)]
        return "all" if is_all else "any", made

    def _typed(self, each: Comparison) -> str:
        values = each.value if isinstance(each.value, tuple) else (each.value,)
        return ", ".join(self._text(each.field, value) for value in values if value is not None)

    def _text(self, name: str, value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        standard = field(self.module, name)
        is_money = standard is not None and standard.type == FieldType.MONEY
        return self.figures.plain(value) if is_money and isinstance(value, int) else str(value)

    def _row(self, place: int, name: str, operator: str, value: str) -> Row:
        standard = field(self.module, name)
        allowed = _allowed(standard)
        picked = operator if operator in set(allowed) else allowed[0].value
        choices = standard.choices if standard is not None and picked not in _SEVERAL else ()
        listed = [(each.value, _verb(each, standard)) for each in allowed]
        return Row(place, name, picked, value, listed, choices, _kind(standard, picked), picked in _BARE)

    def _comparison(self, row: Row) -> dict[str, Any]:
        made: dict[str, Any] = {"field": row.field, "op": row.operator}
        if row.is_bare:
            return made
        where = f"{_label(row.field.removeprefix(_CUSTOM))}"
        texts = [each.strip() for each in row.value.split(",")] if row.operator in _SEVERAL else [row.value.strip()]
        if not all(texts):
            raise BadCondition(f"{where}: give a value")
        values = [self._value(row, text, where) for text in texts]
        return {**made, "value": values if row.operator in _SEVERAL else values[0]}

    def _value(self, row: Row, text: str, where: str) -> object:
        standard = field(self.module, row.field)
        if standard is not None and standard.type != FieldType.MONEY:
            return text.lower() if standard.choices else text
        if standard is not None or self.custom.get(row.field.removeprefix(_CUSTOM)) == "number":
            figures = self.figures if standard is not None else self.page.figures(is_money=False)
            try:
                return figures.parse(text)
            except ValueError as error:
                raise BadCondition(f"{where}: {error}") from None
        if self.custom.get(row.field.removeprefix(_CUSTOM)) == "boolean" and text.lower() in {"yes", "no"}:
            return text.lower() == "yes"
        return text


def is_flat(condition: Condition) -> bool:
    """Whether the builder can show the condition."""
    return isinstance(condition, Comparison) or all(isinstance(each, Comparison) for each in condition.parts)


def _allowed(standard: Field | None) -> list[Operator]:
    """The comparisons that a field has; a custom one has all, and its values decide."""
    if standard is None:
        return list(WORDS)
    if standard.type in {FieldType.DAY, FieldType.MOMENT, FieldType.MONEY}:
        return [each for each in WORDS if each not in _TEXTS]
    return [each for each in WORDS if each not in _ORDER]


def _verb(operator: Operator, standard: Field | None) -> str:
    if standard is not None and standard.type in {FieldType.DAY, FieldType.MOMENT}:
        days = {Operator.AT_LEAST: "is on or after", Operator.AT_MOST: "is on or before"}
        return {**days, Operator.GREATER: "is after", Operator.LESS: "is before"}.get(operator, WORDS[operator])
    return WORDS[operator]


def _kind(standard: Field | None, operator: str) -> str:
    """How the value is typed: by the browser's calendar where it is a single day."""
    is_day = standard is not None and standard.type in {FieldType.DAY, FieldType.MOMENT}
    return "date" if is_day and operator not in _SEVERAL else "text"


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
