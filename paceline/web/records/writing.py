"""Writing one record by hand: the same verb as the API's, and its faults beside their fields."""

from collections.abc import Mapping
from typing import Any

from paceline.crm.receiving import receive
from paceline.domain.access import Permission
from paceline.domain.record import Module
from paceline.errors import Conflict, InvalidInput
from paceline.facts import clock, records
from paceline.facts.records import Asked
from paceline.facts.scope import Scope
from paceline.web.page import Page

SOURCE = "manual"


def check_may(page: Page) -> None:
    """Raises NotAllowed unless the actor changes records."""
    with page.reading() as scope:
        scope.needs(Permission.CHANGE_RECORDS)


def write(page: Page, scope: Scope, module: Module, source: str, given: Mapping[str, Any]) -> str:
    """What became of the record: created, changed or unchanged. Raises InvalidInput, Conflict.

    It is dated now, so that an older state of it, should its source send one, does not undo this.
    """
    (received,) = receive(scope, module, source, [[{**given, "modified": page.now}]])
    if received.outcome == "rejected":
        raise InvalidInput(received.faults)
    if received.outcome == "stale":
        raise Conflict("its source says that it changed this record later than now: change it there")
    return received.outcome


def add(page: Page, scope: Scope, module: Module, given: Mapping[str, Any]) -> int:
    """The id of a new record. Raises InvalidInput, also where there is one of that external id already."""
    clock.lock(scope)
    asked = Asked(source=SOURCE, external_id=given["external_id"])
    if records.latest(scope, module, asked, limit=1):
        raise InvalidInput.at("external_id", "there is a record of that id already: open it, or give another id")
    write(page, scope, module, SOURCE, given)
    return records.latest(scope, module, asked, limit=1)[0]["record_id"]
