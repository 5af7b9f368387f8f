"""Dividing an assignment over the periods of its window, alone or with the whole tree below it. Nothing is written."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from paceline.domain import periods
from paceline.domain.calendar import Window
from paceline.domain.clash import ClashKind, Infeasible
from paceline.domain.margins import Column, Line, fill_tree
from paceline.domain.periods import Cut
from paceline.domain.shares import Allocation, Share
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.org import directory, reach
from paceline.org.checks import Checks
from paceline.org.models import Organization
from paceline.plan import draft, find, rules
from paceline.plan.draft import Draft, Row, named
from paceline.plan.held import names_of
from paceline.plan.models import OperationKind, Origin, Target
from paceline.plan.options import Reader, known_names
from paceline.plan.progress import past_window
from paceline.plan.shown import Style, style_of
from paceline.plan.standing import Place, Shares, Standing, shares_of
from paceline.plan.weights import histories

CUTS: Mapping[str, Cut] = {
    "month": Cut.MONTHS,
    "quarter": Cut.QUARTERS,
    "week": Cut.WEEKS,
    Cut.WEEKS_445.value: Cut.WEEKS_445,
    Cut.WEEKS_454.value: Cut.WEEKS_454,
    Cut.WEEKS_544.value: Cut.WEEKS_544,
}
LOCKED, EDITED = "locked, so kept", "edited by hand, so kept"
EQUAL, CUSTOM, SEASONAL = "equal", "custom", "seasonal"
# A season is taken from so many earlier years, unless said otherwise.
YEARS_DEFAULT = 3
YEARS_MAX = 10

METHODS = (EQUAL, CUSTOM, SEASONAL)
_NAMES = ("every", "method", "shares", "amounts", "whole_tree", "rounding", "years", "from_start")
_BY_HAND = frozenset({Origin.MANUAL.value, Origin.IMPORT.value})
_COLUMNS = frozenset({ClashKind.COLUMN_FIXED, ClashKind.COLUMNS_TOO_SMALL})


@dataclass(frozen=True, slots=True)
class PeriodOptions:
    """How a window is cut and divided; `shares` are per cent and `amounts` values, one for each period."""

    every: Cut = Cut.MONTHS
    method: str = EQUAL
    shares: Sequence[Fraction] = ()
    amounts: Sequence[int] = ()
    whole_tree: bool = False
    rounding: int = 1
    years: int = YEARS_DEFAULT
    from_start: bool | None = None


def read_periods(given: Mapping[str, Any]) -> PeriodOptions:
    """The options of generating periods, by the contract's names. Raises InvalidInput with every fault."""
    checks = Checks()
    known_names(checks, given, _NAMES)
    reader = Reader(checks, given)
    every, method = str(given.get("every", "month")), str(given.get("method", EQUAL))
    checks.choice("every", every, CUTS)
    checks.choice("method", method, METHODS)
    shares, amounts = _listed(checks, given, "shares"), _listed(checks, given, "amounts")
    if method == CUSTOM and bool(shares) == bool(amounts):
        checks.fault("shares", "give shares in per cent or amounts, one for each period")
    if method != CUSTOM and (shares or amounts):
        checks.fault("shares" if shares else "amounts", "goes with the method custom only")
    years = given.get("years", YEARS_DEFAULT)
    if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= YEARS_MAX:
        checks.fault("years", f"give a number from 1 to {YEARS_MAX}")
    options = PeriodOptions(
        CUTS.get(every, Cut.MONTHS),
        method,
        [reader.factor(f"shares[{place}]", each) for place, each in enumerate(shares)],
        [reader.value(f"amounts[{place}]", each) for place, each in enumerate(amounts)],
        bool(given.get("whole_tree", False)),
        reader.rounding(),
        years,
        given.get("from_start"),
    )
    checks.done()
    return options


def _listed(checks: Checks, given: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = given.get(name) or []
    if isinstance(found, list | tuple):
        return found
    checks.fault(name, "give a list, one for each period")
    return []


def draft_periods(scope: Scope, subject: Mapping[str, Any], options: Mapping[str, Any]) -> Draft:
    """What generating the periods of an assignment would do. Raises InvalidInput, NotFound, CannotDivide."""
    read = read_periods(options)
    assignment = find.assignment(scope, subject["assignment_id"])
    target = find.target(scope, assignment.target_id)
    shares = shares_of(scope, target.id)
    root = shares.by_id[assignment.id]
    organization = directory.own_organization(scope)
    windows = _windows(organization, root.place.window, read)
    style = style_of(organization, rules.definition(target.metric), scope.locale)
    names = names_of(scope)
    spread = _Spread(scope, target, root, shares, windows, read, style.trimmed([root.value, read.rounding]), names)
    return spread.draft()


def windows_of(scope: Scope, window: Window, every: str) -> list[Window]:
    """The periods that a window is cut into, by the name of the cut. Raises InvalidInput."""
    return _windows(directory.own_organization(scope), window, read_periods({"every": every}))


def _windows(organization: Organization, window: Window, options: PeriodOptions) -> list[Window]:
    """The periods: of the fiscal calendar, or from the window's own first day where that is none of the calendar's."""
    from_start = options.from_start
    if from_start is None:
        from_start = options.every in {Cut.MONTHS, Cut.QUARTERS} and window.start.day != 1
    try:
        found = periods.cut(
            window,
            options.every,
            fiscal_year_first_month=organization.fiscal_year_first_month,
            week_first_day=organization.week_first_day,
            from_start=from_start,
        )
    except ValueError as error:
        raise InvalidInput.at("from_start", str(error)) from None
    if len(found) == 1:
        raise InvalidInput.at("every", f"{window.start} to {window.last} is one period: nothing is to be divided")
    for name, given in (("shares", options.shares), ("amounts", options.amounts)):
        if given and len(given) != len(found):
            raise InvalidInput.at(name, f"give {len(found)}, one for each period from {found[0].start}")
    return found


@dataclass
class _Spread:
    """A root, and those below it, over the windows."""

    scope: Scope
    target: Target
    root: Standing
    shares: Shares
    windows: Sequence[Window]
    options: PeriodOptions
    style: Style
    names: Mapping[tuple[str, int], str]
    notes: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        found = self.shares.by_window()
        # For each window, what stands there.
        self.standing = [found.get(window, {}) for window in self.windows]

    def draft(self) -> Draft:
        """The rows: each assignee's periods in their order, down the tree."""
        below = self.shares.children()
        try:
            own = self._root_shares()
            cells = self._cells(own, below) if self.options.whole_tree else {}
        except Infeasible as infeasible:
            draft.refuse([(self._name(self.root), infeasible)], self.style)
            raise
        rows = [self._root_row(number, own.shares[number]) for number in range(len(self.windows))]
        rows += self._rows_below(below, cells) if cells else self._taken_in(below)
        rows = self._without_oneself(rows)
        self._note_kept(rows)
        made, _ = draft.with_unallocated(rows, self.shares, None)
        return Draft(OperationKind.PERIODS, self.target, self.shares, made, self.root.id, self.notes, own.unallocated)

    def _root_shares(self) -> Allocation[Window]:
        options, value, rounding = self.options, self.root.value, self.options.rounding
        kept = {self.windows[number]: held for number, held in self._kept(self.root).items()}
        if options.amounts:
            return periods.split_by_amounts(value, dict(zip(self.windows, options.amounts, strict=True)), kept=kept)
        if options.shares:
            shares = {window: each / 100 for window, each in zip(self.windows, options.shares, strict=True)}
            return periods.split_by_shares(value, shares, kept=kept, rounding=rounding)
        if options.method == SEASONAL:
            return periods.split_by_season(value, self._season(), kept=kept, rounding=rounding)
        return periods.split(value, self.windows, kept=kept, rounding=rounding)

    def _season(self) -> Mapping[Window, int | None]:
        """What the metric came to in the same periods of earlier years; those years added up."""
        assignee = self.root.place.assignee
        found = dict.fromkeys(self.windows, 0)
        for year in range(1, self.options.years + 1):
            past = [past_window(window, year) for window in self.windows]
            read = histories(self.scope, self.target.measured_by, past, [assignee])
            for window, known in zip(self.windows, read, strict=True):
                found[window] += int(known.get(assignee, 0))
        if not any(found.values()):
            self.notes.append("earlier years have nothing in these periods, so each gets the same")
        return dict(found)

    def _kept(self, each: Standing) -> dict[int, int]:
        """The values of the periods that stay as they are, by number: locked, or edited by hand."""
        found = ((number, held.get(each.place.assignee)) for number, held in enumerate(self.standing))
        return {number: held.value for number, held in found if held is not None and _is_kept(held)}

    def _cells(self, own: Allocation[Window], below: Mapping[int, Sequence[Standing]]) -> dict[int, list[int]]:
        """The values of everyone below by id, so that both margins are met; the columns where what is kept allows."""
        lines = {
            unit: [self._line(each) for each in children]
            for unit, children in below.items()
            if self.shares.by_id[unit].place.window == self.root.place.window
        }
        columns = [Column(f"{each.key.start} to {each.key.last}", each.value) for each in own.shares]
        try:
            return fill_tree(self.root.id, columns, lines)
        except Infeasible as infeasible:
            if not {clash.kind for clash in infeasible.clashes} <= _COLUMNS:
                raise
            said = infeasible.words(self.style.number)
            self.notes.append(f"what is kept does not let every period add up: {said}")
            return fill_tree(self.root.id, columns, lines, lenient=True)

    def _line(self, each: Standing) -> Line[int]:
        return Line(each.id, self._name(each), each.value, self._kept(each))

    def _tree(self, below: Mapping[int, Sequence[Standing]]) -> Iterator[tuple[Standing, int, Standing]]:
        """Everyone below the root with depth and parent, each followed by those below it."""
        waiting = [(each, 1, self.root) for each in self._by_name(below.get(self.root.id, ()))[::-1]]
        while waiting:
            each, depth, parent = waiting.pop()
            yield each, depth, parent
            waiting += [(child, depth + 1, each) for child in self._by_name(below.get(each.id, ()))[::-1]]

    def _by_name(self, standing: Sequence[Standing]) -> list[Standing]:
        return sorted(standing, key=lambda each: (self._name(each), each.id))

    def _root_row(self, number: int, share: Share[Window]) -> Row:
        above, why = self._above_root(share.key), share.reason.words(self.style.number, self.style.point)
        place = Place(self.root.place.assignee, share.key)
        held = self.standing[number].get(place.assignee)
        return _row(held, place, self._name(self.root), 0, above, share.value, why)

    def _rows_below(self, below: Mapping[int, Sequence[Standing]], cells: Mapping[int, Sequence[int]]) -> Iterator[Row]:
        places = {self.root.id: self._places(self.root)}
        for each, depth, parent in self._tree(below):
            places[each.id] = own = self._places(each)
            name, why = self._name(each), f"{self.style.number(each.value)} by the periods of {self._name(parent)}"
            for place, above, value, standing in zip(
                own, places[parent.id], cells[each.id], self.standing, strict=True
            ):
                yield _row(standing.get(place.assignee), place, name, depth, above, value, why)

    def _places(self, each: Standing) -> list[Place]:
        return [Place(each.place.assignee, window) for window in self.windows]

    def _above_root(self, window: Window) -> Place | None:
        """The nearest share above the root that has the same period."""
        at = self.root
        while at.parent_id is not None and at.parent_id in self.shares.by_id:
            at = self.shares.by_id[at.parent_id]
            place = Place(at.place.assignee, window)
            if self.shares.at(place) is not None:
                return place
        return None

    def _taken_in(self, below: Mapping[int, Sequence[Standing]]) -> Iterator[Row]:
        """The periods that were there of those below: they stay as they are, now under the nearest above them."""
        for each, depth, parent in self._tree(below) if any(self.standing) else ():
            for number, standing in enumerate(self.standing):
                held = standing.get(each.place.assignee)
                if held is None or held.is_deleted:
                    continue
                above = Place(self._nearest(parent, number).place.assignee, held.place.window)
                if above != self.shares.parent_place(held):
                    why = "stays as it is, now below"
                    yield Row(held, held.place, self._name(each), depth, above, held.value, why, held.is_locked)

    def _nearest(self, at: Standing, number: int) -> Standing:
        """The nearest that has the period: at last the root, which gets it."""
        while at.id != self.root.id and at.parent_id is not None:
            held = self.standing[number].get(at.place.assignee)
            if held is not None and not held.is_deleted:
                break
            at = self.shares.by_id[at.parent_id]
        return at

    def _without_oneself(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows, of which those below the root that are the actor's own stay as they are."""
        own = {row.place for row in rows if row.depth and row.before != row.after} & {
            Place(each, window) for each in reach.kept_from(self.scope) for window in self.windows
        }
        if own:
            self.notes.append("your own periods stay as they are, for somebody above you")
        return [row for row in rows if row.place not in own]

    def _note_kept(self, rows: Sequence[Row]) -> None:
        kept: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row.why in {LOCKED, EDITED}:
                kept[row.why].append(f"{row.name} {row.place.window.start}")
        for why, said in kept.items():
            self.notes.append(f"{why}, {len(said)}: {named(said)}")

    def _name(self, each: Standing) -> str:
        return self.names[each.place.assignee]


def _row(held: Standing | None, place: Place, name: str, depth: int, above: Place | None, value: int, why: str) -> Row:
    if held is None or held.is_deleted:
        return Row(held, place, name, depth, above, value, why)
    if _is_kept(held):
        why = LOCKED if held.is_locked else EDITED
    return Row(held, place, name, depth, above, value, why, held.is_locked)


def _is_kept(held: Standing) -> bool:
    """Whether a period stays as it is."""
    return not held.is_deleted and (held.is_locked or held.origin in _BY_HAND)
