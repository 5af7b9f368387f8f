"""Changing the shares that were chosen in a tree, all at once, as it was shown."""

from fractions import Fraction
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.domain.pace import rounded
from paceline.errors import Conflict, InvalidInput
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import reach
from paceline.plan import find
from paceline.plan.actions.bulk import CHANGES_MAX, ShareChange, edit_many
from paceline.plan.actions.previews import Applied
from paceline.plan.models import Assignment, Target
from paceline.plan.options import number
from paceline.web.forms import AmountField, Form
from paceline.web.lines import figures_for
from paceline.web.page import Page, page
from paceline.web.targets.drafts import drafted

_PERCENT = 100
_PERCENT_MAX = 1_000
_HOW = [
    ("percent", "Raise or lower by per cent"),
    ("value", "Set all to one value"),
    ("lock", "Lock: cascades leave them alone"),
    ("unlock", "Unlock"),
]


class ChangedMeanwhile(Conflict):
    """Somebody else has changed one of the shares since the changes were shown."""

    code = "changed_meanwhile"


class BulkForm(Form):
    """What becomes of those that were chosen; `was` is what was shown of them."""

    how = forms.ChoiceField(label="What to do", choices=_HOW, widget=forms.RadioSelect)
    percent = forms.CharField(label="Per cent", required=False, help_text="Such as 5, or -2.5 to lower them.")
    reason = forms.CharField(required=False, help_text="Kept with every change.")
    field_order = ("how", "percent", "value")

    def __init__(self, page: Page, target: Target) -> None:
        value = AmountField(figures_for(page, target), label="Value of each", required=False)
        super().__init__(page, initial={"how": "percent"}, more={"value": value})

    def changes(self, chosen: list[Assignment]) -> list[ShareChange]:
        """What the verb takes. Raises InvalidInput."""
        given, how = self.cleaned_data, self.cleaned_data["how"]
        if how == "percent":
            factor = 1 + _percent(given["percent"]) / _PERCENT
            return [ShareChange(each.id, rounded(each.value * factor)) for each in chosen]
        if how == "value":
            if given["value"] is None:
                raise InvalidInput.at("value", "give a value")
            return [ShareChange(each.id, given["value"]) for each in chosen]
        return [ShareChange(each.id, is_locked=how == "lock") for each in chosen]


def _percent(text: str) -> Fraction:
    found = number(text.replace("%", "").replace("\u2212", "-").strip())
    if found is None or not -_PERCENT <= found <= _PERCENT_MAX:
        raise InvalidInput.at("percent", f"give a number from -{_PERCENT} to {_PERCENT_MAX:,}, such as 5")
    return found


@page("GET", "POST")
def bulk(page: Page, target_id: int) -> HttpResponseBase:
    """Show what becomes of the chosen shares, then do it."""
    given = page.request.POST if page.is_posted else page.request.GET
    ids = {int(each) for each in given.getlist("id") if each.isascii() and each.isdigit()}
    with page.reading() as scope:
        target = find.target_to_plan(scope, target_id)
        chosen = _chosen(scope, target_id, ids)
        form = BulkForm(page, target)
    shown: dict[str, Any] = {"target": target, "form": form, "chosen": chosen, "was": _stamp(chosen)}
    figures = figures_for(page, target)
    shown["sum"] = figures.whole(sum(each.value for each in chosen))

    def work(scope: Scope) -> Applied:
        now = _chosen(scope, target_id, ids)
        if "apply" in given and given.get("was") != _stamp(now):
            raise ChangedMeanwhile("somebody has changed one of these shares meanwhile: look at what is shown now")
        return edit_many(scope, target_id, form.changes(now), reason=form.cleaned_data["reason"])

    if "apply" in given:
        made = form.attempt(work)
        if made is not None:
            changed = sum(row.changes for row in made.draft.rows)
            return page.back(
                "target", target_id, said=f"{changed:,} share{' is' if changed == 1 else 's are'} changed."
            )
        return page.refused("paceline/targets/bulk.html", shown)
    if page.is_posted:
        made = form.attempt(work, keep=False)
        if made is not None:
            shown["draft"] = drafted(figures, made.draft)
    return page.render("paceline/targets/bulk.html", shown)


def _chosen(scope: Scope, target_id: int, ids: set[int]) -> list[Assignment]:
    """The chosen shares. Raises InvalidInput where none is, and NotAllowed for those that are not the caller's."""
    own = Assignment.objects.filter(org_id=scope.org_id, target_id=target_id, is_deleted=False)
    chosen = list(own.filter(id__in=list(ids)[:CHANGES_MAX]).order_by("id"))
    if not chosen:
        raise InvalidInput.at("id", "choose the shares that are to change, by the boxes before their names")
    reach.check_plans(scope, [Assignee(each.assignee_kind, each.assignee_id) for each in chosen])
    return chosen


def _stamp(chosen: list[Assignment]) -> str:
    return " ".join(f"{each.id}:{each.value}:{int(each.is_locked)}" for each in chosen)
