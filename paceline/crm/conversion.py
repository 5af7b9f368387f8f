"""From the text of a cell to a typed value, by the type of its field and the layout of the file."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from paceline.crm import values
from paceline.crm.layout import Layout
from paceline.crm.mapping import CustomType
from paceline.crm.times import Clock, reader
from paceline.crm.values import BadValue, quoted
from paceline.domain.money import parse_amount
from paceline.domain.record import Field, FieldType
from paceline.org.names import folded

# The days, stages, products and owners of a file repeat; beyond this many it starts afresh.
REMEMBERED_MAX = 10_000
# A longer cell hardly comes twice, and would make the memory dear.
REMEMBERED_CHARACTERS_MAX = 100

_Value = TypeVar("_Value")
Convert = Callable[[str], object]

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Remembered(dict[str, _Value]):
    """Converts a text by looking it up: only the first time, and after many others, is it worked out."""

    def __init__(self, convert: Callable[[str], _Value]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> _Value:
        value = self._convert(text)
        if len(self) >= REMEMBERED_MAX:
            self.clear()
        if len(text) <= REMEMBERED_CHARACTERS_MAX:
            self[text] = value
        return value


def remembered(convert: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """The same conversion, quick for texts that repeat."""
    return Remembered(convert).__getitem__


def converter(field: Field, layout: Layout, clock: Clock) -> Convert:
    """Converts the cells of a standard field, except amounts. It raises BadValue.

    Blank is None, and false for a flag.
    """
    match field.type:
        case FieldType.DAY | FieldType.MOMENT | FieldType.INSTANT:
            return remembered(partial(dated, reader(layout.dates), getattr(clock, field.type.value)))
        case FieldType.FLAG:
            return remembered(lambda text: bool(flag(text)))
    # Ids and names are each another one: remembering them would cost more than it saves.
    if field.name == "external_id":
        return values.required_key
    if field.name == "name":
        return values.text
    return remembered(partial(values.word, field))


def custom_converter(kind: CustomType, layout: Layout, clock: Clock) -> Convert:
    """Converts the cells of a custom field, except money, to JSON scalars. It raises BadValue."""
    match kind:
        case CustomType.DAY:
            return remembered(partial(_written_day, partial(dated, reader(layout.dates), clock.day)))
        case CustomType.FLAG:
            return remembered(flag)
        case CustomType.NUMBER:
            return partial(number, decimal=layout.decimal)
    return remembered(values.text)


def translated(convert: Callable[[str], _Value], words: Mapping[str, str]) -> Callable[[str], _Value]:
    """The conversion after exchanging the words that a mapping lists."""
    return remembered(lambda text: convert(words.get(folded(text), text)))


def dated(read: Callable[[str], _Value], make: Callable[[_Value], object], text: str) -> object:
    """A day or time, read in the file's format and made fit for its field; None if blank."""
    return None if not text or text.isspace() else make(read(text))


def _written_day(convert: Convert, text: str) -> str | None:
    day = convert(text)
    return None if day is None else str(day)


def flag(text: str) -> bool | None:
    """True or false, None if blank."""
    word = text.strip().lower()
    if word and word not in _FLAGS:
        raise BadValue(f"{quoted(text)} is none of true, false, yes, no, 1, 0")
    return _FLAGS.get(word)


def amount(text: str, currency: tuple[str, int], decimal: str) -> int | None:
    """Minor units of the currency, given with its exponent; None if blank."""
    if not text or text.isspace():
        return None
    code, exponent = currency
    return parse_amount(text, exponent=exponent, decimal=decimal, currency=code)


def number(text: str, decimal: str) -> int | float | None:
    """A whole or decimal number, exactly as written; None if blank."""
    text = text.strip()
    if not text:
        return None
    shape = re.fullmatch(rf"([+-]?)([0-9]{{1,19}})(?:[{decimal}]([0-9]{{1,15}}))?", text)
    if shape is None:
        raise BadValue(f"{quoted(text)} is not a number such as 1234{decimal}5")
    sign, whole, rest = shape.groups()
    if rest is None:
        return values.number(int(sign + whole))
    if len(whole.lstrip("0") + rest) > values.NUMBER_DIGITS_MAX:
        raise BadValue(f"{quoted(text)} has more than {values.NUMBER_DIGITS_MAX} digits")
    return values.number(float(f"{sign}{whole}.{rest}"))
