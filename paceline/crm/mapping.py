"""A mapping file: which columns of a file give which fields, and what their words mean."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from paceline.crm import values
from paceline.crm.layout import Layout, read_layout
from paceline.crm.toml import Table, plain, read_toml
from paceline.crm.values import BadValue
from paceline.domain.record import FIELDS, FieldType, Module
from paceline.domain.record import field as standard_field
from paceline.org.names import folded

_Value = TypeVar("_Value")
_STANDARD = Layout()

PEOPLE_FIELDS = (
    "name",
    "email",
    "department",
    "team",
    "manager",
    "hire_date",
    "end_date",
    "external_id",
    "quota_carrying",
    "from",
)


class CustomType(StrEnum):
    """What a custom field holds. Money is minor units of the record's currency."""

    DAY = "day"
    FLAG = "flag"
    MONEY = "money"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class When:
    """A column that must hold one of these values (folded), or the value it guards is left blank."""

    column: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Column:
    """The column that gives a field. `values` are other words for some of its values, by folded value."""

    name: str
    when: When | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomColumn:
    """The column that gives a custom field, and what it holds."""

    column: Column
    type: CustomType = CustomType.TEXT


@dataclass(frozen=True, slots=True)
class RecordMapping:
    """How a file's rows become records of a module. The keys of all stages and types are folded.

    Without `columns`, a column gives the field that has its name.
    """

    module: Module
    source: str | None = None
    layout: Layout = _STANDARD
    columns: Mapping[str, Column] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    stages_by_pipeline: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, CustomColumn] = field(default_factory=dict)

    @property
    def has_stages(self) -> bool:
        """Whether stages tell the status."""
        return bool(self.stages or self.stages_by_pipeline)


@dataclass(frozen=True, slots=True)
class PeopleMapping:
    """How a file's rows become people. Without `columns`, a column gives the field that has its name."""

    source: str | None = None
    layout: Layout = _STANDARD
    columns: Mapping[str, Column] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


def read_mapping(module: Module, data: bytes) -> RecordMapping:
    """The mapping for deals, leads or tasks in a TOML file. Raises InvalidInput with every fault of it."""
    top = read_toml(data)
    columns, constants = top.table("columns"), top.table("constants")
    names = [each.name for each in FIELDS[module] if each.type != FieldType.CUSTOM]
    mapping = RecordMapping(
        module,
        _source(top),
        read_layout(top),
        _columns(columns, names, module.value),
        _constants(constants, names, module.value),
        _stages(top.table("stages"), module) if _has_stages(module) else {},
        _pipelines(top.table("stages_by_pipeline"), module) if _has_stages(module) else {},
        _words(top.table("types")) if module == Module.TASKS else {},
        _custom(top.table("custom")),
    )
    _check_id(columns, mapping.columns)
    _check_twice(constants, mapping)
    _check_stages(top, mapping)
    top.done()
    return mapping


def read_people_mapping(data: bytes) -> PeopleMapping:
    """The mapping for people in a TOML file. Raises InvalidInput with every fault of it."""
    top = read_toml(data)
    columns, constants = top.table("columns"), top.table("constants")
    mapping = PeopleMapping(
        _source(top),
        read_layout(top),
        _columns(columns, PEOPLE_FIELDS, "people"),
        _constants(constants, PEOPLE_FIELDS, "people"),
    )
    _check_twice(constants, mapping)
    top.done()
    return mapping


def _source(top: Table) -> str | None:
    source = top.text("source")
    if source is not None and len(source) > values.KEY_CHARACTERS_MAX:
        top.fault("source", f"a source's name has at most {values.KEY_CHARACTERS_MAX} characters")
    return source and source.strip()


def _columns(table: Table, names: Iterable[str], what: str) -> dict[str, Column]:
    names = list(names)
    table.unknown(names, f"{what} have no field")
    found = {name: _column(table, name) for name in names if name in table.values}
    return {name: column for name, column in found.items() if column is not None}


def _column(table: Table, name: str) -> Column | None:
    """A column's name alone, or an inline table."""
    if not isinstance(table.values[name], dict):
        column = table.text(name)
        return None if column is None else Column(column.strip())
    inner = table.table(name)
    made = _inline(inner)
    inner.asked()
    return made


def _inline(table: Table) -> Column:
    return Column(_required_text(table, "column"), _when(table), _words(table.table("values")))


def _required_text(table: Table, key: str) -> str:
    value = table.text(key)
    if key not in table.values:
        table.fault(key, "name the column")
    return (value or "").strip()


def _when(table: Table) -> When | None:
    if "when" not in table.values:
        table.value("when")
        return None
    inner = table.table("when")
    if ("equals" in inner.values) == ("in" in inner.values):
        table.fault("when", "give either equals, a value, or in, a list of values")
        return None
    listed = inner.texts("in") if "in" in inner.values else [_single(inner, "equals")]
    made = When(_required_text(inner, "column"), frozenset(map(folded, listed)))
    inner.asked()
    return made


def _single(table: Table, key: str) -> str:
    """A text, or a number or flag as it would stand in a file."""
    value = table.value(key)
    if isinstance(value, (str, int)):
        return table.fit(key, plain(value)) or ""
    table.fault(key, "write a text, a whole number, true or false")
    return ""


def _words(table: Table) -> dict[str, str]:
    """Other words for words, by the folded word."""
    return _by_folded(table, _single)


def _by_folded(table: Table, read: Callable[[Table, str], _Value]) -> dict[str, _Value]:
    made: dict[str, _Value] = {}
    for word in table.values:
        if folded(word) in made:
            table.fault(word, "stands here twice, for capitals do not count")
        made[folded(word)] = read(table, word)
    return made


def _constants(table: Table, names: Iterable[str], what: str) -> dict[str, str]:
    names = [name for name in names if name != "external_id"]
    table.unknown(names, f"{what} have no field for a constant")
    return {name: _constant(table, name) for name in names if name in table.values}


def _constant(table: Table, name: str) -> str:
    value = table.value(name)
    return value.isoformat() if isinstance(value, date) else _single(table, name)


def _has_stages(module: Module) -> bool:
    return standard_field(module, "stage") is not None


def _stages(table: Table, module: Module) -> dict[str, str]:
    status = standard_field(module, "status")
    choices = status.choices if status else ()
    return _by_folded(table, lambda table, stage: table.one_of(stage, choices) or "")


def _pipelines(table: Table, module: Module) -> dict[str, dict[str, str]]:
    return _by_folded(table, lambda table, pipeline: _stages(table.table(pipeline), module))


def _custom(table: Table) -> dict[str, CustomColumn]:
    found = {name: _custom_column(table, name) for name in table.values}
    return {name: made for name, made in found.items() if made is not None}


def _custom_column(table: Table, name: str) -> CustomColumn | None:
    try:
        blank = values.key(name) is None
    except BadValue as bad:
        table.fault(name, str(bad))
        return None
    if blank:
        table.fault(name, "give the custom field a name")
    if not isinstance(table.values[name], dict):
        column = _column(table, name)
        return column and CustomColumn(column)
    inner = table.table(name)
    kind = inner.one_of("type", [each.value for each in CustomType])
    made = CustomColumn(_inline(inner), CustomType(kind or CustomType.TEXT))
    inner.asked()
    return made


def _check_id(table: Table, columns: Mapping[str, Column]) -> None:
    if columns and "external_id" not in table.values:
        table.fault("external_id", "name the column that holds each record's own id")
    if "external_id" in columns and columns["external_id"].when:
        table.fault("external_id", "every record has its own id, so it depends on nothing")


def _check_twice(table: Table, mapping: RecordMapping | PeopleMapping) -> None:
    for name in mapping.constants:
        if name in mapping.columns:
            table.fault(name, "is given by a column already")


def _check_stages(top: Table, mapping: RecordMapping) -> None:
    given = {**mapping.columns, **mapping.constants}
    if mapping.has_stages and "status" in given:
        top.fault("stages", "the status is told by the stages or by itself, not by both")
    if mapping.has_stages and mapping.columns and "stage" not in given:
        top.fault("stages", "name the stage's column in [columns]")
    if mapping.stages_by_pipeline and mapping.columns and "pipeline" not in given:
        top.fault("stages_by_pipeline", "name the pipeline's column in [columns]")
