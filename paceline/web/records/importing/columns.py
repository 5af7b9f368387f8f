"""Telling what the columns of a file mean: every choice is shown on what stands in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from paceline.crm.conversion import custom_converter
from paceline.crm.files import choosing, guessing, profile
from paceline.crm.files.choosing import CUSTOM
from paceline.crm.files.profile import Column
from paceline.crm.layout import DECIMALS, Layout
from paceline.crm.mapping import CustomType
from paceline.crm.models import Import
from paceline.crm.times import Dates, reader
from paceline.domain.money import parse_amount
from paceline.domain.record import FIELDS, FieldType, Module
from paceline.domain.record import field as standard_field
from paceline.errors import Fault
from paceline.org.places import currencies, currency_exponent
from paceline.web.formats import Figures
from paceline.web.page import Page
from paceline.web.records.shown import label

DATE_WORDS = {
    Dates.ISO: "year first: 2026-01-31",
    Dates.DAY_FIRST: "day first: 31/01/2026",
    Dates.MONTH_FIRST: "month first: 01/31/2026",
}
DECIMAL_WORDS = {".": "a point: 1,234.50", ",": "a comma: 1.234,50"}
DELIMITER_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_CUSTOM_WORDS = {
    CustomType.TEXT: "text",
    CustomType.NUMBER: "number",
    CustomType.DAY: "day",
    CustomType.FLAG: "yes or no",
    CustomType.MONEY: "money",
}
_DATES = {FieldType.DAY, FieldType.MOMENT, FieldType.INSTANT}
# The fields whose words are given a meaning.
_WORDED = ("status", "stage", "type")


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands in a cell, what it is read as where that differs, and why it cannot be read."""

    text: str
    read: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A column with the field that is chosen for it."""

    place: int
    name: str
    field: str
    filled: int
    samples: list[Sample]
    is_guessed: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that repeats, and what it means."""

    place: int
    text: str
    meant: str


class Choices:
    """The choices of an import as they stand, or as a form just sent them."""

    def __init__(self, page: Page, made: Import) -> None:
        self.page, self.made, self.module = page, made, Module(made.module)
        self.columns = profile.read(made.profile)
        self.given: dict[str, Any] = self._sent() if page.is_posted else dict(made.choices)

    @property
    def fields(self) -> dict[str, str]:
        """The chosen field of each column."""
        return self.given.get("fields", {})

    @property
    def by_field(self) -> dict[str, Column]:
        """The columns by the field they give."""
        return {name: each for each in self.columns if (name := self.fields.get(each.name, ""))}

    def options(self) -> list[tuple[str, str]]:
        """The fields to choose from."""
        return [(each.name, label(each.name)) for each in FIELDS[self.module] if each.type != FieldType.CUSTOM]

    def custom_options(self) -> list[tuple[str, str]]:
        """The kinds of fields of one's own."""
        return [(f"{CUSTOM}{kind}", words) for kind, words in _CUSTOM_WORDS.items()]

    def told(self) -> list[Told]:
        """The columns in their order."""
        names = [each.name for each in self.columns]
        guess = guessing.fields(self.module, self.columns)
        return [
            Told(
                place,
                each.name,
                self.fields.get(each.name, ""),
                each.filled,
                [self._sample(each, text) for text in each.samples],
                bool(self.fields.get(each.name)) and guess.get(each.name) == self.fields.get(each.name),
                _unusable(names, each.name),
            )
            for place, each in enumerate(self.columns)
        ]

    @property
    def dates(self) -> list[dict[str, Any]] | None:
        """The ways of writing days, those that fit marked; None where the file has no written days."""
        ways, written = self._ways(days=True)
        return [self._way(each, DATE_WORDS[each], ways, "dates", written) for each in Dates] if written else None

    @property
    def decimals(self) -> list[dict[str, Any]] | None:
        """The decimal signs; None where the file has no written amounts."""
        ways, written = self._ways(days=False)
        return (
            [self._way(each, DECIMAL_WORDS[each], ways, "decimal", written) for each in DECIMALS] if written else None
        )

    @property
    def is_undecided(self) -> bool:
        """Whether the file leaves open how its days are written, and nobody has said it."""
        ways, written = self._ways(days=True)
        return bool(written) and not self.given.get("dates") and len(ways) != 1

    def words(self) -> list[dict[str, Any]]:
        """The words that are given a meaning, by field."""
        made: list[dict[str, Any]] = []
        for name in _WORDED:
            column = self.by_field.get(name)
            if column is None or column.words is None or not self._means(name):
                continue
            status = standard_field(self.module, "status")
            meant = self.given.get("words", {}).get(name, {})
            words = [Word(place, word, meant.get(word, "")) for place, word in enumerate(guessing.repeated(column))]
            listed = ("call", "meeting", "email") if name == "type" else status.choices if status else ()
            made.append({"field": name, "column": column.name, "words": words, "choices": listed})
        return made

    @property
    def constants(self) -> list[dict[str, Any]]:
        """What all rows have that no column gives."""
        held, given = self.by_field, self.given.get("constants", {})
        made: list[dict[str, Any]] = []
        status = standard_field(self.module, "status")
        if "status" not in held and not choosing.tells_status(self.module, held):
            made.append(
                _constant("status", given, [(each, each) for each in (status.choices if status else ())], "open")
            )
        if "amount" in held and "currency" not in held:
            own = self.page.organization.currency
            made.append(_constant("currency", given, [(each, each) for each in sorted(currencies())], own))
        return made

    @property
    def closing(self) -> str:
        """The field of the closing day, where it can be bound to what is over."""
        day = {Module.DEALS: "closed", Module.LEADS: "qualified", Module.TASKS: "completed"}[self.module]
        return day if day in self.by_field and self.by_field.keys() & {"status", "stage"} else ""

    def faults(self) -> list[Fault]:
        """What is to be chosen still."""
        made: list[Fault] = []
        if "external_id" not in self.by_field:
            made.append(Fault("Id", "choose the column that holds each record's own id"))
        if self.is_undecided:
            made.append(Fault("Days", "say in which order they are written: the file leaves it open"))
        return made

    def _sent(self) -> dict[str, Any]:
        sent = self.page.request.POST
        known = {name for name, _ in (*self.options(), *self.custom_options())}
        fields: dict[str, str] = {}
        for place, each in enumerate(self.columns):
            name = sent.get(f"field_{place}", "")
            if name in known and each.name and (name.startswith(CUSTOM) or name not in fields.values()):
                fields[each.name] = name
        made: dict[str, Any] = {**self.made.choices, "fields": fields}
        made["dates"] = sent.get("dates", "") if sent.get("dates") in set(Dates) else ""
        made["decimal"] = sent.get("decimal") if sent.get("decimal") in DECIMALS else "."
        made["constants"] = {name: sent[name] for name in ("status", "currency") if sent.get(name)}
        if "has_done_only" in sent:
            made["is_done_only"] = "is_done_only" in sent
        self.given = made
        ways, written = self._ways(days=True)
        if written and not made["dates"] and len(ways) == 1:
            made["dates"] = ways[0]
        made["words"] = {name: self._sent_words(sent, name) for name in _WORDED if name in self.by_field}
        made.pop("as_before", None)
        return made

    def _sent_words(self, sent: Mapping[str, Any], name: str) -> dict[str, str]:
        """What was sent of the words, and a guess where the column was chosen only now."""
        column = self.by_field[name]
        if sent.get(f"words_{name}") != column.name:
            return guessing.types(column) if name == "type" else guessing.words(self.module, column)
        return {word: sent.get(f"word_{name}_{place}", "") for place, word in enumerate(guessing.repeated(column))}

    def _means(self, name: str) -> bool:
        return name != "stage" or choosing.tells_status(self.module, self.by_field)

    def _kind(self, column: Column) -> FieldType | CustomType | None:
        name = self.fields.get(column.name, "")
        if name.startswith(CUSTOM):
            return CustomType(name.removeprefix(CUSTOM))
        found = standard_field(self.module, name)
        return found.type if found else None

    def _ways(self, *, days: bool) -> tuple[list[str], list[Column]]:
        """The ways that all written columns fit, and these columns."""
        kinds = {*_DATES, CustomType.DAY} if days else {FieldType.MONEY, CustomType.MONEY, CustomType.NUMBER}
        written = [each for each in self.columns if self._kind(each) in kinds and each.tried]
        found = guessing.layout(self.columns, self.given, self.module)
        return found[0 if days else 1], written

    def _way(self, way: str, words: str, ways: Sequence[str], name: str, written: list[Column]) -> dict[str, Any]:
        undecided = next((each.undecided for each in written if each.undecided), "") if name == "dates" else ""
        read = self._day(undecided, way) if undecided and way in ways else ""
        chosen = self.given.get(name) == way
        return {"value": way, "words": words, "fits": way in ways, "chosen": chosen, "sample": undecided, "read": read}

    def _sample(self, column: Column, text: str) -> Sample:
        kind = self._kind(column)
        try:
            return Sample(text, self._read(column, kind, text))
        except ValueError as error:
            return Sample(text, fault=str(error))

    def _read(self, column: Column, kind: FieldType | CustomType | None, text: str) -> str:
        if kind in _DATES or kind == CustomType.DAY:
            way = self.given.get("dates") or (Dates.ISO.value if not column.tried else "")
            return self._day(text, Dates.ISO if column.typed and _is_iso(text) else way) if way else ""
        decimal = self.given.get("decimal") or "."
        # A workbook's numbers are what they are.
        sign = decimal if column.tried else "."
        if kind in {FieldType.MONEY, CustomType.MONEY}:
            code = self.given.get("constants", {}).get("currency") or self.page.organization.currency
            # Another currency may be in a column: the sign is left out where it is.
            exponent = currency_exponent(code)
            shown = Figures(self.page.locale, None if "currency" in self.by_field else code, exponent)
            return shown.exact(parse_amount(text, exponent=exponent, decimal=sign))
        if isinstance(kind, CustomType) and kind in {CustomType.NUMBER, CustomType.FLAG}:
            made = custom_converter(kind, Layout(decimal=sign), None)(text)  # pyright: ignore[reportArgumentType] - no day
            return ("yes" if made else "no") if isinstance(made, bool) else str(made)
        return ""

    def _day(self, text: str, way: str) -> str:
        made = reader(Dates(way))(text)
        if isinstance(made, datetime):
            return f"{self.page.day(made.date())}, {made:%H:%M}"
        return self.page.day(made) if isinstance(made, date) else ""


def _is_iso(text: str) -> bool:
    try:
        reader(Dates.ISO)(text)
    except ValueError:
        return False
    return True


def _constant(name: str, given: Mapping[str, str], listed: list[tuple[str, str]], otherwise: str) -> dict[str, Any]:
    return {"field": name, "label": label(name), "options": listed, "value": given.get(name) or otherwise}


def _unusable(names: Sequence[str], name: str) -> str:
    if not name:
        return "has no name, so nothing can be said of it"
    return "stands here more than once: give each column a name of its own" if names.count(name) > 1 else ""
