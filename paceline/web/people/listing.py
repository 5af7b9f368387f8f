"""People as a list: found by name, e-mail or id, a page at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.facts.scope import Scope
from paceline.org import headcount
from paceline.org.models import Membership, Person
from paceline.org.names import findable
from paceline.web.page import Page, page

ROWS_SHOWN_MAX = 50
SUGGESTED_MAX = 12
SHOWN = {
    "there": "there now",
    "unplaced": "in no unit",
    "coming": "still to come",
    "gone": "left",
    "all": "everybody, ever",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A person with where they are today."""

    person: Person
    department: Membership | None
    teams: list[Membership]
    state: str


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def listed(page: Page) -> HttpResponseBase:
    """Those who are asked for, by name."""
    words, which = page.request.GET.get("words", "").strip(), page.request.GET.get("show", "there")
    with page.reading() as scope:
        found = named(which_of(scope, which, page.today), words)
        context: dict[str, Any] = {"words": words, "which": which, "choices": SHOWN.items()}
        context |= page_of(page, scope, found, {"words": words, "show": which})
        return page.render("paceline/people/found.html" if is_part(page) else "paceline/people/list.html", context)


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def suggest(page: Page) -> HttpResponseBase:
    """Who might be meant by what is typed into a field of a person."""
    words = next((page.request.GET[each] for each in page.request.GET), "")
    with page.reading() as scope:
        found = named(Person.objects.filter(org_id=scope.org_id), words)[:SUGGESTED_MAX] if words.strip() else []
        return page.render("paceline/people/suggested.html", {"people": found})


def page_of(page: Page, scope: Scope, found: QuerySet[Person], asked: dict[str, str]) -> dict[str, Any]:
    """One page of some people, with the address of the next."""
    rows = list(after(scope, found, page.request.GET.get("after", ""))[: ROWS_SHOWN_MAX + 1])
    shown = rows[:ROWS_SHOWN_MAX]
    more = urlencode({**asked, "after": shown[-1].id}) if len(rows) > ROWS_SHOWN_MAX else ""
    return {
        "people": with_units(scope, shown, page.today),
        "more": more,
        "is_first": "after" not in page.request.GET,
        "total": found.count(),
    }


def is_part(page: Page) -> bool:
    """Whether the page asks for more of its own list."""
    return page.is_partial and not page.is_dialog


def which_of(scope: Scope, which: str, day: date) -> QuerySet[Person]:
    """The people of a filter."""
    own = Person.objects.filter(org_id=scope.org_id)
    match which:
        case "unplaced":
            return headcount.unplaced(scope, day)
        case "coming":
            return own.filter(hire_day__gt=day)
        case "gone":
            return own.filter(end_day__lt=day)
        case "all":
            return own
        case _:
            return headcount.there(scope, day)


def named(people: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Those of them whose name, e-mail or external id has the words."""
    text = findable(words)
    if not text:
        return people
    is_id = Q(id__in=Person.objects.filter(external_ids__external_id__iexact=text).values("id"))
    return people.filter(Q(name__icontains=text) | Q(email__icontains=text) | is_id)


def after(scope: Scope, people: QuerySet[Person], last: str) -> QuerySet[Person]:
    """Those after a person, in the order of names."""
    ordered = people.select_related("manager").order_by("name", "id")
    if not (last.isascii() and last.isdigit()):
        return ordered
    before = Person.objects.filter(org_id=scope.org_id, pk=int(last)).first()
    return (
        ordered if before is None else ordered.filter(Q(name__gt=before.name) | Q(name=before.name, id__gt=before.id))
    )


def with_units(scope: Scope, people: Iterable[Person], day: date) -> list[Listed]:
    """The people with the units that they are in today, in one query."""
    people = list(people)
    rows = Membership.objects.filter(org_id=scope.org_id, person__in=people, from_day__lte=day, to_day__gt=day)
    by_person = defaultdict[int, list[Membership]](list)
    for each in rows.select_related("department", "team").order_by("-is_primary", "team__name"):
        by_person[each.person_id].append(each)
    return [_listed(each, by_person[each.id], day) for each in people]


def _listed(person: Person, units: list[Membership], day: date) -> Listed:
    department = next((each for each in units if each.team_id is None), None)
    return Listed(person, department, [each for each in units if each.team_id is not None], state(person, day))


def state(person: Person, day: date) -> str:
    """Whether somebody is there: a word, or none for who is."""
    if person.is_there(day):
        return ""
    return "still to come" if person.hire_day is not None and day < person.hire_day else "left"
