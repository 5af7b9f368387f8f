"""What somebody chose for the columns of a file, as the mapping file that the command takes."""

from collections.abc import Container, Mapping
from typing import Any

import tomli_w

from paceline.crm.mapping import CustomType, RecordMapping, read_mapping
from paceline.domain.record import FIELDS, Module, field

CUSTOM = "custom:"
# The status that a day belongs to: on other rows such a column often holds the day that is hoped for.
_DONE = {
    Module.DEALS: ("closed", ("won", "lost")),
    Module.LEADS: ("qualified", ("qualified",)),
    Module.TASKS: ("completed", ("completed", "cancelled")),
}


def toml(module: Module, choices: Mapping[str, Any]) -> str:
    """The mapping as TOML. `choices` are as the wizard keeps them: see `plain`."""
    return tomli_w.dumps(plain(module, choices))


def mapping(module: Module, choices: Mapping[str, Any]) -> RecordMapping:
    """The mapping. Raises InvalidInput with every fault of it."""
    return read_mapping(module, toml(module, choices).encode())


def plain(module: Module, choices: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping file's content.

    `choices` has `source`, `encoding`, `delimiter`, `dates` and `decimal`, `fields` by column, the meaning of `words`
    by field and word, `constants` by field, and `is_done_only` where the closing day counts only for what is over.
    """
    given: Mapping[str, str] = choices.get("fields", {})
    words: Mapping[str, Mapping[str, str]] = choices.get("words", {})
    by_field = {name: column for column, name in given.items() if name and not name.startswith(CUSTOM)}
    columns: dict[str, Any] = dict(by_field)
    made: dict[str, Any] = {
        name: choices[name] for name in ("source", "encoding", "delimiter", "dates", "decimal") if choices.get(name)
    }
    if "status" in columns:
        columns["status"] = _translated(by_field["status"], words.get("status", {}))
    if choices.get("is_done_only"):
        columns |= _closing(module, by_field, words)
    order = [each.name for each in FIELDS[module]]
    made["columns"] = {name: columns[name] for name in sorted(columns, key=order.index)}
    if constants := {name: value for name, value in choices.get("constants", {}).items() if value}:
        made["constants"] = constants
    if tells_status(module, by_field):
        made["stages"] = {word: status for word, status in words.get("stage", {}).items() if status}
    if "type" in by_field and (types := {word: to for word, to in words.get("type", {}).items() if to}):
        made["types"] = types
    if custom := _custom(given):
        made["custom"] = custom
    return made


def tells_status(module: Module, by_field: Container[str]) -> bool:
    """Whether the stages of the file tell the status: where nothing else does."""
    return field(module, "stage") is not None and "stage" in by_field and "status" not in by_field


def _translated(column: str, words: Mapping[str, str]) -> Any:
    values = {word: meant for word, meant in words.items() if meant and meant != word}
    return {"column": column, "values": values} if values else column


def _closing(module: Module, by_field: Mapping[str, str], words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    day, statuses = _DONE[module]
    teller = "status" if "status" in by_field else "stage"
    told = [word for word, status in words.get(teller, {}).items() if status in statuses]
    if day not in by_field or teller not in by_field or not told:
        return {}
    return {day: {"column": by_field[day], "when": {"column": by_field[teller], "in": told}}}


def _custom(given: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for column, name in given.items():
        if name.startswith(CUSTOM):
            kind = name.removeprefix(CUSTOM)
            made[column] = column if kind == CustomType.TEXT else {"column": column, "type": kind}
    return made
