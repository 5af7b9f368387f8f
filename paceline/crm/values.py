"""What a single value of a record may be: every limit and its message, wherever the value came from."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from paceline.domain.record import (
    AMOUNT_MINOR_MAX,
    CUSTOM_CHARACTERS_MAX,
    KEY_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    Field,
    FieldType,
)
from paceline.org.places import currencies

# A message quotes what stood there: enough of it to be found again.
SHOWN_CHARACTERS_MAX = 60
# A whole number up to here is compared and summed in 64 bits, with room to spare.
NUMBER_MAX = 2**62 - 1
# A decimal number with no more digits than this is the same after it was stored as JSON.
NUMBER_DIGITS_MAX = 15

Scalar = str | int | float | bool | None

_HALVES = range(0xD800, 0xE000)
_UNKEEPABLE = {0: "\N{SYMBOL FOR NULL}", **dict.fromkeys(_HALVES, "\N{REPLACEMENT CHARACTER}")}


class BadValue(ValueError):
    """A value that no record may have. The message says why, and how to mend it."""


class BadElsewhere(BadValue):
    """A value that cannot be made because another one of its row is bad, which is said of that one."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What an organization's records have where they do not say: a currency (ISO 4217) and a time zone."""

    currency: str
    time_zone: ZoneInfo


def storable(text: str, characters_max: int) -> str:
    """The text as it can be stored and shown: without NULs and halves of characters, and cut to a length."""
    text = text if len(text) <= characters_max else text[: characters_max - 1] + "…"
    return text if text.isprintable() else text.translate(_UNKEEPABLE)


def quoted(text: object) -> str:
    """A value as messages quote it."""
    return f"'{storable(str(text), SHOWN_CHARACTERS_MAX)}'"


def text(value: str, characters_max: int = TEXT_CHARACTERS_MAX) -> str | None:
    """Text without outer blanks; None if nothing is left."""
    value = value.strip()
    if len(value) > characters_max or not value.isprintable():
        _check_text(value, characters_max)
    return value or None


def key(value: str) -> str | None:
    """A key or a name: as text, and shorter."""
    return text(value, KEY_CHARACTERS_MAX)


def required_key(value: str) -> str:
    """The key by which a record is known."""
    made = text(value, KEY_CHARACTERS_MAX)
    if made is None:
        raise BadValue("is blank, and every record needs its own id")
    return made


def _check_text(value: str, characters_max: int) -> None:
    if len(value) > characters_max:
        raise BadValue(f"{len(value):,} characters, where at most {characters_max:,} fit")
    check_characters(value)


def check_characters(value: str) -> None:
    """Refuse a text that holds what cannot be stored."""
    if "\0" in value:
        raise BadValue("holds a NUL character")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadValue("holds half of a character")


def money(minor: int) -> int:
    """An amount in minor units."""
    if not -AMOUNT_MINOR_MAX <= minor <= AMOUNT_MINOR_MAX:
        raise BadValue(f"the amount is beyond {AMOUNT_MINOR_MAX:,} minor units")
    return minor


def currency(code: str) -> str:
    """The ISO 4217 code of a currency that has minor units."""
    if code.strip().upper() not in currencies():
        raise BadValue(f"{quoted(code)} is not the ISO 4217 code of a currency, such as EUR")
    return code.strip().upper()


def choice(field: Field, value: str) -> str:
    """One of the field's choices, however it is capitalized."""
    if value.strip().lower() not in field.choices:
        raise BadValue(f"{quoted(value)} is none of {', '.join(field.choices)}")
    return value.strip().lower()


def word(field: Field, value: str) -> str | None:
    """The value of a field that holds a key, text, a choice or a currency; None if it is blank."""
    if field.required:
        return required_key(value)
    if not value or value.isspace():
        return None
    if field.type == FieldType.CURRENCY:
        return currency(value)
    if field.type == FieldType.CHOICE:
        return choice(field, value)
    if field.type == FieldType.KEY:
        return key(value)
    # A call is a call, however its source writes the word: metrics compare types as they are stored.
    return text(value.lower() if field.name == "type" else value)


def number(value: float) -> int | float:
    """A number of a custom field."""
    if abs(value) > NUMBER_MAX or not math.isfinite(value):
        raise BadValue(f"the number is beyond {NUMBER_MAX:,}")
    return value


def custom(values: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """A record's custom fields together; those that are None are cleared."""
    made = {_custom_name(name): _scalar(value) for name, value in values.items()}
    check_custom_size(made)
    return made


def check_custom_size(made: Mapping[str, object]) -> None:
    """Refuse custom fields that are together too long."""
    characters = len(json.dumps(made, ensure_ascii=False))
    if characters > CUSTOM_CHARACTERS_MAX:
        raise BadValue(f"the custom fields are {characters:,} characters, where at most {CUSTOM_CHARACTERS_MAX:,} fit")


def _custom_name(name: object) -> str:
    made = key(name) if isinstance(name, str) else None
    if made is None:
        raise BadValue("a custom field has no name")
    return made


def _scalar(value: object) -> Scalar:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (int, float)):
        return number(value)
    raise BadValue("a custom field holds text, a number, true, false or nothing")
