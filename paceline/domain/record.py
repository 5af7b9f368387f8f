"""What a CRM record is made of: the three modules and their fields."""

from dataclasses import dataclass
from enum import StrEnum

# An amount beyond ten trillion in major units is a mistyped one; the bound also keeps every
# total of an organization inside a 64-bit integer.
AMOUNT_MINOR_MAX = 10**15
# Keys and names are shown in tables and indexed: a longer one is a misplaced column.
KEY_CHARACTERS_MAX = 200
TEXT_CHARACTERS_MAX = 1_000
# A record's custom fields together, as JSON text.
CUSTOM_CHARACTERS_MAX = 20_000


class Module(StrEnum):
    """A kind of CRM record."""

    DEALS = "deals"
    LEADS = "leads"
    TASKS = "tasks"


class FieldType(StrEnum):
    """How a field's value is read, checked and compared.

    `day` is a calendar day; `moment` is a time with zone, or a day where the source knows no time;
    `instant` is always a time with zone; `choice` is one of the field's choices.
    """

    CHOICE = "choice"
    CURRENCY = "currency"
    CUSTOM = "custom"
    DAY = "day"
    FLAG = "flag"
    INSTANT = "instant"
    KEY = "key"
    MOMENT = "moment"
    MONEY = "money"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One standard field of a module."""

    name: str
    type: FieldType
    choices: tuple[str, ...] = ()
    required: bool = False


_FIRST = (
    Field("external_id", FieldType.KEY, required=True),
    Field("name", FieldType.TEXT),
    Field("owner", FieldType.KEY),
    Field("created", FieldType.MOMENT),
)
_LAST = (
    Field("modified", FieldType.INSTANT),
    Field("deleted", FieldType.FLAG),
    Field("custom", FieldType.CUSTOM),
)

FIELDS: dict[Module, tuple[Field, ...]] = {
    Module.DEALS: (
        *_FIRST,
        Field("amount", FieldType.MONEY),
        Field("currency", FieldType.CURRENCY),
        Field("status", FieldType.CHOICE, ("open", "won", "lost")),
        Field("stage", FieldType.TEXT),
        Field("pipeline", FieldType.TEXT),
        Field("product", FieldType.TEXT),
        Field("region", FieldType.TEXT),
        Field("expected_close", FieldType.DAY),
        Field("closed", FieldType.MOMENT),
        *_LAST,
    ),
    Module.LEADS: (
        *_FIRST,
        Field("status", FieldType.CHOICE, ("open", "qualified", "disqualified")),
        Field("stage", FieldType.TEXT),
        Field("pipeline", FieldType.TEXT),
        Field("lead_source", FieldType.TEXT),
        Field("region", FieldType.TEXT),
        Field("qualified", FieldType.MOMENT),
        *_LAST,
    ),
    Module.TASKS: (
        *_FIRST,
        Field("status", FieldType.CHOICE, ("open", "completed", "cancelled")),
        Field("type", FieldType.TEXT),
        Field("completed", FieldType.MOMENT),
        *_LAST,
    ),
}


def field(module: Module, name: str) -> Field | None:
    """The standard field of that name, or None."""
    return next((each for each in FIELDS[module] if each.name == name), None)
