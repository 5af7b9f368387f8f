"""The organization's tree of departments, teams and people, opened level by level."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.http import HttpResponseBase
from django.urls import reverse

from paceline.domain.access import Permission
from paceline.errors import NotFound
from paceline.facts.sums import Assignee
from paceline.org import headcount
from paceline.org.headcount import Structure, Unit
from paceline.org.models import Membership
from paceline.web.page import Page, page

# Levels are open from the top for as long as so few units are shown.
OPENED_ROWS_MAX = 40
# So many people are shown below a unit of the tree; its own page has all of them, a page at a time.
PEOPLE_BELOW_MAX = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the tree; `path` is the way down to it, each step followed by a slash."""

    path: str
    depth: int
    kind: str
    name: str
    address: str
    is_open: bool = False
    below: str = ""
    unit: Unit | None = None
    member: Membership | None = None
    more: int = 0


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def people(page: Page) -> HttpResponseBase:
    """The tree, whole levels of it opened."""
    with page.reading() as scope:
        structure = Structure(scope, page.today)
        shown = {
            "rows": list(_opened(structure)),
            "there": headcount.there(scope, page.today).count(),
            "unplaced": headcount.unplaced(scope, page.today).count(),
            "departments": sum(not each.is_team for each in structure.units.values()),
            "teams": sum(each.is_team for each in structure.units.values()),
            "words": "",
        }
        return page.render("paceline/people/tree.html", shown)


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def below(page: Page, kind: str, unit_id: int) -> HttpResponseBase:
    """The rows right below one of the tree."""
    with page.reading() as scope:
        structure = Structure(scope, page.today)
        rows = list(_below(structure, found(structure, kind, unit_id)))
        return page.render("paceline/people/rows.html", {"rows": rows})


def found(structure: Structure, kind: str, unit_id: int) -> Unit:
    """The unit that an address names. Raises NotFound."""
    unit = structure.units.get(Assignee(kind, unit_id))
    if unit is None:
        raise NotFound(f"there is no such {kind if kind in {'department', 'team'} else 'unit'}")
    return unit


def _opened(structure: Structure) -> Iterator[Row]:
    """Whole levels from the top, as many as there is room for."""
    level = structure.below(None)
    opened, shown = set[Assignee](), len(level)
    while level:
        beneath = [child for each in level for child in structure.below(each.unit)]
        shown += len(beneath)
        if shown > OPENED_ROWS_MAX:
            break
        opened |= {each.unit for each in level if structure.below(each.unit)}
        level = beneath
    people = structure.directly_in(opened, PEOPLE_BELOW_MAX)
    waiting = [*reversed(structure.below(None))]
    while waiting:
        unit = waiting.pop()
        yield _row(structure, unit, is_open=unit.unit in opened)
        if unit.unit in opened:
            yield from _people(structure, unit, people)
            waiting += reversed(structure.below(unit.unit))


def _below(structure: Structure, unit: Unit) -> Iterator[Row]:
    yield from _people(structure, unit, structure.directly_in([unit.unit], PEOPLE_BELOW_MAX))
    for each in structure.below(unit.unit):
        yield _row(structure, each)


def _row(structure: Structure, unit: Unit, *, is_open: bool = False) -> Row:
    kind, number = unit.unit
    path = _path(structure, unit)
    beneath = reverse("person_below", args=[kind, number]) if unit.people or structure.below(unit.unit) else ""
    return Row(
        path, path.count("/") - 1, kind, unit.name, reverse("person_unit", args=[kind, number]), is_open, beneath, unit
    )


def _people(structure: Structure, unit: Unit, people: Mapping[Assignee, tuple[list[Membership], int]]) -> Iterator[Row]:
    shown, total = people.get(unit.unit, ([], 0))
    path = _path(structure, unit)
    depth = path.count("/")
    for each in shown:
        address = reverse("person", args=[each.person_id])
        yield Row(f"{path}p{each.person_id}/", depth, "person", each.person.name, address, member=each)
    if total > len(shown):
        yield Row(f"{path}more/", depth, "more", "", reverse("person_unit", args=[*unit.unit]), more=total - len(shown))


def _path(structure: Structure, unit: Unit) -> str:
    return "".join(f"{each.unit.kind[0]}{each.unit.id}/" for each in structure.path(unit.unit))
