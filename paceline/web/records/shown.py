"""How records are shown: names of fields, values in their units, owners by name, statuses in colours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from paceline.domain.record import FIELDS, FieldType, Module
from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.org.models import Person
from paceline.org.places import currency_exponent
from paceline.web.formats import Figures
from paceline.web.page import Page

# One of each, in the order of the tabs.
SINGULAR = {Module.DEALS: "deal", Module.LEADS: "lead", Module.TASKS: "task"}
# The field that says when a record was done with, and what the statuses of that are.
CLOSING = {Module.DEALS: "closed", Module.LEADS: "qualified", Module.TASKS: "completed"}
ENDS = {
    Module.DEALS: ("won", "lost"),
    Module.LEADS: ("qualified", "disqualified"),
    Module.TASKS: ("completed", "cancelled"),
}
_COLORS = {"won": "green", "qualified": "green", "completed": "green", "open": "blue"}
# Told at the head of a record's page and not among its fields.
_ELSEWHERE = {"name", "external_id", "deleted", "custom", "owner", "currency"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as pages show it; `owner_known` where the owner's word is that of a person."""

    id: int
    module: str
    name: str
    external_id: str
    source: str
    owner: str
    owner_id: int | None
    status: str
    color: str
    amount: str
    what: str
    created: Any
    closed: Any
    is_deleted: bool


def module_of(word: str) -> Module:
    """The module that an address names. Raises NotFound."""
    try:
        return Module(word)
    except ValueError:
        raise NotFound(f"there are deals, leads and tasks, and no {word!r}") from None


def label(name: str) -> str:
    """A field's name as a heading says it."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def figures_in(page: Page, currency: str) -> Figures:
    """How amounts of a currency are written."""
    return Figures(page.locale, currency, currency_exponent(currency))


def people_named(scope: Scope, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of people by id."""
    wanted = {each for each in ids if each is not None}
    return dict(Person.objects.filter(org_id=scope.org_id, id__in=wanted).values_list("id", "name"))


def shown(page: Page, module: Module, record: Mapping[str, Any], names: Mapping[int, str]) -> Shown:
    """A record, its owner being one of `names`."""
    owner_id = record["owner_id"]
    return Shown(
        record["record_id"],
        module.value,
        record["name"] or record["external_id"],
        record["external_id"],
        record["source"],
        (names.get(owner_id) if owner_id else None) or record["owner"] or "",
        owner_id,
        record["status"],
        _COLORS.get(record["status"], "secondary"),
        figures_in(page, record["currency"]).exact(record["amount"]) if module == Module.DEALS else "",
        record.get("stage") or record.get("type") or "",
        record["created_day"],
        record[f"{CLOSING[module]}_day"],
        record["deleted"],
    )


def facts_of(page: Page, module: Module, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The record's own fields in words, those that it has."""
    made: list[tuple[str, str]] = []
    for field in FIELDS[module]:
        if field.name not in _ELSEWHERE:
            text = _text(page, field.name, field.type, record)
            made += [(label(field.name), text)] if text else []
    return made


def _text(page: Page, name: str, kind: FieldType, record: Mapping[str, Any]) -> str:
    if kind == FieldType.MOMENT:
        at, day = record[f"{name}_at"], record[f"{name}_day"]
        return page.moment(at) if at else page.day(day) if day else ""
    value = record[name]
    if value is None:
        return ""
    match kind:
        case FieldType.MONEY:
            return figures_in(page, record["currency"]).exact(value)
        case FieldType.DAY:
            return page.day(value)
        case FieldType.INSTANT:
            return page.moment(value)
    return str(value)
