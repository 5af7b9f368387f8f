"""Entries of the audit trail in words: what it was done to by its name, and each value as pages write it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.domain.kinds import Unit
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.plan import held, rules
from paceline.plan.models import Assignment, Metric, Target
from paceline.web.formats import DASH
from paceline.web.page import Page

# The kinds of things that the trail is about, as it is filtered by them.
KINDS = {
    "assignment": "assignments",
    "department": "departments",
    "invitation": "invitations",
    "leaderboard": "leaderboards",
    "member": "members",
    "metric": "metrics",
    "operation": "cascades, periods and imports",
    "organization": "settings and rates",
    "person": "people",
    "target": "targets",
    "team": "teams",
    "token": "API tokens",
}
_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
# What the number in a field is the id of.
_IDS = {"manager_id": "person", "person_id": "person", "department_id": "department", "team_id": "team"}
_OPEN = "open"
# A cell of more is cut; the CSV file has all of it.
CHARACTERS_MAX = 400


@dataclass(frozen=True, slots=True)
class Field:
    """How one field changed."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, ready to be shown; `address` is the page of the thing, where it has one."""

    at: datetime
    actor: str
    origin: str
    what: str
    kind: str
    object_id: int
    name: str
    address: str
    fields: list[Field]
    is_new: bool
    reason: str


class Words:
    """What the things of some entries are called, and how their values are written, asked for all at once."""

    def __init__(self, page: Page, scope: Scope, found: Sequence[Mapping[str, Any]]) -> None:
        self.page = page
        by_kind: dict[str, set[int]] = {}
        for each in found:
            by_kind.setdefault(each["kind"], set()).add(each["object_id"])
        numbers = by_kind.get("assignment", set[int]()) | _numbers(found, "parent_id") | _numbers(found, "root_id")
        shares = Assignment.objects.filter(org_id=scope.org_id, id__in=numbers)
        self.shares = {each.id: each for each in shares}
        targets = {
            *by_kind.get("target", ()),
            *_numbers(found, "target_id"),
            *(each.target_id for each in self.shares.values()),
        }
        own = Target.objects.filter(org_id=scope.org_id, id__in=targets)
        self.targets = {each.id: each for each in own.select_related("metric", "measured_by__narrowed_from")}
        metrics = Metric.objects.filter(
            org_id=scope.org_id, id__in={*by_kind.get("metric", ()), *_numbers(found, "metric_id")}
        )
        self.metrics = dict(metrics.values_list("id", "name"))
        self.names = held.names_of(scope, {*_mentioned(found), *(_assignee(each) for each in self.shares.values())})

    def name(self, each: Mapping[str, Any]) -> str:
        """What the thing is called."""
        kind, number = self._subject(each)
        if kind in {"person", "department", "team"}:
            return self.names.get((kind, number), "")
        if kind == "assignment" and number in self.shares:
            share = self.shares[number]
            target = self.targets.get(share.target_id)
            return f"{self.names.get(_assignee(share), '')} in {target.name if target else 'a deleted target'}"
        if kind == "target" and number in self.targets:
            return self.targets[number].name
        if kind == "organization":
            return ""
        if kind == "metric" and number in self.metrics:
            return self.metrics[number]
        told = each["new"] or each["old"] or {}
        return str(told.get("name") or told.get("email") or number)

    def _subject(self, each: Mapping[str, Any]) -> tuple[str, int]:
        """What it is about: of an operation the target that it was done to."""
        if each["kind"] == "operation":
            return "target", (each["new"] or {}).get("target_id", 0)
        return each["kind"], each["object_id"]

    def address(self, each: Mapping[str, Any]) -> str:
        """The page of the thing, where it has one."""
        kind, number = self._subject(each)
        if kind in {"department", "team"}:
            return reverse("person_unit", args=[kind, number]) if (kind, number) in self.names else ""
        if kind == "person":
            return reverse("person", args=[number]) if (kind, number) in self.names else ""
        if kind == "assignment" and number in self.shares:
            number = self.shares[number].target_id
        return reverse("target", args=[number]) if kind in {"assignment", "target"} and number in self.targets else ""

    def fields(self, each: Mapping[str, Any]) -> list[Field]:
        """How the fields changed."""
        old, new = each["old"] or {}, each["new"] or {}
        both = {**old, **new}
        # Where a name stands beside the id, the name says it.
        names = [name for name in both if not (name.endswith("_id") and name.removesuffix("_id") in both)]
        if each["kind"] == "operation":
            names.remove("target_id")
        told = [
            Field(_label(name), self._text(each, name, old.get(name)), self._text(each, name, new.get(name)))
            for name in names
        ]
        # Of what is new, that which is not said or not so tells nothing.
        return [field for field in told if each["old"] is not None or field.new not in {DASH, "no"}]

    def _text(self, each: Mapping[str, Any], name: str, value: Any) -> str:
        text = self._told(each, name, value)
        return text if len(text) <= CHARACTERS_MAX else f"{text[:CHARACTERS_MAX]}…"

    def _told(self, each: Mapping[str, Any], name: str, value: Any) -> str:
        match value:
            case None | "":
                text = DASH
            case bool():
                text = "yes" if value else "no"
            case int():
                text = self._number(each, name, value)
            case list() if name == "working_weekdays":
                text = ", ".join(_WEEKDAYS[day] for day in value)
            case list():
                text = "; ".join(self._told(each, "", part) for part in value) or DASH
            case dict() if "from_day" in value and "to_day" in value:
                text = self._span(value)
            case dict():
                told = {key: part for key, part in value.items() if not key.endswith("_id") and part is not False}
                text = ", ".join(f"{key.replace('_', ' ')} {self._told(each, key, part)}" for key, part in told.items())
            case str():
                text = self._day(name, value)
            case _:
                text = str(value)
        return text

    def _number(self, each: Mapping[str, Any], name: str, value: int) -> str:
        if name in _IDS:
            return self.names.get((_IDS[name], value), str(value))
        if name in {"parent_id", "root_id"} and value in self.shares:
            return self.names.get(_assignee(self.shares[value]), str(value))
        if name == "target_id" and value in self.targets:
            return self.targets[value].name
        if name == "metric_id":
            return self.metrics.get(value, str(value))
        if name == "scope_id":
            # Nothing is beside everyone.
            return self.names.get(_scoped(each, value), str(value)) if value else DASH
        return self._amount(each, value) if name == "value" and each["kind"] in {"assignment", "target"} else str(value)

    def _span(self, value: Mapping[str, Any]) -> str:
        """A stay in a unit, or under one, with its days."""
        unit = next((value[each] for each in ("department", "team", "parent") if value.get(each)), "")
        first, last = self._day("from_day", value["from_day"]), self._day("to_day", value["to_day"])
        part = [name for name in ("primary", "lead") if value.get(f"is_{name}")]
        return f"{', '.join([str(unit), *part])} from {first}{'' if last == _OPEN else f' until {last}'}"

    def _day(self, name: str, text: str) -> str:
        try:
            if name.endswith("_at"):
                return self.page.moment(datetime.fromisoformat(text))
            if name.endswith(("_day", "_date")):
                day = date.fromisoformat(text)
                return {DAY_ALWAYS: "always", DAY_NEVER: _OPEN}.get(day) or self.page.day(day)
        except ValueError:
            pass
        return text

    def _amount(self, each: Mapping[str, Any], value: int) -> str:
        number = each["object_id"]
        share = self.shares.get(number) if each["kind"] == "assignment" else None
        target = self.targets.get(share.target_id if share else number)
        if target is None:
            return str(value)
        return self.page.figures(is_money=rules.definition(target.measured_by).unit == Unit.MONEY).exact(value)


def entries(page: Page, scope: Scope, found: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """The entries in words, in a handful of queries for all of them."""
    words = Words(page, scope, found)
    return [
        Entry(
            each["at"],
            each["actor"],
            each["origin"],
            each["verb"].replace("_", " ").capitalize(),
            each["kind"],
            each["object_id"],
            words.name(each),
            words.address(each),
            words.fields(each),
            each["old"] is None,
            each["reason"],
        )
        for each in found
    ]


def _label(name: str) -> str:
    return name.removesuffix("_id").removeprefix("is_").replace("_", " ")


def _mentioned(found: Iterable[Mapping[str, Any]]) -> Iterable[Assignee]:
    for each in found:
        if each["kind"] in {"person", "department", "team"}:
            yield Assignee(each["kind"], each["object_id"])
        for values in (each["old"] or {}, each["new"] or {}):
            for name, kind in _IDS.items():
                if isinstance(values.get(name), int):
                    yield Assignee(kind, values[name])
            if values.get("scope_id") and values.get("scope_kind") in {"department", "team"}:
                yield Assignee(values["scope_kind"], values["scope_id"])


def _numbers(found: Iterable[Mapping[str, Any]], name: str) -> set[int]:
    """The ids that stand in the fields of that name."""
    values = ((each[side] or {}).get(name) for each in found for side in ("old", "new"))
    return {each for each in values if isinstance(each, int)}


def _scoped(each: Mapping[str, Any], number: int) -> Assignee:
    """The unit that a leaderboard is of."""
    kind = (each["new"] or {}).get("scope_kind") or (each["old"] or {}).get("scope_kind")
    return Assignee(str(kind), number)


def _assignee(share: Assignment) -> Assignee:
    return Assignee(share.assignee_kind, share.assignee_id)
