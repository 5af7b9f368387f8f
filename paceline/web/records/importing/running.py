"""An import's own page: its columns, how far it is, what would become of it, and what became of it."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from paceline.crm.files import actions, preview
from paceline.crm.files.reading import ENCODINGS
from paceline.crm.importing import RejectFile
from paceline.crm.models import Import, ImportState
from paceline.domain.record import FIELDS, FieldType, Module
from paceline.errors import InvalidInput
from paceline.facts.scope import Scope
from paceline.org.places import currencies
from paceline.web.page import Page, page
from paceline.web.records import writing
from paceline.web.records.importing.columns import DELIMITER_WORDS, Choices
from paceline.web.records.shown import figures_in, label

# A request does steps for so long; then the page shows how far it is, and asks again.
STEPS_SECONDS_MAX = 0.7
# A worker that lives tells so every ten seconds.
WORKER_SECONDS_MAX = 40
OWNERS_SHOWN_MAX = 12
_FOLDER = "paceline/records/importing"
_REFUSED = 422


@page("GET", "POST")
def one(page: Page, import_id: int) -> HttpResponseBase:
    """The step that an import is at. Posted, it is the choices for its columns."""
    writing.check_may(page)
    with page.reading() as scope:
        made = actions.found(scope, import_id)
    if made.state == ImportState.MAPPING:
        return _columns(page, made)
    with page.reading() as scope:
        if made.state in {ImportState.CHECKING, ImportState.IMPORTING}:
            return page.render(f"{_FOLDER}/progress.html", _progress(made))
        if made.state == ImportState.CHECKED:
            return page.render(f"{_FOLDER}/checked.html", _checked(page, scope, made))
        return page.render(f"{_FOLDER}/done.html", _done(made))


@page("POST")
def step(page: Page, import_id: int) -> HttpResponseBase:
    """Go on for a moment, unless a worker does, and show how far it is."""
    writing.check_may(page)
    until = monotonic() + STEPS_SECONDS_MAX
    while page.do(lambda scope: actions.step(scope, import_id)) and monotonic() < until:
        pass
    with page.reading() as scope:
        made = actions.found(scope, import_id)
    if made.state in {ImportState.CHECKING, ImportState.IMPORTING} and page.is_partial:
        return page.render(f"{_FOLDER}/bar.html", _progress(made))
    return page.go("record_import", import_id)


@page("POST")
def reread(page: Page, import_id: int) -> HttpResponseBase:
    """Read the file as one of another encoding or delimiter."""
    writing.check_may(page)
    encoding, delimiter = page.request.POST.get("encoding", ""), page.request.POST.get("delimiter", "")
    if encoding not in ENCODINGS or delimiter not in DELIMITER_WORDS:
        raise InvalidInput.at("file", "choose one of the encodings and delimiters")
    page.do(lambda scope: actions.reread(scope, import_id, encoding, delimiter))
    return page.go("record_import", import_id)


@page("POST")
def again(page: Page, import_id: int) -> HttpResponseBase:
    """Go back to the columns."""
    page.do(lambda scope: actions.tell_again(scope, import_id))
    return page.go("record_import", import_id)


@page("POST")
def start(page: Page, import_id: int) -> HttpResponseBase:
    """Write what was tried."""
    page.do(lambda scope: actions.start(scope, import_id))
    return page.go("record_import", import_id)


@page("GET", "POST")
def drop(page: Page, import_id: int) -> HttpResponseBase:
    """Forget an import and its file."""
    writing.check_may(page)
    if page.is_posted:
        page.do(lambda scope: actions.drop(scope, import_id))
        return page.go("record_imports", said="The file is forgotten. Records that were written stay.")
    with page.reading() as scope:
        return page.render(f"{_FOLDER}/drop.html", {"made": actions.found(scope, import_id)})


@page("GET")
def rejected(page: Page, import_id: int) -> HttpResponseBase:
    """The refused rows as a file, to mend and bring again."""
    with page.reading() as scope:
        made = actions.found(scope, import_id)
        text = io.StringIO()
        RejectFile(text, made.header, made.delimiter or ",").write(actions.rejected(made))
    name = made.file.rpartition(".")[0] or made.file
    return _file(text.getvalue().encode("utf-8-sig", "replace"), f"{name}-rejected.csv", "text/csv; charset=utf-8")


@page("GET")
def mapping(page: Page, import_id: int) -> HttpResponseBase:
    """The mapping as the file that the command takes."""
    with page.reading() as scope:
        made = actions.found(scope, import_id)
        return _file(actions.choices_toml(made).encode(), f"{made.module}.toml", "application/toml")


def _columns(page: Page, made: Import) -> HttpResponseBase:
    choices = Choices(page, made)
    faults: Sequence[Any] = ()
    if page.is_posted:
        page.do(lambda scope: actions.choose(scope, made.id, choices.given))
        if page.request.POST.get("act") == "check":
            faults = choices.faults() or _try(page, made.id)
            if not faults:
                return page.go("record_import", made.id)
        elif not page.is_partial:
            return page.go("record_import", made.id)
    context = {
        "made": made,
        "choices": choices,
        "columns": choices.told(),
        "faults": faults,
        "encodings": ENCODINGS,
        "delimiters": DELIMITER_WORDS.items(),
        "delimiter_words": DELIMITER_WORDS.get(made.delimiter, ""),
        "as_before": bool(made.choices.get("as_before")) and not page.is_posted,
    }
    template = f"{_FOLDER}/{'choices' if page.is_partial and not page.is_dialog else 'columns'}.html"
    # What is put in the place of the form is an answer like any other.
    return page.render(template, context, _REFUSED if faults and not page.is_partial else 200)


def _try(page: Page, import_id: int) -> Sequence[Any]:
    """Let the rows be tried; what is wrong with the choices otherwise."""
    try:
        page.do(lambda scope: actions.check(scope, import_id))
    except InvalidInput as refused:
        return refused.faults
    return ()


def _progress(made: Import) -> dict[str, Any]:
    is_trial = made.state == ImportState.CHECKING
    counts = made.checked if is_trial else made.written
    since = timezone.now() - timedelta(seconds=WORKER_SECONDS_MAX)
    has_worker = ProcrastinateWorker.objects.filter(last_heartbeat__gt=since).exists()
    return {"made": made, "counts": counts, "is_trial": is_trial, "has_worker": has_worker}


def _checked(page: Page, scope: Scope, made: Import) -> dict[str, Any]:
    names, rows = preview.first_rows(scope, made)
    kinds = {each.name: each.type for each in FIELDS[Module(made.module)]}
    at = names.index("currency") if "currency" in names else None
    shown = [
        (
            row,
            [
                (each, _cell(page, kinds[name], each.value, _currency(page, row, at)))
                for name, each in zip(names, row.cells, strict=False)
            ],
        )
        for row in rows
    ]
    counts = made.checked
    return {
        "made": made,
        "counts": counts,
        "names": [label(name) for name in names],
        "rows": shown,
        "good": counts["read"] - counts["rejected"],
        "columns": sorted(counts["columns"].items(), key=lambda each: -each[1]),
        "owners": _most(counts["unknown"]),
        "more_faults": counts["rejected"] - len(counts["faults"]),
    }


def _done(made: Import) -> dict[str, Any]:
    has_rows = made.parts.exclude(refused=b"").exists()
    return {"made": made, "counts": made.written, "owners": _most(made.written["unknown"]), "has_rejected": has_rows}


def _most(counted: dict[str, int]) -> dict[str, Any]:
    most = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return {
        "first": most[:OWNERS_SHOWN_MAX],
        "more": max(len(most) - OWNERS_SHOWN_MAX, 0),
        "rows": sum(counted.values()),
    }


def _currency(page: Page, row: Any, at: int | None) -> str:
    code = row.cells[at].value if at is not None and row.cells else None
    return code if code in currencies() else page.organization.currency


def _cell(page: Page, kind: FieldType, value: Any, currency: str) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items() if each is not None)
    if isinstance(value, datetime):
        return page.moment(value)
    if isinstance(value, date):
        return page.day(value)
    if kind == FieldType.MONEY and isinstance(value, int):
        return figures_in(page, currency).exact(value)
    return "" if value is None or value is False else str(value)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "._- ") else "_" for each in name)
    response["Content-Disposition"] = f'attachment; filename="{plain}"'
    return response
