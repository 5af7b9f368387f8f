"""The steps of a record: done with on a day, deleted, brought back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponseBase

from paceline.domain.record import Module
from paceline.facts.scope import Scope
from paceline.web.forms import AmountField, DayField, Form
from paceline.web.page import Page, page
from paceline.web.records import writing
from paceline.web.records.editing import counts
from paceline.web.records.record import one, yields_words
from paceline.web.records.shown import CLOSING, ENDS, SINGULAR, figures_in, module_of, people_named, shown

_FINISH, _DELETE = "paceline/records/finish.html", "paceline/records/delete.html"
_WORDS = {Module.DEALS: "Close", Module.LEADS: "Decide", Module.TASKS: "Finish"}


class FinishForm(Form):
    """How a record ended, and on which day."""

    names: Mapping[str, str] = {"closed": "day", "qualified": "day", "completed": "day"}
    status = forms.ChoiceField(widget=forms.RadioSelect, label="It was")
    day = DayField(label="On")

    def __init__(self, page: Page, module: Module, record: dict[str, Any]) -> None:
        ends = ENDS[module]
        day = record[f"{CLOSING[module]}_day"] or page.today
        initial = {"status": record["status"] if record["status"] in ends else ends[0], "day": day}
        super().__init__(page, {**initial, "amount": record.get("amount")})
        self.fields["status"].choices = [(each, each) for each in ends]  # pyright: ignore[reportAttributeAccessIssue]
        if module == Module.DEALS:
            amount = AmountField(figures_in(page, record["currency"]), label="Amount", required=False)
            amount.widget.attrs["class"] = "form-control"
            self.fields["amount"] = amount

    def given(self, module: Module) -> dict[str, Any]:
        """What is written. A lead that came to nothing was qualified on no day."""
        cleaned = self.cleaned_data
        is_dated = cleaned["status"] != "disqualified"
        amount = {"amount": cleaned["amount"]} if "amount" in self.changed_data else {}
        return {"status": cleaned["status"], CLOSING[module]: cleaned["day"] if is_dated else None, **amount}


@page("GET", "POST")
def finish(page: Page, module: str, record_id: int) -> HttpResponseBase:
    """A deal won or lost, a lead qualified or not, a task completed or cancelled."""
    kind = module_of(module)
    writing.check_may(page)
    with page.reading() as scope:
        found = one(scope, kind, record_id)
        form = FinishForm(page, kind, found)

    def work(scope: Scope) -> str:
        given = {"external_id": found["external_id"], **form.given(kind)}
        if "amount" in given:
            given["currency"] = found["currency"]
        return writing.write(page, scope, kind, found["source"], given)

    if form.attempt(work) is not None:
        said = f"{form.cleaned_data['status'].capitalize()}. {counts(page, kind, record_id)}"
        return page.go("record", kind.value, record_id, said=said)
    context = {"form": form, "module": kind.value, "record": found, "verb": _WORDS[kind], "singular": SINGULAR[kind]}
    return page.refused(_FINISH, context) if page.is_posted else page.render(_FINISH, context)


@page("GET", "POST")
def delete(page: Page, module: str, record_id: int) -> HttpResponseBase:
    """Asks before a record stops counting; it can be brought back."""
    kind = module_of(module)
    writing.check_may(page)
    with page.reading() as scope:
        found = one(scope, kind, record_id)
        phrases = yields_words(page, scope, record_id, kind)
        names = people_named(scope, [found["owner_id"]])
    if page.is_posted:
        _mark(page, kind, found, is_deleted=True)
        return page.go("record", kind.value, record_id, said="Deleted. It counts no more; it can be brought back.")
    context = {"module": kind.value, "record": shown(page, kind, found, names), "phrases": phrases}
    return page.render(_DELETE, {**context, "singular": SINGULAR[kind]})


@page("POST")
def restore(page: Page, module: str, record_id: int) -> HttpResponseBase:
    """A deleted record is there again."""
    kind = module_of(module)
    writing.check_may(page)
    with page.reading() as scope:
        found = one(scope, kind, record_id)
    _mark(page, kind, found, is_deleted=False)
    return page.go("record", kind.value, record_id, said=f"Brought back. {counts(page, kind, record_id)}")


def _mark(page: Page, module: Module, found: dict[str, Any], *, is_deleted: bool) -> None:
    given = {"external_id": found["external_id"], "deleted": is_deleted}
    page.do(lambda scope: writing.write(page, scope, module, found["source"], given))
