"""Giving shares of a target, changing them, locking them and taking them away."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponseBase

from paceline.errors import Conflict, InvalidInput, NotFound, PacelineError
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory, reach
from paceline.org.models import Department, Person, Team
from paceline.plan import find
from paceline.plan.actions import assignments as verbs
from paceline.plan.find import ORGANIZATION
from paceline.plan.held import names_of
from paceline.plan.models import Assignment, Target
from paceline.web.formats import Figures
from paceline.web.forms import AmountField, DayField, Form
from paceline.web.lines import figures_for
from paceline.web.page import Page, page
from paceline.web.targets.tree import rows_of

PEOPLE_SHOWN_MAX = 20
# Shares of units to put one under: an organization has some hundred units, and nobody stands below a person.
PARENTS_SHOWN_MAX = 500
_KINDS = [("organization", "Organization"), ("department", "Department"), ("team", "Team"), ("person", "Individual")]


class ChangedMeanwhile(Conflict):
    """Somebody else has changed the value since it was shown."""

    code = "changed_meanwhile"


class AssignForm(Form):
    """A share: for whom, how much, and for which days of the target's window."""

    kind = forms.ChoiceField(label="For", choices=_KINDS, widget=forms.RadioSelect)
    department = forms.ChoiceField(required=False)
    team = forms.ChoiceField(required=False)
    person = forms.CharField(
        label="Individual",
        required=False,
        help_text="A name or an e-mail address.",
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )
    parent_id = forms.TypedChoiceField(
        label="Under",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Left as it is, the share goes under the nearest one above it, and takes those below it with it.",
    )
    start_date = DayField(label="From", required=False, help_text="The target's whole window where left blank.")
    last_day = DayField(label="To", required=False)
    is_locked = forms.BooleanField(label="Locked: cascades leave it alone", required=False)
    reason = forms.CharField(required=False, help_text="Kept with the change.")
    field_order = ("kind", "department", "team", "person", "value", "parent_id")

    def __init__(self, page: Page, scope: Scope, target: Target) -> None:
        value = AmountField(figures_for(page, target))
        units = _units(scope, target)
        has_whole = any(each.assignee_kind == ORGANIZATION.kind for each in units)
        super().__init__(page, initial={"kind": "department" if has_whole else "organization"}, more={"value": value})
        names = names_of(scope, [Assignee(each.assignee_kind, each.assignee_id) for each in units])
        under = [(each.id, names[each.assignee_kind, each.assignee_id]) for each in units]
        parents = [("", "Where it belongs in the tree"), *sorted(under, key=lambda each: each[1])]
        self.fields["parent_id"].choices = parents  # pyright: ignore[reportAttributeAccessIssue]
        for name, things in (("department", Department), ("team", Team)):
            own = things.objects.filter(org_id=scope.org_id).order_by("name").values_list("id", "name")
            self.fields[name].choices = [("", "Choose"), *own]  # pyright: ignore[reportAttributeAccessIssue]

    def assignee(self, scope: Scope) -> Assignee:
        """For whom it is. Raises InvalidInput, NotFound."""
        kind = self.cleaned_data["kind"]
        if kind == ORGANIZATION.kind:
            return ORGANIZATION
        given = self.cleaned_data[kind]
        if not given:
            raise InvalidInput.at(kind, "choose one")
        if kind != "person":
            return Assignee(kind, int(given))
        return Assignee(kind, _person(scope, given))


def _units(scope: Scope, target: Target) -> list[Assignment]:
    """The shares of units for the target's whole window that the caller sees."""
    seen = find.visible_assignments(scope)
    own = Assignment.objects.filter(org_id=scope.org_id, is_deleted=False) if seen is None else seen
    whole = own.filter(target=target, start_date=target.start_date, end_date=target.end_date)
    return list(whole.exclude(assignee_kind="person").order_by("id")[:PARENTS_SHOWN_MAX])


def _person(scope: Scope, words: str) -> int:
    """The person of that name or e-mail, as the list of the field writes them."""
    name, _, rest = words.rpartition(" <")
    try:
        return directory.find_person(scope, rest.rstrip(">") if name else words).id
    except NotFound as error:
        raise InvalidInput.at("person", error.message) from None


class ShareForm(Form):
    """What changes of a share."""

    is_locked = forms.BooleanField(label="Locked: cascades leave it alone", required=False)
    reason = forms.CharField(required=False, help_text="Kept with the change.")
    field_order = ("value",)

    def __init__(self, page: Page, found: Assignment) -> None:
        value = AmountField(figures_for(page, found.target))
        super().__init__(page, initial={"value": found.value, "is_locked": found.is_locked}, more={"value": value})


@page("GET", "POST")
def assign(page: Page, target_id: int) -> HttpResponseBase:
    """Give somebody a share."""
    with page.reading() as scope:
        reach.check_plans(scope)
        target = find.target_to_plan(scope, target_id)
        form = AssignForm(page, scope, target)
        people = _people(scope, page.request.GET.get("person", ""))
    if page.is_partial and not page.is_posted and "person" in page.request.GET:
        return page.render("paceline/targets/people.html", {"people": people})

    def work(scope: Scope) -> Assignment:
        given = form.cleaned_data
        last = given["last_day"]
        return verbs.assign(
            scope,
            target_id,
            form.assignee(scope),
            value=given["value"],
            start_date=given["start_date"],
            end_date=None if last is None else type(last).fromordinal(last.toordinal() + 1),
            parent_id=given["parent_id"],
            is_locked=given["is_locked"],
            reason=given["reason"],
        )

    if form.attempt(work) is not None:
        return page.go("target", target_id, said="The share is given.")
    show = page.refused if page.is_posted else page.render
    return show("paceline/targets/assign.html", {"form": form, "target": target, "people": people})


def _people(scope: Scope, words: str) -> list[Person]:
    own = Person.objects.filter(org_id=scope.org_id)
    if words:
        own = own.filter(Q(name__icontains=words) | Q(email__icontains=words))
    return list(own.order_by("name", "id")[:PEOPLE_SHOWN_MAX])


@page("GET", "POST")
def edit(page: Page, assignment_id: int) -> HttpResponseBase:
    """Change the value or the lock of a share."""
    found, name = _found(page, assignment_id)
    form = ShareForm(page, found)
    made = form.attempt(lambda scope: verbs.edit_assignment(scope, assignment_id, **form.cleaned_data))
    if made is not None:
        return page.back("target", found.target_id, said=f"{name} is changed.")
    show = page.refused if page.is_posted else page.render
    return show("paceline/targets/share.html", {"form": form, "share": found, "name": name})


@page("GET", "POST")
def value(page: Page, assignment_id: int) -> HttpResponseBase:
    """The value as a field in its place in the tree; once sent, the row as it is then."""
    found, name = _found(page, assignment_id)
    figures = figures_for(page, found.target)
    shown: dict[str, Any] = {"share": found, "name": name, "value": figures.plain(found.value), "was": found.value}
    if not page.is_posted:
        return page.render("paceline/targets/value.html", shown)
    typed = page.request.POST.get("value", "")
    try:
        _change_value(page, found, figures, typed)
    except PacelineError as error:
        fault = error.faults[0].message if error.faults else error.message
        response = page.render("paceline/targets/value.html", {**shown, "value": typed, "fault": fault})
        response["HX-Retarget"], response["HX-Reswap"] = f"#a-{assignment_id} .of", "innerHTML"
        return response
    return rows_of(page, found.target_id, {assignment_id})


def _change_value(page: Page, found: Assignment, figures: Figures, typed: str) -> None:
    """Raises InvalidInput, ChangedMeanwhile."""
    try:
        new = figures.parse(typed)
    except ValueError as error:
        raise InvalidInput.at("value", str(error)) from None
    was = page.request.POST.get("was", "")

    def work(scope: Scope) -> None:
        now = find.assignment(scope, found.id).value
        if was != str(now):
            raise ChangedMeanwhile(
                f"somebody has changed it to {figures.exact(now)} meanwhile: press Esc, and look again"
            )
        verbs.edit_assignment(scope, found.id, value=new)

    page.do(work)


@page("POST")
def lock(page: Page, assignment_id: int) -> HttpResponseBase:
    """Lock an assignment, or unlock it."""
    found, _ = _found(page, assignment_id)
    page.do(lambda scope: verbs.edit_assignment(scope, assignment_id, is_locked=not found.is_locked))
    return rows_of(page, found.target_id, {assignment_id}) if page.is_partial else page.back("target", found.target_id)


@page("GET", "POST")
def remove(page: Page, assignment_id: int) -> HttpResponseBase:
    """Ask, then take a share away."""
    found, name = _found(page, assignment_id)
    if page.is_posted:
        page.do(lambda scope: verbs.remove_assignment(scope, assignment_id))
        return page.go("target", found.target_id, said=f"{name} has no share any more.")
    return page.render("paceline/targets/remove.html", {"share": found, "name": name})


def _found(page: Page, assignment_id: int) -> tuple[Assignment, str]:
    """The assignment for whoever plans it, and its assignee's name. Raises NotFound, NotAllowed."""
    with page.reading() as scope:
        found = find.assignment(scope, assignment_id)
        assignee = Assignee(found.assignee_kind, found.assignee_id)
        reach.check_plans(scope, [assignee])
        found.target = find.target_of_assignment(scope, assignment_id)
        return found, names_of(scope, [assignee])[assignee]
