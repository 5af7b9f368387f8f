"""Setting a target, changing it, and taking one away."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.domain.calendar import Period, window_of
from paceline.domain.condition import BadCondition
from paceline.domain.kinds import Unit
from paceline.domain.pace import Basis
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.org.calendar import work_calendar
from paceline.plan import find, registry, rules
from paceline.plan.actions import assignments
from paceline.plan.actions import targets as verbs
from paceline.plan.find import ORGANIZATION
from paceline.plan.models import (
    DESCRIPTION_CHARACTERS_MAX,
    TARGET_NAME_CHARACTERS_MAX,
    Assignment,
    Metric,
    Target,
    TargetStatus,
)
from paceline.web.conditions import Builder
from paceline.web.forms import AmountField, DayField, Form
from paceline.web.page import Page, page

PERIODS = [
    (Period.ANNUAL.value, "Annual"),
    (Period.QUARTERLY.value, "Quarterly"),
    (Period.MONTHLY.value, "Monthly"),
    (Period.WEEKLY.value, "Weekly"),
    (Period.CUSTOM.value, "Custom"),
]
PACES = [
    (Basis.CALENDAR_DAYS.value, "By calendar days"),
    (Basis.WORKING_DAYS.value, "By working days"),
    (Basis.PAST_SHAPE.value, "By the shape of earlier years"),
]


class TargetForm(Form):
    """A new target. Its value is read in the unit of the metric that is chosen."""

    name = forms.CharField(
        max_length=TARGET_NAME_CHARACTERS_MAX,
        widget=forms.TextInput(attrs={"autofocus": True, "placeholder": "Q1 revenue"}),
    )
    metric = forms.ChoiceField()
    period = forms.ChoiceField(choices=PERIODS)
    start_date = DayField(label="Start date")
    end_date = DayField(label="Last day", required=False, help_text="Only for a custom period.")
    description = forms.CharField(
        required=False, max_length=DESCRIPTION_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )
    pace_by = forms.ChoiceField(label="Pace", choices=PACES)
    status = forms.ChoiceField(
        choices=[(TargetStatus.ACTIVE.value, "Active"), (TargetStatus.DRAFT.value, "Draft: only planners see it")]
    )
    assign_whole = forms.BooleanField(label="Give the organization the whole of it", required=False, initial=True)
    field_order = ("name", "metric", "value")

    def __init__(self, page: Page, scope: Scope, metrics: Mapping[str, Metric]) -> None:
        self.chosen = metrics.get(page.request.POST.get("metric", "revenue")) or next(iter(metrics.values()))
        self.definition = rules.definition(self.chosen)
        self.filter = Builder(page, scope, self.definition.module, "filter")
        value = AmountField(page.figures(is_money=self.definition.unit == Unit.MONEY), label="Target value")
        start = page.today.replace(month=1, day=1)
        super().__init__(page, initial={"metric": "revenue", "start_date": start}, more={"value": value})
        self.fields["metric"].choices = [(key, each.name) for key, each in metrics.items()]  # pyright: ignore[reportAttributeAccessIssue]

    def clean(self) -> dict[str, Any]:
        """A custom period is as long as it is said to be."""
        if self.cleaned_data.get("period") == Period.CUSTOM and not self.cleaned_data.get("end_date"):
            self.add_error("end_date", "A custom period needs its last day.")
        return self.cleaned_data

    def given(self) -> dict[str, Any]:
        """What the verb takes."""
        made = dict(self.cleaned_data)
        last = made.pop("end_date")
        made.pop("assign_whole")
        try:
            filter_ = self.filter.json()
        except BadCondition as error:
            raise InvalidInput.at("filter", str(error)) from None
        return {**made, "end_date": _after(last), "filter": filter_ or None}

    def shown(self) -> dict[str, Any]:
        """What depends on the metric, for the page."""
        found = self.definition
        return {"builder": self.filter, "chosen": self.chosen, "unit": found.unit.value, "kind": found.kind.value}


def _after(last: date | None) -> date | None:
    return None if last is None else date.fromordinal(last.toordinal() + 1)


class TargetChangeForm(Form):
    """What changes of a target; its metric, window and filter stay, because shares rest on them."""

    name = forms.CharField(max_length=TARGET_NAME_CHARACTERS_MAX)
    description = forms.CharField(
        required=False, max_length=DESCRIPTION_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )
    pace_by = forms.ChoiceField(label="Pace", choices=PACES)
    status = forms.ChoiceField(choices=[(each.value, each.value.capitalize()) for each in TargetStatus])
    reason = forms.CharField(required=False, help_text="Kept with the change.")
    field_order = ("name", "value")

    def __init__(self, page: Page, target: Target) -> None:
        is_money = rules.definition(target.measured_by).unit == Unit.MONEY
        value = AmountField(page.figures(is_money=is_money), label="Target value")
        own = ("name", "value", "description", "pace_by", "status")
        super().__init__(page, initial={name: getattr(target, name) for name in own}, more={"value": value})


@page("GET", "POST")
def create(page: Page) -> HttpResponseBase:
    """Set a target, and give the organization the whole of it if that is asked for."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_TARGETS)
        form = TargetForm(page, scope, {each.key: each for each in registry.listed(scope)})

    def work(scope: Scope) -> Target:
        made = verbs.create_target(scope, **form.given())
        if form.cleaned_data["assign_whole"]:
            assignments.assign(scope, made.id, ORGANIZATION, value=made.value)
        return made

    made = form.attempt(work)
    if made is not None:
        return page.go("target", made.id, said=f"{made.name} is set.")
    shown = {"form": form, "window": _window(page), **form.shown()}
    show = page.refused if page.is_posted else page.render
    return show("paceline/targets/create.html", shown)


@page("POST")
def filter_part(page: Page) -> HttpResponseBase:
    """What depends on the metric, and the rows of the filter, while they are being chosen."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_TARGETS)
        form = TargetForm(page, scope, {each.key: each for each in registry.listed(scope)})
        return page.render("paceline/targets/filter.html", form.shown())


@page("GET")
def window(page: Page) -> HttpResponseBase:
    """The window that a period and a start make, while they are being chosen."""
    return page.render("paceline/targets/window.html", {"window": _window(page)})


def _window(page: Page) -> dict[str, Any] | None:
    """The window in days; None while it cannot be said."""
    given = page.request.POST if page.is_posted else page.request.GET
    try:
        start = date.fromisoformat(given.get("start_date", page.today.replace(month=1, day=1).isoformat()))
        last = given.get("end_date", "")
        end = _after(date.fromisoformat(last)) if last else None
        period = Period(given.get("period", Period.ANNUAL.value))
        found = window_of(period, start, end if period == Period.CUSTOM else None)
        working = work_calendar(page.organization, found).working_days(found)
    except ValueError:
        return None
    return {"first": found.start, "last": found.last, "days": found.days, "working_days": working}


@page("GET", "POST")
def edit(page: Page, target_id: int) -> HttpResponseBase:
    """Change a target."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_TARGETS)
        target = find.target(scope, target_id)
        form = TargetChangeForm(page, target)
    made = form.attempt(lambda scope: verbs.edit_target(scope, target_id, **form.cleaned_data))
    if made is not None:
        return page.go("target", target_id, said=f"{made.name} is changed.")
    shown = {"form": form, "target": target}
    show = page.refused if page.is_posted else page.render
    return show("paceline/targets/edit.html", shown)


@page("GET", "POST")
def delete(page: Page, target_id: int) -> HttpResponseBase:
    """Take a target away: one that was ever assigned is archived, because its history stays."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_TARGETS)
        target = find.target(scope, target_id)
        is_assigned = Assignment.objects.filter(org_id=scope.org_id, target_id=target_id).exists()
    if not page.is_posted:
        return page.render("paceline/targets/delete.html", {"target": target, "is_assigned": is_assigned})
    if is_assigned:
        page.do(lambda scope: verbs.edit_target(scope, target_id, status=TargetStatus.ARCHIVED.value))
        return page.go("targets", said=f"{target.name} is archived.")
    page.do(lambda scope: verbs.delete_target(scope, target_id))
    return page.go("targets", said=f"{target.name} is gone.")
