"""A target's plan as the rows of a spreadsheet: one for each assignee, with a column for each period."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

from paceline.domain.access import Permission
from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.org.models import Person
from paceline.plan import rules
from paceline.plan.held import Held, held, names_of
from paceline.plan.models import Target
from paceline.plan.order import in_tree_order
from paceline.plan.sheets import columns
from paceline.plan.sheets.writing import Cell
from paceline.plan.shown import style_of

# Index: plan_assignment_once for those of the target, plan_assignment_value_once for the changes of each.
_VERSIONS: LiteralString = """
    SELECT a.assignee_kind, a.assignee_id, max(v.id)
    FROM plan_assignment a JOIN plan_assignment_value v ON v.org_id = a.org_id AND v.assignment_id = a.id
    WHERE a.org_id = %(org_id)s AND a.target_id = %(target_id)s
    GROUP BY a.assignee_kind, a.assignee_id"""


@dataclass(frozen=True, slots=True)
class Table:
    """A plan as a spreadsheet has it."""

    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Plan:
    """A target's shares by assignee and window, in the order of the tree, with all that their rows are made of.

    `versions` has the number of the last change of each assignee's shares, also of those that were taken away.
    """

    def __init__(self, scope: Scope, target: Target) -> None:
        self._scope = scope
        shares = in_tree_order(held(scope, target))
        self.whole = Window(target.start_date, target.end_date)
        self.style = style_of(directory.own_organization(scope), rules.definition(target.metric))
        self.names = names_of(scope)
        self.emails = dict(Person.objects.filter(org_id=scope.org_id).values_list("id", "email"))
        rows = scope.run(_VERSIONS, {"org_id": scope.org_id, "target_id": target.id})
        self.versions = {Assignee(kind, number): version for kind, number, version in rows}
        self.own: dict[Assignee, dict[Window, Held]] = defaultdict(dict)
        for each in shares:
            self.own[each.assignee][each.window] = each
        self._by_id = {each.id: each for each in shares}
        self._below: dict[int, int] = defaultdict(int)
        for each in shares:
            above = self._by_id.get(each.parent_id or 0)
            if above is not None and above.window == each.window:
                self._below[above.id] += each.value

    @property
    def unit(self) -> str:
        """In what values are written: the currency, or that they count."""
        return self.style.currency or columns.COUNT

    def share(self, assignee: Assignee, window: Window) -> Held | None:
        """The assignee's share for the window."""
        return self.own.get(assignee, {}).get(window)

    def parent(self, assignee: Assignee) -> str:
        """Under whom the assignee's widest share stands, as options name an assignee; blank for nobody."""
        own = self.own[assignee]
        above = self._by_id.get((own.get(self.whole) or next(iter(own.values()))).parent_id or 0)
        return "" if above is None else self.word(above.assignee)

    def word(self, assignee: Assignee) -> str:
        """The assignee as options name one, but a person by name."""
        return assignee.kind if assignee.kind == "organization" else f"{assignee.kind}:{self.names[assignee]}"

    def reference(self, assignee: Assignee) -> str:
        """What stays the same of an assignee: a person's e-mail address, or else the id."""
        if assignee.kind == "organization":
            return ""
        email = self.emails.get(assignee.id) if assignee.kind == "person" else None
        return email or f"id:{assignee.id}"

    def table(self) -> Table:
        """The rows of everybody who has any share. Raises NotAllowed for whoever does not see them all."""
        self._scope.needs(Permission.READ_ALL)
        periods = columns.in_order({window for own in self.own.values() for window in own} - {self.whole})
        header = [*columns.BEFORE_PERIODS, *map(columns.heading, periods), *columns.AFTER_PERIODS]
        return Table(header, [self._row(assignee, periods) for assignee in self.own])

    def _row(self, assignee: Assignee, periods: Sequence[Window]) -> list[Cell]:
        own, whole = self.own[assignee], self.share(assignee, self.whole)
        locked = [columns.heading(window) for window in periods if window in own and own[window].is_locked]
        is_above = whole is not None and whole.id in self._below
        return [
            assignee.kind,
            self.names[assignee],
            self.reference(assignee),
            self.parent(assignee),
            self.unit,
            self._amount(whole),
            None if whole is None else columns.YES if whole.is_locked else columns.NO,
            *(self._amount(own.get(window)) for window in periods),
            columns.BETWEEN.join(locked),
            self._exact(whole.value - self._below[whole.id]) if whole is not None and is_above else None,
            None if whole is None else whole.id,
            self.versions[assignee],
        ]

    def _amount(self, each: Held | None) -> Decimal | None:
        return None if each is None else self._exact(each.value)

    def _exact(self, value: int) -> Decimal:
        """A value in whole units of the currency, with all its decimals."""
        return Decimal(value).scaleb(-self.style.exponent)
