"""The lists of deals, leads and tasks, with filters, a page at a time."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.domain.record import KEY_CHARACTERS_MAX, Module, field
from paceline.facts import records
from paceline.facts.records import Asked
from paceline.facts.scope import Scope
from paceline.org import reach
from paceline.org.models import Person
from paceline.org.names import findable
from paceline.web.forms import DayField, Renderer, choices
from paceline.web.page import Page, page
from paceline.web.records.shown import CLOSING, module_of, people_named, shown

ROWS_SHOWN_MAX = 50
OWNERS_SUGGESTED_MAX = 12
_DELETED = "deleted"
_DAYS = ("created_from", "created_to", "closed_from", "closed_to")


class Filters(forms.Form):
    """What the list is narrowed by; it is sent by GET, so that its address can be kept."""

    default_renderer = Renderer
    words = forms.CharField(required=False, max_length=KEY_CHARACTERS_MAX, label="Name or id")
    owner = forms.CharField(required=False, max_length=KEY_CHARACTERS_MAX, label="Owner")
    status = forms.ChoiceField(required=False, label="Status")
    source = forms.ChoiceField(required=False, label="Source")
    created_from = DayField(required=False, label="Created from")
    created_to = DayField(required=False, label="Created to")
    closed_from = DayField(required=False)
    closed_to = DayField(required=False)

    def __init__(self, page: Page, scope: Scope, module: Module) -> None:
        # A dialog over the list has fields of the same names.
        super().__init__(page.request.GET, label_suffix="", auto_id="filter_%s")
        status, own = field(module, "status"), self.fields
        closed = CLOSING[module].capitalize()
        own["closed_from"].label, own["closed_to"].label = f"{closed} from", f"{closed} to"
        known = [(each, each) for each in (status.choices if status else ())]
        own["status"].choices = choices([*known, (_DELETED, _DELETED)], "any")  # pyright: ignore[reportAttributeAccessIssue]
        sources = [(each, each) for each in records.sources(scope, module)]
        own["source"].choices = choices(sources, "any")  # pyright: ignore[reportAttributeAccessIssue]
        for each in own.values():
            is_list = isinstance(each, forms.ChoiceField)
            each.widget.attrs["class"] = "form-select" if is_list else "form-control"

    def asked(self, scope: Scope) -> Asked:
        """Which records; what cannot be read narrows nothing, and says so beside its field."""
        self.is_valid()
        given: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        status, owner = given.get("status"), given.get("owner")
        seen = reach.people_seen(scope)
        found = None if owner is None else _people(scope, owner)
        owners = seen if found is None else [each for each in found if seen is None or each in seen]
        return Asked(
            owner_ids=owners,
            source=given.get("source"),
            from_day=given.get("created_from"),
            to_day=_after(given.get("created_to")),
            closed_from=given.get("closed_from"),
            closed_to=_after(given.get("closed_to")),
            status=None if status == _DELETED else status,
            deleted=status == _DELETED,
            words=findable(given["words"]) if "words" in given else None,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for."""
        return any(self.cleaned_data.values())

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that are shown at once."""
        return [each for each in self if each.name not in _DAYS]

    @property
    def days(self) -> list[forms.BoundField]:
        """Those that are opened."""
        return [self[each] for each in _DAYS]

    @property
    def has_days(self) -> bool:
        """Whether days are asked for."""
        return any(self.data.get(each) for each in _DAYS)


@page("GET")
def deals(page: Page) -> HttpResponseBase:
    """Where the menu leads: the first of the lists."""
    return _list(page, Module.DEALS)


@page("GET")
def listed(page: Page, module: str) -> HttpResponseBase:
    """A page of a list."""
    return _list(page, module_of(module))


@page("GET")
def owners(page: Page) -> HttpResponseBase:
    """Who might be meant by what is typed into a field of an owner."""
    words = next((page.request.GET[name] for name in ("owner", "q") if page.request.GET.get(name)), "")
    with page.reading() as scope:
        found = _named(scope, words, reach.people_seen(scope))[:OWNERS_SUGGESTED_MAX] if words.strip() else []
        return page.render("paceline/records/owners.html", {"people": found})


def _list(page: Page, module: Module) -> HttpResponseBase:
    asked_before = page.request.GET.get("before", "")
    before = int(asked_before) if asked_before.isascii() and asked_before.isdigit() else None
    with page.reading() as scope:
        filters = Filters(page, scope, module)
        asked = filters.asked(scope)
        found = records.latest(scope, module, asked, before, ROWS_SHOWN_MAX + 1)
        names = people_named(scope, (each["owner_id"] for each in found))
        rows = [shown(page, module, each, names) for each in found[:ROWS_SHOWN_MAX]]
        given = {name: value for name, value in page.request.GET.items() if value and name != "before"}
        older = urlencode({**given, "before": rows[-1].id}) if len(found) > ROWS_SHOWN_MAX else ""
        context = {
            "module": module.value,
            "modules": [each.value for each in Module],
            "closing": CLOSING[module],
            "filters": filters,
            "rows": rows,
            "older": older,
            "newest": urlencode(given) if before is not None else None,
            "address": page.request.get_full_path(),
            "may_see_all": page.may(Permission.READ_ALL),
        }
        part = page.is_partial and not page.is_dialog
        return page.render("paceline/records/rows.html" if part else "paceline/records/list.html", context)


def _people(scope: Scope, words: str) -> list[int]:
    """Those who are named so; a name that is chosen from the list is one alone."""
    found = _named(scope, words, None)
    same = [each for each in found if words.strip().lower() in {each.name.lower(), (each.email or "").lower()}]
    return [each.id for each in same or found]


def _named(scope: Scope, words: str, seen: list[int] | None) -> list[Person]:
    text = findable(words)
    own = Person.objects.filter(Q(name__icontains=text) | Q(email__icontains=text), org_id=scope.org_id)
    own = own if seen is None else own.filter(id__in=seen)
    return list(own.order_by("name", "id")[:200])


def _after(day: date | None) -> date | None:
    """The day after the last one that is wanted; the calendar's last day has none."""
    return None if day is None or day == date.max else day + timedelta(days=1)
