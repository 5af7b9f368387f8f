"""The audit trail as a page: who changed what, when, from what to what, and why."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponseBase

from paceline.api.audit import ROWS_MAX
from paceline.domain.access import Permission
from paceline.org import changes
from paceline.org.changes import Asked
from paceline.org.columns import NAME_CHARACTERS_MAX
from paceline.org.names import findable
from paceline.web.forms import DayField, Renderer, choices
from paceline.web.page import Page, page
from paceline.web.settings.sections import shown_in
from paceline.web.settings.trail import KINDS, entries

ROWS_SHOWN_MAX = 50
_CSV = "/api/v1/audit"


class Filters(forms.Form):
    """Which entries; it is sent by GET, so that its address can be kept."""

    default_renderer = Renderer
    kind = forms.ChoiceField(required=False, label="What", choices=choices(KINDS.items(), "anything"))
    object_id = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    actor = forms.CharField(required=False, label="By whom", max_length=NAME_CHARACTERS_MAX)
    from_day = DayField(required=False, label="From")
    to_day = DayField(required=False, label="To")

    def __init__(self, page: Page) -> None:
        super().__init__(page.request.GET, label_suffix="")
        self.page = page
        for each in self.fields.values():
            is_list = isinstance(each, forms.ChoiceField)
            each.widget.attrs["class"] = "form-select" if is_list else "form-control"

    def asked(self) -> Asked:
        """The entries; what cannot be read narrows nothing, and says so beside its field."""
        self.is_valid()
        given: dict[str, Any] = self.cleaned_data
        actor, to_day = given.get("actor"), given.get("to_day")
        return Asked(
            given.get("kind") or None,
            given.get("object_id"),
            findable(actor) if actor else None,
            self._midnight(given.get("from_day")),
            self._midnight(to_day + timedelta(days=1)) if to_day and to_day < date.max else None,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for."""
        return any(value not in {None, ""} for value in self.cleaned_data.values())

    def _midnight(self, day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time.min, self.page.zone)


@page("GET", needs=Permission.READ_AUDIT)
def audit(page: Page) -> HttpResponseBase:
    """A page of the trail, the newest first."""
    asked_before = page.request.GET.get("before", "")
    before = int(asked_before) if asked_before.isascii() and asked_before.isdigit() else 0
    with page.reading() as scope:
        filters = Filters(page)
        asked = filters.asked()
        found = changes.entries(scope, asked, before, ROWS_SHOWN_MAX + 1)
        given = {name: value for name, value in page.request.GET.items() if value and name != "before"}
        context = {
            **shown_in(page, "setting_audit"),
            "filters": filters,
            "trail": entries(page, scope, found[:ROWS_SHOWN_MAX]),
            "older": urlencode({**given, "before": found[ROWS_SHOWN_MAX - 1]["id"]})
            if len(found) > ROWS_SHOWN_MAX
            else "",
            "newest": urlencode(given) if before else None,
            "file": _CSV,
            "file_rows": ROWS_MAX,
            "csv": f"{_CSV}?{urlencode(_csv(asked))}",
        }
        return page.render("paceline/settings/audit.html", context)


def _csv(asked: Asked) -> dict[str, Any]:
    given = {
        "kind": asked.kind,
        "object_id": asked.object_id,
        "actor": asked.actor,
        "from": asked.from_time and asked.from_time.isoformat(),
        "to": asked.to_time and asked.to_time.isoformat(),
    }
    return {"format": "csv", "limit": ROWS_MAX, **{name: value for name, value in given.items() if value is not None}}
