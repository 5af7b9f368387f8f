"""Where an import begins, and the ones before it."""

from django import forms
from django.db.models import Sum
from django.http import HttpResponseBase

from paceline.crm.files import actions
from paceline.crm.files.reading import FILE_BYTES_MAX
from paceline.crm.models import Import, ImportPart
from paceline.domain.record import KEY_CHARACTERS_MAX, Module
from paceline.errors import InvalidInput
from paceline.facts import records
from paceline.web.forms import Form, choices
from paceline.web.page import Page, page
from paceline.web.records import writing

IMPORTS_SHOWN_MAX = 30
_UPLOAD = "paceline/records/importing/upload.html"
SOURCE_DEFAULT = "csv"


class UploadForm(Form):
    """A file or pasted rows, of what, and from where."""

    module = forms.ChoiceField(label="It holds", choices=choices((each.value, each.value) for each in Module))
    source = forms.CharField(
        label="Where it comes from",
        max_length=KEY_CHARACTERS_MAX,
        help_text="The system that it was exported from. A record is known by this and its id.",
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label="CSV or XLSX file",
        required=False,
        help_text=f"With a line of headings, up to {FILE_BYTES_MAX // 1_000_000} MB. The command line takes more.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    text = forms.CharField(
        label="Or paste rows, as copied from a spreadsheet",
        required=False,
        strip=False,
        max_length=FILE_BYTES_MAX,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def content(self) -> tuple[str, bytes]:
        """The name and the bytes of what was brought. Raises InvalidInput."""
        file, text = self.cleaned_data["file"], self.cleaned_data["text"]
        if bool(file) == bool(text.strip()):
            raise InvalidInput.at("file", "choose a file, or paste rows below")
        if not file:
            return "pasted", text.encode("utf-8", "replace")
        if file.size > FILE_BYTES_MAX:
            raise InvalidInput.at("file", f"is larger than {FILE_BYTES_MAX:,} bytes: use `paceline import`")
        file.seek(0)
        return file.name, file.read()


@page("GET", "POST")
def imports(page: Page) -> HttpResponseBase:
    """Bring a file; the imports before it, those under way first to come back to."""
    writing.check_may(page)
    asked = page.request.GET.get("module", "")
    with page.reading() as scope:
        sources = sorted({each for module in Module for each in records.sources(scope, module)})
        initial = {"module": asked if asked in set(Module) else Module.DEALS.value, "source": SOURCE_DEFAULT}
        form = UploadForm(page, initial)
    made = form.attempt(
        lambda scope: actions.begin(
            scope, Module(form.cleaned_data["module"]), form.cleaned_data["source"], *form.content()
        )
    )
    if made is not None:
        return page.go("record_import", made.id)
    with page.reading() as scope:
        before = list(Import.objects.filter(org_id=scope.org_id).order_by("-id")[:IMPORTS_SHOWN_MAX])
        kept = ImportPart.objects.filter(org_id=scope.org_id, of__in=before).values("of").annotate(rows=Sum("rows"))
        context = {"form": form, "imports": before, "sources": sources, "kept": {each["of"] for each in kept}}
        return page.refused(_UPLOAD, context) if page.is_posted else page.render(_UPLOAD, context)
