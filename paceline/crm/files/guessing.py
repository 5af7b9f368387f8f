"""What the columns of a file probably mean: a guess by their names and values, which somebody confirms."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from paceline.crm.files.profile import Column
from paceline.domain.record import FIELDS, FieldType, Module
from paceline.org.names import folded

# What other systems call the fields, the likeliest first; compared without capitals, blanks and signs.
_NAMES: dict[str, tuple[str, ...]] = {
    "external_id": ("externalid", "recordid", "{}id", "opportunityid", "dealid", "activityid", "id", "crmid", "key"),
    "name": ("name", "{}name", "opportunityname", "dealname", "title", "subject", "fullname", "company"),
    "owner": (
        "owner",
        "{}owner",
        "owneremail",
        "opportunityowner",
        "salesagent",
        "salesrep",
        "rep",
        "repid",
        "ownerrepid",
        "ownerid",
        "ownername",
        "assignedto",
        "assignee",
        "salesperson",
        "accountexecutive",
        "agent",
    ),
    "created": (
        "created",
        "createdate",
        "createddate",
        "createdat",
        "datecreated",
        "createdon",
        "engagedate",
        "opened",
    ),
    "amount": ("amount", "value", "{}value", "dealamount", "closevalue", "revenue", "total", "price", "acv", "arr"),
    "currency": ("currency", "currencycode", "dealcurrency", "currencyisocode"),
    "status": ("status", "{}status", "state", "closeoutcome", "outcome"),
    "stage": ("stage", "{}stage", "stagename", "pipelinestage", "lifecyclestage", "currentstage", "opportunitystage"),
    "pipeline": ("pipeline", "pipelinename", "{}pipeline"),
    "product": ("product", "productname", "productline", "item"),
    "region": ("region", "territory", "area", "country", "regionaloffice"),
    "expected_close": ("expectedclose", "expectedclosedate", "forecastclose", "targetclosedate"),
    "closed": ("closed", "closedate", "closeddate", "closedat", "dateclosed", "wondate", "actualclosedate"),
    "lead_source": ("leadsource", "source", "originalsource", "channel", "campaign"),
    "qualified": ("qualified", "qualifieddate", "qualifiedat", "datequalified", "sqldate", "mqldate"),
    "type": ("type", "{}type", "activitytype", "kind", "category"),
    "completed": (
        "completed",
        "completeddate",
        "completedat",
        "datecompleted",
        "doneat",
        "activitytimestamp",
        "donedate",
    ),
    "modified": (
        "modified",
        "lastmodified",
        "lastmodifieddate",
        "modifiedat",
        "updatedat",
        "lastupdated",
        "modifieddate",
    ),
    "deleted": ("deleted", "isdeleted", "archived"),
}
_SINGULAR = {Module.DEALS: "deal", Module.LEADS: "lead", Module.TASKS: "task"}
_DATES = {FieldType.DAY, FieldType.MOMENT, FieldType.INSTANT}

_WON = ("won", "closed won", "win", "success", "signed", "gewonnen")
_LOST = ("lost", "closed lost", "loss", "lose", "dead", "verloren", "abandoned")
# What words of a stage or a status mean, by a part of them; the first that fits.
_MEANINGS: dict[Module, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Module.DEALS: (("won", _WON), ("lost", _LOST)),
    Module.LEADS: (
        ("disqualified", ("disqualified", "unqualified", "not qualified", "rejected", "junk", "lost", "false", "bad")),
        ("qualified", ("qualified", "sql", "converted", "opportunity", "customer", "accepted", "true")),
    ),
    Module.TASKS: (
        ("cancelled", ("cancel", "skipped", "abandoned", "no show")),
        ("completed", ("complete", "done", "finished", "held", "closed")),
    ),
}
_OPEN: dict[Module, tuple[str, ...]] = {
    Module.DEALS: (),
    Module.LEADS: (),
    Module.TASKS: ("incomplete", "not completed"),
}
_CALLS = {"call": ("call", "phone", "dial"), "meeting": ("meeting", "video", "visit", "demo", "appointment")}


def fields(module: Module, columns: Sequence[Column]) -> dict[str, str]:
    """The field that each column probably gives, by the column's name; a field is given once."""
    guessed: dict[str, str] = {}
    taken: set[str] = set()
    names = [each.name for each in columns]
    known = {each.name: each.type for each in FIELDS[module] if each.type != FieldType.CUSTOM}
    ranked = sorted(
        (rank, place, field)
        for place, column in enumerate(columns)
        if column.name and names.count(column.name) == 1
        for field in known
        for rank in _ranks(module, column, field)
        if _may_hold(column, known[field])
    )
    for _, place, field in ranked:
        if names[place] not in guessed and field not in taken:
            guessed[names[place]] = field
            taken.add(field)
    return guessed


def words(module: Module, column: Column) -> dict[str, str]:
    """What the words of a stage or a status probably mean, by the word; those that say nothing are open."""
    return {word: _meaning(module, word) for word in repeated(column)}


def types(column: Column) -> dict[str, str]:
    """Which words of a type are calls and meetings; the others stay as they are."""
    made: dict[str, str] = {}
    for word in column.words or ():
        for type_, parts in _CALLS.items():
            if folded(word) != type_ and any(part in folded(word) for part in parts):
                made.setdefault(word, type_)
    return made


def layout(columns: Iterable[Column], choices: Mapping[str, Any], module: Module) -> tuple[list[str], list[str]]:
    """The ways of writing days, and the decimal signs, that fit all columns of them best; none where columns differ."""
    kinds = {each.name: each.type for each in FIELDS[module]}
    days, numbers = list[set[str]](), list[set[str]]()
    for column in columns:
        field = choices.get("fields", {}).get(column.name, "")
        if not column.tried:
            continue
        if kinds.get(field) in _DATES or field == "custom:day":
            days.append(set(column.fits(column.dates)))
        elif kinds.get(field) == FieldType.MONEY or field in {"custom:money", "custom:number"}:
            numbers.append(set(column.fits(column.decimals)))
    return _common(days), _common(numbers)


def _common(sets: Sequence[set[str]]) -> list[str]:
    return sorted(set.intersection(*sets)) if sets else []


def _ranks(module: Module, column: Column, field: str) -> Iterable[int]:
    bare = re.sub(r"[\W_]+", "", folded(column.name))
    named = [field.replace("_", ""), *(each.format(_SINGULAR[module]) for each in _NAMES[field])]
    return [named.index(bare)] if bare in named else []


def _may_hold(column: Column, kind: FieldType) -> bool:
    """Whether the values of the column can be of that kind at all."""
    if not column.filled:
        return True
    if kind in _DATES:
        return column.is_dates
    if kind == FieldType.MONEY:
        return not column.tried or bool(column.fits(column.decimals))
    if kind == FieldType.CHOICE:
        return column.words is not None
    return True


def repeated(column: Column) -> list[str]:
    """The words of a column whose words are few, and the blank one where there are blanks."""
    return [*(column.words or ()), *([""] if column.blanks and column.words is not None else [])]


def _meaning(module: Module, word: str) -> str:
    text = folded(word)
    if any(part in text for part in _OPEN[module]):
        return "open"
    for status, parts in _MEANINGS[module]:
        if text == status or any(re.search(rf"\b{re.escape(part)}", text) for part in parts):
            return status
    return "open"
