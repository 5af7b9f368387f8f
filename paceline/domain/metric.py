"""A metric as data: what it counts, on which day, for how much; and the eight that are built in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from paceline.domain import condition as conditions
from paceline.domain.condition import ALWAYS, BadCondition, Condition
from paceline.domain.kinds import Direction, Indicator, Kind, Unit
from paceline.domain.record import FieldType, Module

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Definition:
    """How a metric is computed from one record.

    `dated_by` names the field whose day the value counts for (for a level: the day it comes in);
    `value_by` the field that gives the value, None for one each. A level goes out on the day in
    `leaves_by` once `leaves_when` holds.
    """

    module: Module
    unit: Unit
    kind: Kind
    condition: Condition
    dated_by: str
    value_by: str | None = None
    leaves_by: str | None = None
    leaves_when: Condition = ALWAYS

    def narrowed(self, filter_: Condition) -> "Definition":
        """The same metric for the records that also satisfy the filter."""
        return Definition(
            self.module,
            self.unit,
            self.kind,
            conditions.both(self.condition, filter_),
            self.dated_by,
            self.value_by,
            self.leaves_by,
            self.leaves_when,
        )


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A metric every organization starts with."""

    key: str
    name: str
    description: str
    indicator: Indicator
    definition: Definition
    direction: Direction = Direction.HIGHER


def read(given: Mapping[str, object]) -> Definition:
    """The definition written as JSON by `write` or by an admin.

    Raises BadCondition (a ValueError) naming the field at fault and how to mend it.
    """
    module = _one_of(Module, given, "module")
    kind = _one_of(Kind, given, "kind")
    unit = _one_of(Unit, given, "unit")
    definition = Definition(
        module,
        unit,
        kind,
        conditions.read(module, given.get("condition")),
        _day_field(module, given.get("dated_by"), "dated_by"),
        _value_field(module, unit, given.get("value_by")),
        _day_field(module, given.get("leaves_by"), "leaves_by") if kind == Kind.LEVEL else None,
        conditions.read(module, given.get("leaves_when"), "leaves_when") if kind == Kind.LEVEL else ALWAYS,
    )
    if kind == Kind.FLOW and (given.get("leaves_by") or given.get("leaves_when")):
        raise BadCondition("leaves_by: only a level goes out; a flow has no leaves_by or leaves_when")
    return definition


def write(definition: Definition) -> dict[str, object]:
    """The definition as JSON that `read` takes."""
    written: dict[str, object] = {
        "module": definition.module.value,
        "unit": definition.unit.value,
        "kind": definition.kind.value,
        "condition": conditions.write(definition.condition),
        "dated_by": definition.dated_by,
        "value_by": definition.value_by,
    }
    if definition.kind == Kind.LEVEL:
        written["leaves_by"] = definition.leaves_by
        written["leaves_when"] = conditions.write(definition.leaves_when)
    return written


def _one_of(words: type[_Word], given: Mapping[str, object], name: str) -> _Word:
    try:
        return words(str(given.get(name)))
    except ValueError:
        raise BadCondition(f"{name}: is one of {', '.join(words)}") from None


def _day_field(module: Module, given: object, where: str) -> str:
    if not isinstance(given, str):
        raise BadCondition(f"{where}: name the field that gives the day")
    standard = conditions.check_field(module, given, where)
    if standard is not None and standard.type not in {FieldType.DAY, FieldType.MOMENT}:
        raise BadCondition(f"{where}: {given} is not a day")
    return given


def _value_field(module: Module, unit: Unit, given: object) -> str | None:
    if given is None:
        if unit == Unit.MONEY:
            raise BadCondition("value_by: a money metric names the field that gives its amount")
        return None
    if not isinstance(given, str):
        raise BadCondition("value_by: name the field that gives the value, or leave it out to count one each")
    standard = conditions.check_field(module, given, "value_by")
    if standard is not None and (standard.type != FieldType.MONEY or unit != Unit.MONEY):
        raise BadCondition(f"value_by: {given} does not give a value in {unit.value}")
    if unit == Unit.MONEY and module != Module.DEALS:
        raise BadCondition(f"value_by: {module.value} have no currency, so their metrics count")
    return given


def _is(name: str, value: str) -> conditions.Comparison:
    return conditions.Comparison(name, conditions.Operator.EQUALS, value)


def _all(*parts: Condition) -> Condition:
    return conditions.Group(all_of=True, parts=parts)


def _any(*parts: Condition) -> Condition:
    return conditions.Group(all_of=False, parts=parts)


def _count(module: Module, condition: Condition, dated_by: str) -> Definition:
    return Definition(module, Unit.COUNT, Kind.FLOW, condition, dated_by)


_WON = _is("status", "won")
_COMPLETED = _is("status", "completed")
_QUALIFIED = _any(_is("status", "qualified"), conditions.Comparison("qualified", conditions.Operator.IS_SET))

BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn(
        "revenue",
        "Revenue",
        "Total closed-won revenue",
        Indicator.LAGGING,
        Definition(Module.DEALS, Unit.MONEY, Kind.FLOW, _WON, "closed", "amount"),
    ),
    BuiltIn(
        "deal_count",
        "Deal Count",
        "Number of deals won",
        Indicator.LAGGING,
        _count(Module.DEALS, _WON, "closed"),
    ),
    BuiltIn(
        "pipeline_value",
        "Pipeline Value",
        "Total value in active pipeline",
        Indicator.LEADING,
        Definition(
            Module.DEALS,
            Unit.MONEY,
            Kind.LEVEL,
            ALWAYS,
            "created",
            "amount",
            "closed",
            conditions.Comparison("status", conditions.Operator.IN, ("won", "lost")),
        ),
    ),
    BuiltIn(
        "leads_generated",
        "Leads Generated",
        "Number of new leads created",
        Indicator.LEADING,
        _count(Module.LEADS, ALWAYS, "created"),
    ),
    BuiltIn(
        "leads_qualified",
        "Leads Qualified",
        "Number of leads moved to qualified stage",
        Indicator.LEADING,
        _count(Module.LEADS, _QUALIFIED, "qualified"),
    ),
    BuiltIn(
        "tasks_completed",
        "Tasks Completed",
        "Number of tasks marked complete",
        Indicator.LEADING,
        _count(Module.TASKS, _COMPLETED, "completed"),
    ),
    BuiltIn(
        "calls_made",
        "Calls Made",
        "Number of call-type tasks completed",
        Indicator.LEADING,
        _count(Module.TASKS, _all(_COMPLETED, _is("type", "call")), "completed"),
    ),
    BuiltIn(
        "meetings_held",
        "Meetings Held",
        "Number of meeting-type tasks completed",
        Indicator.LEADING,
        _count(Module.TASKS, _all(_COMPLETED, _is("type", "meeting")), "completed"),
    ),
)
