"""Copying a target to its next window, previewed first."""

from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.errors import PacelineError
from paceline.facts.scope import Scope
from paceline.plan import find
from paceline.plan.actions import copies, previews
from paceline.plan.actions.previews import Previewed
from paceline.plan.models import TARGET_NAME_CHARACTERS_MAX, TargetStatus
from paceline.plan.options import NUMBER_CHARACTERS_MAX
from paceline.web.forms import DayField, Form
from paceline.web.lines import figures_for
from paceline.web.page import Page, page
from paceline.web.targets.drafts import drafted


class CopyForm(Form):
    """What a copy is asked for."""

    name = forms.CharField(
        max_length=TARGET_NAME_CHARACTERS_MAX, required=False, help_text="Blank: the next one's name."
    )
    start_date = DayField(label="Start date", required=False, help_text="Blank: the day after the target's last.")
    growth = forms.CharField(
        initial="1",
        max_length=NUMBER_CHARACTERS_MAX,
        help_text="A factor such as 1.10, or per cent such as 10 %: of the value and of every share.",
    )
    status = forms.ChoiceField(choices=[(TargetStatus.DRAFT.value, "Draft"), (TargetStatus.ACTIVE.value, "Active")])
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    def options(self) -> dict[str, Any]:
        """What the verb takes."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "token"}
        return {**given, "name": given["name"] or None}


@page("GET", "POST")
def copy(page: Page, target_id: int) -> HttpResponseBase:
    """Show what a copy would be, and make it as it was shown."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_TARGETS)
        target = find.target(scope, target_id)
        form = CopyForm(page)
    token = page.request.POST.get("token", "")
    if page.is_posted and token and "apply" in page.request.POST:
        try:
            made = page.do(lambda scope: previews.apply_preview_of(scope, "target", target_id, token, ""))
            return page.go("target", made.draft.target.id, said=f"{made.draft.target.name} is there.")
        except PacelineError as error:
            form.is_valid()
            form.refuse(error)

    def work(scope: Scope) -> Previewed:
        return copies.preview_copy(scope, target_id, form.options(), page.today)

    made = form.attempt(work)
    shown: dict[str, Any] = {"form": form, "target": target}
    if made is not None:
        shown |= {"token": made.token, "draft": drafted(figures_for(page, target), made.draft)}
    return page.render("paceline/targets/copy.html", shown)
