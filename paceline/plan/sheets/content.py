"""What the lines of a spreadsheet say of a plan: every fault by its cell, and nothing guessed."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from paceline.domain.calendar import Window
from paceline.domain.money import parse_amount
from paceline.errors import Fault, InvalidInput
from paceline.facts.sums import Assignee
from paceline.org.names import did_you_mean, folded, listed
from paceline.plan.actions.targets import VALUE_MAX
from paceline.plan.find import ORGANIZATION
from paceline.plan.models import AssigneeKind
from paceline.plan.sheets import columns
from paceline.plan.sheets.plan import Plan
from paceline.plan.sheets.reading import Line

# More are not read by anybody.
FAULTS_MAX = 100
SHOWN_CHARACTERS_MAX = 60

_NUMBER = re.compile(r"(-?[0-9]{1,18})(?:\.([0-9]{1,18}))?")
_ID = re.compile(r"id:([0-9]{1,18})")
_WORDS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


class Cell(NamedTuple):
    """What the file says of one share; None is what it leaves as it is. `column` is the heading it stands under."""

    row: int
    column: str
    assignee: Assignee
    window: Window
    value: int | None
    is_locked: bool | None


class Row(NamedTuple):
    """What the file says of an assignee besides the shares."""

    number: int
    parent: str
    version: int | None


@dataclass(slots=True)
class Content:
    """A file laid against a plan; `blank` are headings of cells left blank where there is a share."""

    cells: list[Cell] = field(default_factory=list[Cell])
    rows: dict[Assignee, Row] = field(default_factory=dict[Assignee, Row])
    blank: list[str] = field(default_factory=list[str])


def read_content(plan: Plan, lines: Sequence[Line]) -> Content:
    """All that the file says. Raises InvalidInput with every fault, by row and column."""
    reader = _Reader(plan, lines[0])
    for line in lines[1:]:
        reader.take(line)
    faults = reader.faults
    if not lines[1:]:
        faults.append(Fault("file", "has a header and no rows"))
    if len(faults) > FAULTS_MAX:
        faults[FAULTS_MAX:] = [Fault("file", f"and {len(faults) - FAULTS_MAX:,} more faults like these")]
    if faults:
        raise InvalidInput(faults)
    return reader.content


class _Reader:
    """The header, and then line by line."""

    def __init__(self, plan: Plan, header: Line) -> None:
        self.plan, self.content = plan, Content()
        self.faults: list[Fault] = []
        self.names: dict[int, str] = {}
        self.windows: dict[int, Window] = {}
        self._take_header(header)
        self._emails = {folded(email): number for number, email in plan.emails.items() if email}
        self._by_name: dict[tuple[str, str], list[Assignee]] = defaultdict(list)
        for kind, number in plan.names:
            self._by_name[kind, folded(plan.names[kind, number])].append(Assignee(kind, number))

    def _fault(self, row: int, column: str, message: str) -> None:
        self.faults.append(Fault(f"row {row}, {column}", message))

    def _take_header(self, header: Line) -> None:
        for place, text in enumerate(header.cells):
            name, window = text.strip(), columns.window_of(text.strip())
            if not name:
                continue
            if window is not None:
                fault = self._window_fault(window)
                self.windows[place] = window
            else:
                name = name.casefold()
                fault = "" if name in columns.NAMES else _strange(text, columns.NAMES)
            if name in self.names.values():
                fault = "this column is there twice"
            if header.bad.get(place) or fault:
                self._fault(header.number, text[:SHOWN_CHARACTERS_MAX], header.bad.get(place) or fault)
            self.names[place] = name
        there = set(self.names.values())
        if columns.KIND not in there or not there & {columns.NAME, columns.REFERENCE}:
            self._fault(header.number, columns.KIND, "the header needs the column kind, and name or reference")
        if columns.VALUE not in there and not self.windows:
            self._fault(header.number, columns.VALUE, "the header needs the column value, or one for a period")
        if self.faults:
            # Every row would repeat them.
            raise InvalidInput(self.faults[:FAULTS_MAX])

    def _window_fault(self, window: Window) -> str:
        whole = self.plan.whole
        if window == whole:
            return "is the whole window, whose column is value"
        inside = whole.start <= window.start and window.end <= whole.end
        return "" if inside else f"is not inside the target's window, {columns.heading(whole)}"

    def take(self, line: Line) -> None:
        """One row."""
        texts: dict[str, str] = dict.fromkeys(columns.NAMES, "")
        for place, text in enumerate(line.cells):
            if place in self.names:
                texts[self.names[place]] = text.strip()
            elif text.strip():
                self._fault(line.number, f"column {place + 1}", "is below no heading")
        for place, message in line.bad.items():
            self._fault(line.number, self.names.get(place, f"column {place + 1}"), message)
        if line.bad:
            return
        assignee = self._assignee(line.number, texts)
        if assignee is None:
            return
        if assignee in self.content.rows:
            first = self.content.rows[assignee].number
            self._fault(line.number, columns.NAME, f"{self.plan.word(assignee)} has row {first} already")
            return
        version = self._whole_number(line.number, columns.VERSION, texts)
        self.content.rows[assignee] = Row(line.number, texts[columns.PARENT], version)
        self._check_known(line.number, assignee, texts)
        self.content.cells += self._cells(line.number, assignee, texts)

    def _assignee(self, row: int, texts: dict[str, str]) -> Assignee | None:
        """Whose row it is; None with its fault noted."""
        kind, name, reference = texts[columns.KIND].casefold(), texts[columns.NAME], texts[columns.REFERENCE]
        if kind not in AssigneeKind.values:
            self._fault(row, columns.KIND, _strange(texts[columns.KIND], sorted(AssigneeKind.values)))
            return None
        if kind == ORGANIZATION.kind:
            return ORGANIZATION
        if reference:
            return self._by_reference(row, kind, name, reference)
        found = self._by_name.get((kind, folded(name)), [])
        if len(found) == 1:
            return found[0]
        if found:
            words = listed(sorted(self.plan.reference(each) for each in found), "or")
            self._fault(row, columns.NAME, f"{len(found)} people have this name: give the reference {words}")
            return None
        known = [self.plan.names[each] for each in self.plan.names if each[0] == kind]
        near = did_you_mean(name, known)
        self._fault(
            row, columns.NAME, f"there is no {kind} {_shown(name)}{near}" if name else "give a name or a reference"
        )
        return None

    def _by_reference(self, row: int, kind: str, name: str, reference: str) -> Assignee | None:
        by_id = _ID.fullmatch(reference)
        number = int(by_id[1]) if by_id else self._emails.get(folded(reference)) if kind == "person" else None
        if number is None or (kind, number) not in self.plan.names:
            self._fault(row, columns.REFERENCE, f"there is no {kind} {_shown(reference)}")
            return None
        held = self.plan.names[kind, number]
        if name and folded(name) != folded(held):
            message = f"{_shown(reference)} is {_shown(held)}, not {_shown(name)}: mend one of the two, or blank it"
            self._fault(row, columns.REFERENCE, message)
            return None
        return Assignee(kind, number)

    def _check_known(self, row: int, assignee: Assignee, texts: dict[str, str]) -> None:
        """Columns that say what is so, and cannot be changed here."""
        plan, unit, parent = self.plan, texts[columns.UNIT], texts[columns.PARENT]
        if unit and folded(unit) != folded(plan.unit):
            self._fault(row, columns.UNIT, f"the target is in {plan.unit}, not {_shown(unit)}")
        number, given = self._whole_number(row, columns.ASSIGNMENT_ID, texts), self.content.rows[assignee].version
        if given is not None and given != plan.versions.get(assignee):
            # What was moved or taken away since the export is told as such, with who did it.
            return
        if parent and assignee in plan.own and folded(parent) != folded(plan.parent(assignee)):
            above = plan.parent(assignee) or "nobody"
            self._fault(row, columns.PARENT, f"it stands under {above}; an import moves nobody: leave it, or blank it")
        whole = plan.share(assignee, plan.whole)
        if number is not None and (whole is None or whole.id != number):
            has = "none" if whole is None else f"number {whole.id}"
            message = f"{plan.word(assignee)} has {has} here, not {number}: blank the cell"
            self._fault(row, columns.ASSIGNMENT_ID, message)

    def _whole_number(self, row: int, column: str, texts: dict[str, str]) -> int | None:
        text = texts[column]
        if not text:
            return None
        if re.fullmatch("[0-9]{1,18}", text):
            return int(text)
        self._fault(row, column, f"{_shown(text)} is not a whole number: leave it as it was exported, or blank it")
        return None

    def _cells(self, row: int, assignee: Assignee, texts: dict[str, str]) -> Iterator[Cell]:
        """The shares that the row speaks of."""
        locked = self._locked_periods(row, texts)
        is_locked = self._is_locked(row, texts)
        places = [
            (columns.VALUE, self.plan.whole),
            *((self.names[place], each) for place, each in self.windows.items()),
        ]
        told = {window for _, window in places}
        places += [(columns.heading(each), each) for each in (locked or ()) if each not in told]
        for column, window in places:
            lock = is_locked if window == self.plan.whole else None if locked is None else window in locked
            value = self._value(row, column, texts.get(column, ""))
            is_there = self.plan.share(assignee, window) is not None
            if value is None and column in self.names.values() and is_there:
                self.content.blank.append(f"row {row}, {column}")
            if value is None and lock and not is_there:
                self._fault(row, column, "there is no share to be locked: give a value, too")
            elif value is not None or is_there:
                yield Cell(row, column, assignee, window, value, lock)

    def _is_locked(self, row: int, texts: dict[str, str]) -> bool | None:
        text = texts[columns.LOCKED]
        if text and text.casefold() not in _WORDS:
            self._fault(row, columns.LOCKED, f"{_shown(text)} is not yes or no")
        return _WORDS.get(text.casefold())

    def _locked_periods(self, row: int, texts: dict[str, str]) -> set[Window] | None:
        """The periods that are locked; None where the file does not speak of it."""
        if columns.LOCKED_PERIODS not in self.names.values():
            return None
        found: set[Window] = set()
        for each in texts[columns.LOCKED_PERIODS].split(columns.BETWEEN.strip()):
            window = columns.window_of(each.strip())
            if each.strip() and (window is None or self._window_fault(window)):
                message = f"{_shown(each.strip())} is not the heading of a period, such as 2026-01-01 to 2026-01-31"
                self._fault(row, columns.LOCKED_PERIODS, message)
            elif window is not None:
                found.add(window)
        return found

    def _value(self, row: int, column: str, text: str) -> int | None:
        if not text:
            return None
        try:
            return _exact(text, self.plan.style.exponent, self.plan.style.currency)
        except ValueError as error:
            self._fault(row, column, str(error))
            return None


def _exact(text: str, exponent: int, currency: str | None) -> int:
    """A value in the target's smallest unit; never rounded. Raises ValueError in words."""
    plain = _NUMBER.fullmatch(text)
    if plain is None:
        value = parse_amount(text, exponent=exponent, currency=currency)
    elif len((plain[2] or "").rstrip("0")) > exponent:
        unit = f"{exponent} decimals" if exponent else "whole numbers"
        raise ValueError(f"{_shown(text)} is finer than {unit}: round it")
    else:
        value = int(Decimal(text).scaleb(exponent))
    if value < 0:
        raise ValueError("give a value of zero or more")
    if value > VALUE_MAX:
        raise ValueError("is too large")
    return value


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN_CHARACTERS_MAX else f"{text[:SHOWN_CHARACTERS_MAX]}...")


def _strange(text: str, known: Sequence[str]) -> str:
    return f"{_shown(text)} is not {listed(known, 'or')}{did_you_mean(text, known)}"
