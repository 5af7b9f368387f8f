"""Records that did not come from a file: their values have the same limits and messages."""

from collections.abc import Callable, Mapping
from datetime import date

from paceline.crm import values
from paceline.crm.times import Clock, read_iso
from paceline.crm.values import BadValue, Defaults, quoted
from paceline.domain.record import FIELDS, Field, FieldType, Module
from paceline.domain.record import field as standard_field
from paceline.errors import Fault, InvalidInput
from paceline.org.names import did_you_mean

Checked = dict[str, object]


def check_row(module: Module, given: Mapping[str, object], defaults: Defaults) -> Checked:
    """The typed values of one record by field, for the fields that are given, in the order of the module's.

    Money is whole minor units. Days and times are ISO 8601 text, or made already; a time without a zone is
    of the organization's. None, and a blank text, clear a field. Raises InvalidInput with every
    fault, each at its field.
    """
    clock = Clock(defaults.time_zone, defaults.time_zone)
    faults = list(_unknown(module, given))
    typed: Checked = {}
    for field in FIELDS[module]:
        try:
            if field.name in given or field.required:
                typed[field.name] = _value(field, given.get(field.name), clock)
        except BadValue as bad:
            faults.append(Fault(field.name, str(bad)))
    if faults:
        raise InvalidInput(faults)
    return typed


def _unknown(module: Module, given: Mapping[str, object]) -> list[Fault]:
    names = [each.name for each in FIELDS[module]]
    strange = [name for name in given if standard_field(module, name) is None]
    return [
        Fault(
            values.storable(name, values.SHOWN_CHARACTERS_MAX),
            f"{module} have no field {quoted(name)}{did_you_mean(name, names)}",
        )
        for name in strange
    ]


def _value(field: Field, given: object, clock: Clock) -> object:
    if field.type == FieldType.FLAG:
        return _flag(given)
    if given is None:
        return values.word(field, "")
    match field.type:
        case FieldType.CUSTOM:
            return _custom(given)
        case FieldType.MONEY:
            return _money(given)
        case FieldType.DAY | FieldType.MOMENT | FieldType.INSTANT:
            return _dated(given, getattr(clock, field.type.value))
    return values.word(field, _text(given))


def _flag(given: object) -> bool:
    if given is None or isinstance(given, bool):
        return bool(given)
    raise BadValue(f"{quoted(given)} is neither true nor false")


def _custom(given: object) -> dict[str, values.Scalar]:
    if isinstance(given, Mapping):
        return values.custom(given)
    raise BadValue("write an object of names and values")


def _money(given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return values.money(given)
    raise BadValue(f"{quoted(given)} is not a whole number of minor units")


def _dated(given: object, make: Callable[[date], object]) -> object:
    if isinstance(given, date):
        return make(given)
    text = _text(given)
    return make(read_iso(text)) if text.strip() else None


def _text(given: object) -> str:
    if isinstance(given, str):
        return given
    raise BadValue(f"{quoted(given)} is not a text")
