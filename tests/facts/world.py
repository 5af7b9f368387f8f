"""The small world of the drawn stories: few people, records, words and days, so that they meet often."""

from datetime import date, datetime
from functools import cache

from paceline.domain.record import FIELDS, Field, FieldType, Module, field
from tests.facts.cast import EVE, HUNTERS, PARTNERS, ROSA, SALES, SAM, TARIQ, at, on

PEOPLE = (ROSA, TARIQ, SAM, EVE)
UNITS = (("department", SALES), ("department", PARTNERS), ("team", HUNTERS))
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati", "UTC")
CURRENCIES = ("EUR", "USD", "JPY")
SOURCES = ("crm", "crm", "crm", "sheet")
# Words that people come to be known by, and lose again.
WORDS = ("sam", "Sam ", "eve", "E-3", "None")
DAYS = [on(number) for number in range(-3, 41)]
TEXTS = ("East", "east", "call", "meeting", "None")
CUSTOM_NAMES = ("size", "due", "po'int\"s%")
_CUSTOM_DAYS = ("2025-01-10", "2025-01-20", "2025-02-28", "2025-02-29", "2025-1-3", "1899-12-31", "2200-01-01", "soon")
CUSTOM = (5, "5", True, 0, -3, 5.0, 5.5, 7, 10**15, 10**18, 1e22, "Big", *_CUSTOM_DAYS)

_MOMENTS: list[date] = [*DAYS, *(at(number, hour) for number in range(-3, 41) for hour in (0, 7, 10, 22, 23))]
_CHANGED: list[datetime] = [at(number) for number in range(7)]


@cache
def values(module: Module, name: str) -> list[object]:
    """What a field of a written record may be; what is here twice comes twice as often."""
    each = field(module, name)
    assert each is not None
    made = _set_values(each)
    # A tenth is blank; a record cannot be without its id.
    return made if each.required else [*made, *([None] * (len(made) // 9 + 1))]


def fields(module: Module) -> list[str]:
    """The names of the fields that a record may be written without."""
    return [each.name for each in FIELDS[module] if not each.required]


def _set_values(each: Field) -> list[object]:
    by_type: dict[FieldType, list[object]] = {
        FieldType.CHOICE: [*each.choices, *each.choices[1:2] * 2],
        FieldType.CURRENCY: [*CURRENCIES, "EUR"],
        FieldType.CUSTOM: _customs(),
        FieldType.DAY: list(DAYS),
        FieldType.FLAG: [False, False, True],
        FieldType.INSTANT: list(_CHANGED),
        FieldType.MOMENT: list(_MOMENTS),
        FieldType.MONEY: [0, 1, -1, 150, 151, 333, 99_999, 123_457, -70_001, 10**15],
        FieldType.TEXT: list(TEXTS),
    }
    if each.name == "type":
        return ["call", "meeting", "east"]
    if each.type != FieldType.KEY:
        return by_type[each.type]
    return ["r1", "r2", "r3", "r4"] if each.name == "external_id" else [*WORDS, "Rosa", "tariq", "nobody"]


def _customs() -> list[object]:
    """Custom fields: each value under a name that it may suit, and pairs of them; None clears one."""
    places = [*CUSTOM, None]
    return [
        {CUSTOM_NAMES[place % 3]: value, CUSTOM_NAMES[(place + skip) % 3]: places[(place * skip) % len(places)]}
        for place, value in enumerate(places)
        for skip in (1, 2, 3)
    ]
