"""What a planning verb would do, before it is done: rows with before, after and why, and notes in words."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from paceline.domain.clash import Clash, Infeasible
from paceline.errors import PacelineError
from paceline.facts.scope import Scope
from paceline.plan.models import OperationKind, Target
from paceline.plan.shown import Style
from paceline.plan.standing import Place, Shares, Standing

# A note names so many, and says how many more there are.
NAMES_MAX = 5


class CannotDivide(PacelineError):
    """The value cannot be divided as asked; `clashes` has the constraints that clash, and by how much."""

    code = "cannot_divide"
    status = 422


class Row(NamedTuple):
    """One assignment after the operation; values in the metric's unit.

    `held` is what stands at the place now, also a share that was taken away. `after` is None for one that is taken
    away, `parent` where it stands then. `unallocated` is None where nothing is below it, negative if over-allocated.
    """

    held: Standing | None
    place: Place
    name: str
    depth: int
    parent: Place | None
    after: int | None
    said: str | Callable[[], str]
    is_locked: bool = False
    origin: str = ""
    warnings: tuple[str, ...] = ()
    unallocated: int | None = None

    @property
    def why(self) -> str:
        """Why it comes to that, put in words when they are asked for: a tree has many thousands of rows."""
        return self.said if isinstance(self.said, str) else self.said()

    @property
    def before(self) -> int | None:
        """The value now; None where there is no share."""
        return None if self.held is None or self.held.is_deleted else self.held.value

    @property
    def change(self) -> int:
        """By how much the value moves."""
        return (self.after or 0) - (self.before or 0)

    @property
    def changes(self) -> bool:
        """Whether the value moves, a share is made or taken away, or its lock turns."""
        is_live = self.held is not None and not self.held.is_deleted
        return self.before != self.after or (
            is_live and self.held is not None and self.held.is_locked != self.is_locked
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """All that an operation would do to one target's assignments, down the tree.

    `shares` are those that it was worked out from. `unallocated` is what of the root its children leave.
    """

    kind: OperationKind
    target: Target
    shares: Shares
    rows: Sequence[Row]
    root_id: int | None = None
    notes: Sequence[str] = ()
    unallocated: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a preview rests on, as it is stored: the ids and options are JSON."""

    kind: OperationKind
    subject: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def write(self) -> dict[str, Any]:
        """As JSON, without the kind."""
        return {"subject": dict(self.subject), "options": dict(self.options)}


Drafter = Callable[[Scope, Mapping[str, Any], Mapping[str, Any]], Draft]


def fields(draft: Draft) -> list[dict[str, Any]]:
    """The rows in the contract's fields."""
    ids = {place: each.id for place, each in draft.shares.by_place.items() if not each.is_deleted}
    return [
        {
            "assignment_id": None if row.before is None or row.held is None else row.held.id,
            "assignee": _assignee(row.place, row.name),
            "start_date": row.place.window.start.isoformat(),
            "end_date": row.place.window.end.isoformat(),
            "depth": row.depth,
            "parent_id": None if row.parent is None else ids.get(row.parent),
            "parent": None if row.parent is None else _assignee(row.parent),
            "before": row.before,
            "after": row.after,
            "change": row.change,
            "is_locked": row.is_locked,
            "why": row.why,
            "warnings": list(row.warnings),
            "unallocated": row.unallocated,
        }
        for row in draft.rows
    ]


def _assignee(place: Place, name: str | None = None) -> dict[str, Any]:
    """Whom it is for; the organization has no id."""
    kind, number = place.assignee
    return {"kind": kind, **({"name": name} if name is not None else {}), **({"id": number} if number else {})}


def with_unallocated(rows: Sequence[Row], shares: Shares, root: Standing | None) -> tuple[list[Row], int | None]:
    """The rows with what each leaves to those below it for the same window, and what the root leaves."""
    below: dict[Place, int] = defaultdict(int)
    told = {row.held.id for row in rows if row.held is not None}
    for row in rows:
        if row.parent is not None and row.after is not None and row.parent.window == row.place.window:
            below[row.parent] += row.after
    for each in shares.live():
        above = None if each.id in told else shares.parent_place(each)
        if above is not None and above.window == each.place.window:
            below[above] += each.value
    made = [
        row._replace(unallocated=row.after - below[row.place]) if row.place in below and row.after is not None else row
        for row in rows
    ]
    return made, None if root is None or root.place not in below else root.value - below[root.place]


def named(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    found = list(names)
    said = ", ".join(found[:NAMES_MAX])
    return f"{said} and {len(found) - NAMES_MAX} more" if len(found) > NAMES_MAX else said


def refuse(found: Sequence[tuple[str, Infeasible]], style: Style) -> None:
    """Raise CannotDivide with what clashes under each parent, if anything does."""
    if not found:
        return
    clashes = [(name, clash) for name, infeasible in found for clash in infeasible.clashes]
    text = "; ".join(f"{name}: {clash.words(style.number)}" for name, clash in clashes[:NAMES_MAX])
    more = f"; and {len(clashes) - NAMES_MAX} more" if len(clashes) > NAMES_MAX else ""
    raise CannotDivide(text + more, clashes=[_clash(name, clash, style) for name, clash in clashes])


def _clash(name: str, clash: Clash, style: Style) -> dict[str, Any]:
    return {
        "under": name,
        "kind": clash.kind.value,
        "names": list(clash.names),
        "off": str(clash.off),
        "message": clash.words(style.number),
    }


def plain(value: Any) -> Any:
    """An option as JSON keeps it: exact numbers and days as text."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
