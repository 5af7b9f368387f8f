"""Bringing people in from a file: what would become of each row is shown while the file is still in the page."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.crm.files.people import NAMES, read_people_file
from paceline.crm.files.reading import FILE_BYTES_MAX
from paceline.crm.people import PeopleRows
from paceline.crm.times import Dates
from paceline.domain.access import Permission
from paceline.errors import InvalidInput, PacelineError
from paceline.facts.scope import Scope
from paceline.org.actions.importing import Summary, import_people
from paceline.org.columns import NAME_CHARACTERS_MAX
from paceline.org.names import findable
from paceline.web.forms import Form
from paceline.web.page import Page, page

_PAGE, _PREVIEW = "paceline/people/import.html", "paceline/people/import_preview.html"
SOURCE_DEFAULT = "csv"
# A page shows so many refused rows; the others are counted.
REFUSED_SHOWN_MAX = 100
_DATES = [
    (Dates.ISO.value, "year first: 2026-01-31"),
    (Dates.DAY_FIRST.value, "day first: 31/01/2026"),
    (Dates.MONTH_FIRST.value, "month first: 01/31/2026"),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows, or would."""

    summary: Summary
    ignored: tuple[str, ...]

    @property
    def refused(self) -> list[Any]:
        """The first of the rows that were not taken."""
        return self.summary.rejected[:REFUSED_SHOWN_MAX]

    @property
    def more(self) -> int:
        """How many of them are not shown."""
        return len(self.summary.rejected) - len(self.refused)


class ImportForm(Form):
    """A file of people."""

    file = forms.FileField(
        label="CSV or XLSX file",
        help_text=f"With a line of headings, up to {FILE_BYTES_MAX // 1_000_000} MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    source = forms.CharField(
        label="Whose ids they are",
        max_length=NAME_CHARACTERS_MAX,
        help_text="The system that knows the people by the ids in the file, such as your CRM.",
    )
    dates = forms.ChoiceField(label="Days are written", choices=_DATES)

    def __init__(self, page: Page) -> None:
        super().__init__(page, {"source": SOURCE_DEFAULT, "dates": Dates.ISO.value})

    def rows(self) -> PeopleRows:
        """The people of the file. Raises InvalidInput."""
        file = self.cleaned_data["file"]
        if file.size > FILE_BYTES_MAX:
            raise InvalidInput.at("file", f"is larger than {FILE_BYTES_MAX:,} bytes: use `paceline import people`")
        file.seek(0)
        return read_people_file(file.read(), Dates(self.cleaned_data["dates"]))


@page("GET", "POST", needs=Permission.CHANGE_ORGANIZATION)
def bring(page: Page) -> HttpResponseBase:
    """The form; what would become of its rows; or what became of them."""
    form, today = ImportForm(page), page.today
    columns = [(field.replace("_", " "), NAMES[field]) for field in NAMES]
    context: dict[str, Any] = {"form": form, "columns": columns}

    def work(scope: Scope) -> Outcome:
        rows = form.rows()
        name = findable(form.cleaned_data["file"].name)[:NAME_CHARACTERS_MAX]
        return Outcome(import_people(scope, rows, form.cleaned_data["source"], today, name), rows.ignored)

    if page.is_posted and "preview" in page.request.POST:
        context |= _tried(page, form, work)
        return page.render(_PREVIEW if page.is_partial else _PAGE, context)
    outcome = form.attempt(work)
    if outcome is not None:
        return page.render(_PAGE, {**context, "form": None, "outcome": outcome, "is_done": True})
    return page.refused(_PAGE, context) if form.errors else page.render(_PAGE, context)


def _tried(page: Page, form: ImportForm, work: Any) -> dict[str, Any]:
    if not form.is_valid():
        return {"is_waiting": "file" in form.errors}
    try:
        return {"outcome": page.tried(work)}
    except PacelineError as error:
        return {"faults": [f"{each.where}: {each.message}" for each in error.faults] or [error.message]}
