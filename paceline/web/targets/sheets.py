"""A whole plan as a spreadsheet: taken away, changed there, and brought back with a preview of the differences."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase

from paceline.api.plans import MEDIA_TYPES
from paceline.errors import InvalidInput, PacelineError
from paceline.facts.scope import Scope
from paceline.org import reach
from paceline.plan import find
from paceline.plan.actions import imports, previews
from paceline.plan.actions.previews import Previewed
from paceline.plan.sheets.plan import Plan
from paceline.plan.sheets.reading import FILE_BYTES_MAX
from paceline.plan.sheets.writing import FileFormat, write
from paceline.web.forms import Form
from paceline.web.lines import figures_for
from paceline.web.page import Page, page
from paceline.web.targets.drafts import drafted


class PlanForm(Form):
    """The file, or the token of what was previewed of one."""

    file = forms.FileField(required=False, help_text="A plan that was exported here, changed: CSV or XLSX.")
    reason = forms.CharField(required=False, help_text="Kept with every change.")
    token = forms.CharField(required=False, widget=forms.HiddenInput)


@page("GET")
def export(page: Page, target_id: int) -> HttpResponseBase:
    """The plan: a row for each assignee, a column for each period."""
    as_ = FileFormat.XLSX if page.request.GET.get("format") == "xlsx" else FileFormat.CSV
    with page.reading() as scope:
        table = Plan(scope, find.target(scope, target_id)).table()
        content = write(table.header, table.rows, as_)
    response = HttpResponse(content, content_type=MEDIA_TYPES[as_])
    response["Content-Disposition"] = f'attachment; filename="plan-{target_id}.{as_.value}"'
    return response


@page("GET", "POST")
def bring(page: Page, target_id: int) -> HttpResponseBase:
    """Show what a changed plan would change, and do it as it was shown."""
    with page.reading() as scope:
        reach.check_plans(scope)
        target = find.target_to_plan(scope, target_id)
        form = PlanForm(page)
    token = page.request.POST.get("token", "")
    if page.is_posted and token and "apply" in page.request.POST:
        try:
            reason = page.request.POST.get("reason", "")
            made = page.do(lambda scope: previews.apply_preview_of(scope, "target", target_id, token, reason))
            changed = sum(row.changes for row in made.draft.rows)
            return page.go("target", target_id, said=f"{changed:,} share{' is' if changed == 1 else 's are'} changed.")
        except PacelineError as error:
            form.is_valid()
            form.refuse(error)
    made = form.attempt(lambda scope: _previewed(scope, target_id, form))
    shown: dict[str, Any] = {"form": form, "target": target}
    if made is not None:
        shown |= {"token": made.token, "draft": drafted(figures_for(page, target), made.draft)}
    return page.render("paceline/targets/import.html", shown)


def _previewed(scope: Scope, target_id: int, form: PlanForm) -> Previewed:
    given = form.cleaned_data["file"]
    if given is None:
        raise InvalidInput.at("file", "choose a file")
    if given.size > FILE_BYTES_MAX:
        raise InvalidInput.at("file", f"is larger than {FILE_BYTES_MAX // 2**20} MiB")
    return imports.preview_import(scope, target_id, given.read())
