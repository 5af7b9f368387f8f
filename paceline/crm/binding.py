"""A mapping brought together with a file's header: how each field of a record is read from a row's cells."""

from collections.abc import Callable, Mapping
from functools import partial

from paceline.crm import values
from paceline.crm.conversion import amount, converter, custom_converter, remembered, translated
from paceline.crm.header import Cells, Header, Part, Read
from paceline.crm.layout import Layout
from paceline.crm.mapping import Column, CustomColumn, CustomType, RecordMapping
from paceline.crm.times import Clock
from paceline.crm.values import BadElsewhere, BadValue, Defaults, quoted
from paceline.domain.money import parse_amount
from paceline.domain.record import CUSTOM_CHARACTERS_MAX, FIELDS, Field, FieldType
from paceline.org.names import did_you_mean, folded
from paceline.org.places import currency_exponent

# No character takes more room in JSON.
_ESCAPED_CHARACTERS_MAX = 6
# A mapping file writes its own days and numbers one way, whatever the files it is for do.
_CONSTANTS = Layout()


class Binding:
    """Works out once per file how its fields are read. What the file lacks is noted in the header."""

    def __init__(self, mapping: RecordMapping, header: Header, defaults: Defaults) -> None:
        self._mapping = mapping
        self._header = header
        self._defaults = defaults
        self._layout = mapping.layout
        self._clock = Clock(mapping.layout.time_zone or defaults.time_zone, defaults.time_zone)
        self._columns = dict(mapping.columns) or self._columns_by_name()

    def bind(self) -> dict[str, Part]:
        """The parts of a row by the field they give, in the order of the module's fields."""
        self._header.require("external_id", self._columns)
        found = {each.name: self._part(each) for each in FIELDS[self._mapping.module]}
        return {name: part for name, part in found.items() if part is not None}

    def _columns_by_name(self) -> dict[str, Column]:
        names = {each.name for each in FIELDS[self._mapping.module] if each.type != FieldType.CUSTOM}
        told = {"status"} if self._mapping.has_stages else set()
        columns = self._header.by_name(names - told - set(self._mapping.constants))
        needed = {"stage": self._mapping.has_stages, "pipeline": bool(self._mapping.stages_by_pipeline)}
        for name, is_needed in needed.items():
            if is_needed:
                self._header.require(name, {*columns, *self._mapping.constants})
        return columns

    def _part(self, field: Field) -> Part | None:
        if field.type == FieldType.CUSTOM:
            return self._custom_part()
        if field.name == "status" and self._mapping.has_stages:
            return Part(self._blamed("stage"), self._status())
        if field.name in self._columns:
            column = self._columns[field.name]
            return Part(column.name, self._read_column(field, column))
        if field.name in self._mapping.constants:
            return Part("", self._read_constant(field, self._mapping.constants[field.name]))
        if field.type == FieldType.CURRENCY and "amount" in {**self._columns, **self._mapping.constants}:
            # An amount means nothing without its currency, so the two are written together.
            return Part("", _always(self._defaults.currency))
        return None

    def _blamed(self, name: str) -> str:
        return self._columns[name].name if name in self._columns else ""

    def _read_column(self, field: Field, column: Column) -> Read:
        where = f"columns.{field.name}"
        if field.type == FieldType.MONEY:
            return self._money(column, where)
        convert = converter(field, self._layout, self._clock)
        if field.type == FieldType.CURRENCY:
            convert = remembered(self._currency)
        elif field.name == "type":
            convert = translated(convert, self._mapping.types)
        return self._header.read(column, where, convert)

    def _read_constant(self, field: Field, constant: str) -> Read:
        try:
            if field.type == FieldType.MONEY:
                currency_of = self._currency_of_row()
                parse_amount(constant, exponent=currency_exponent(self._defaults.currency))
                return lambda cells: amount(constant, currency_of(cells), _CONSTANTS.decimal)
            return _always(converter(field, _CONSTANTS, self._clock)(constant))
        except ValueError as error:
            self._header.fault(f"constants.{field.name}", str(error))
            return _always(None)

    def _text(self, name: str) -> Callable[[Cells], str]:
        """Reads a field's own text, from its column or as a constant."""
        if name in self._columns:
            return self._header.read(self._columns[name], f"columns.{name}", str)
        constant = self._mapping.constants.get(name, "")
        return lambda _: constant

    def _currency(self, text: str) -> str:
        return values.currency(text) if text.strip() else self._defaults.currency

    def _currency_of_row(self) -> Callable[[Cells], tuple[str, int]]:
        """Reads a row's currency, with how many digits its minor unit has."""
        convert = remembered(self._with_exponent)
        if "currency" in self._columns:
            return self._header.read(self._columns["currency"], "columns.currency", convert)
        constant = self._mapping.constants.get("currency", "")
        return lambda _: convert(constant)

    def _with_exponent(self, currency: str) -> tuple[str, int]:
        try:
            code = self._currency(currency)
            return code, currency_exponent(code)
        except ValueError as error:
            raise BadElsewhere(str(error)) from None

    def _money(self, column: Column, where: str) -> Read:
        currency_of, decimal = self._currency_of_row(), self._layout.decimal
        text = self._header.read(column, where, str)
        return lambda cells: amount(text(cells), currency_of(cells), decimal)

    def _status(self) -> Read:
        stage, stages = self._text("stage"), self._mapping.stages
        if not self._mapping.stages_by_pipeline:
            status = remembered(partial(_status, stages, ""))
            return lambda cells: status(stage(cells))
        pipeline, by_pipeline = self._text("pipeline"), remembered(self._pipeline_status)
        return lambda cells: by_pipeline(pipeline(cells))(stage(cells))

    def _pipeline_status(self, pipeline: str) -> Callable[[str], str]:
        own = self._mapping.stages_by_pipeline.get(folded(pipeline), {})
        return remembered(partial(_status, {**self._mapping.stages, **own}, f" of pipeline {quoted(pipeline)}"))

    def _custom_part(self) -> Part | None:
        parts = {name: self._custom(name, custom) for name, custom in self._mapping.custom.items()}
        return Part("", _composed(parts), tuple(parts.values())) if parts else None

    def _custom(self, name: str, custom: CustomColumn) -> Part:
        where = f"custom.{name}"
        if custom.type == CustomType.MONEY:
            return Part(custom.column.name, self._money(custom.column, where))
        convert = custom_converter(custom.type, self._layout, self._clock)
        return Part(custom.column.name, self._header.read(custom.column, where, convert))


def _always(value: object) -> Read:
    return lambda _: value


def _status(stages: Mapping[str, str], where: str, stage: str) -> str:
    status = stages.get(folded(stage))
    if status is not None:
        return status
    if not stage.strip():
        raise BadValue(f'the stage{where} is blank, and the mapping has no stage ""')
    raise BadValue(f"the mapping has no stage {quoted(stage)}{where}{did_you_mean(stage, stages)}")


def _composed(parts: dict[str, Part]) -> Read:
    """Reads the custom fields together, and measures them where they might be too long."""
    reads = {name: part.read for name, part in parts.items()}
    # Names, quotes, commas and whatever is no text.
    beside = sum(len(name) * _ESCAPED_CHARACTERS_MAX + 40 for name in parts)

    def read(cells: Cells) -> dict[str, object]:
        made = {name: read(cells) for name, read in reads.items()}
        texts = sum([len(value) for value in made.values() if isinstance(value, str)])
        if beside + texts * _ESCAPED_CHARACTERS_MAX > CUSTOM_CHARACTERS_MAX:
            values.check_custom_size(made)
        return made

    return read
