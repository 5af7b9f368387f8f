"""What a write makes of a stored record, in plain Python. A record is a dict of its fields as they were given."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from paceline.domain.record import Module

Record = dict[str, object]
FindOwner = Callable[[str], int | None]

_OWN_FIELDS = {
    Module.DEALS: "amount currency stage pipeline product region expected_close closed",
    Module.LEADS: "stage pipeline lead_source region qualified",
    Module.TASKS: "type completed",
}


def written(
    module: Module, stored: Record | None, given: Mapping[str, object], currency: str, find_owner: FindOwner
) -> tuple[str, Record]:
    """The outcome of one row, and the record after it. Only the fields of `given` were given."""
    if stored is not None and _earlier(given.get("modified"), stored["modified"]):
        return "stale", stored
    record = dict(stored) if stored is not None else _blank(module, currency)
    record["deleted"] = False
    for name, value in given.items():
        record[name] = _merged(record, name, value, currency)
    if "owner" in given:
        _set_owner(record, stored, find_owner)
    if module == Module.LEADS:
        _keep_qualified(record, stored)
    settle(module, record)
    if stored is None:
        return "created", record
    changed = any(record[name] != stored[name] for name in record if name != "modified")
    return "changed" if changed else "unchanged", record


def settle(module: Module, record: Record) -> None:
    """Keep the first owner known while the record is closed; forget it when it is open again."""
    if is_closed(module, record):
        record["close_owner_id"] = record["close_owner_id"] or record["owner_id"]
    else:
        record["close_owner_id"] = None


def is_closed(module: Module, record: Record) -> bool:
    """Whether a deal is won, a lead qualified or a task completed."""
    if module == Module.LEADS:
        return record["status"] == "qualified" or record["qualified"] is not None
    return record["status"] == ("won" if module == Module.DEALS else "completed")


def local_day(moment: object, time_zone: str) -> date | None:
    """The day of a moment that the source gave as a time, as a day, or not at all."""
    if isinstance(moment, datetime):
        return moment.astimezone(ZoneInfo(time_zone)).date()
    assert moment is None or isinstance(moment, date)
    return moment


def _blank(module: Module, currency: str) -> Record:
    names = ["external_id", "name", "owner", "owner_id", "close_owner_id", "created", "modified"]
    record: Record = {name: None for name in [*names, *_OWN_FIELDS[module].split()]}  # noqa: C420 - of any type
    record |= {"status": "open", "deleted": False, "custom": {}}
    return record | ({"currency": currency} if module == Module.DEALS else {})


def _earlier(given: object, stored: object) -> bool:
    return isinstance(given, datetime) and isinstance(stored, datetime) and given < stored


def _merged(record: Record, name: str, value: object, currency: str) -> object:
    """The field after it was given: blank clears it, except where a record cannot be without."""
    match name:
        case "status":
            return value or "open"
        case "currency":
            return value or currency
        case "deleted":
            return bool(value)
        case "modified":
            return value or record["modified"]
        case "custom":
            both = {**_fields(record["custom"]), **_fields(value)}
            return {key: each for key, each in both.items() if each is not None}
    return value


def _fields(custom: object) -> dict[str, object]:
    return dict(custom) if isinstance(custom, Mapping) else {}


def _set_owner(record: Record, stored: Record | None, find_owner: FindOwner) -> None:
    word = record["owner"]
    if stored is not None and stored["owner"] == word and stored["owner_id"] is not None:
        return
    record["owner_id"] = find_owner(word) if isinstance(word, str) else None


def _keep_qualified(record: Record, stored: Record | None) -> None:
    """A lead that stays qualified keeps its day; one that has none is dated by its source's own change."""
    if record["status"] != "qualified" or record["qualified"] is not None:
        return
    record["qualified"] = (stored["qualified"] if stored else None) or record["modified"]
