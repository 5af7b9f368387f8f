"""The verbs of an import by file: begin it, tell its columns, try it, write it, part by part, and forget it.

A part is written, and marked as written, in one transaction. So whoever takes the next step, a worker or the page that
shows the progress, goes on where the last one ended, and a step that is killed did nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from paceline.crm.files import choosing, guessing, profile, reading, stored
from paceline.crm.files.profile import Profile
from paceline.crm.files.stored import Kept
from paceline.crm.files.trying import PART_ROWS_MAX, bound, try_part
from paceline.crm.models import FILE_CHARACTERS_MAX, Import, ImportPart, ImportState
from paceline.domain.access import Permission
from paceline.domain.record import Module
from paceline.domain.rejection import Rejected
from paceline.errors import Conflict, InvalidInput, NotFound
from paceline.facts.scope import Scope
from paceline.org.checks import Checks
from paceline.org.names import findable

# By this name the worker knows the job.
JOB = "import_file"
# An upload that nobody goes on with, and the refused rows of one that is over, are kept for so long.
KEPT = timedelta(days=7)
# Uploads that nobody went on with are that many at most.
OPEN_MAX = 20

# What a file of refused rows has beside its own columns.
REJECTED_COLUMNS = ("rejected_line", "rejected_column", "rejected_reason")

_OUTCOMES = ("created", "changed", "unchanged", "stale", "rejected")
_STEPPING = (ImportState.CHECKING.value, ImportState.IMPORTING.value)


def begin(scope: Scope, module: Module, source: str, file: str, content: bytes) -> Import:
    """Take a file in, and guess what its columns mean. Raises InvalidInput, NotAllowed, Conflict."""
    scope.needs(Permission.CHANGE_RECORDS)
    checks = Checks()
    source = checks.name("source", source)
    checks.done()
    if Import.objects.filter(org_id=scope.org_id).exclude(state=ImportState.DONE.value).count() >= OPEN_MAX:
        raise Conflict(f"there are {OPEN_MAX} imports under way: finish or drop one first")
    made = Import(org_id=scope.org_id, module=module.value, source=source, actor=scope.actor)
    made.file = findable(file)[-FILE_CHARACTERS_MAX:] or "pasted"
    with transaction.atomic():
        made.save()
        ImportPart.objects.create(org_id=scope.org_id, of=made, number=0, content=content, is_done=True)
        _read(made, reading.read(content))
        made.choices = _guess(scope, made)
        made.save()
    return made


def reread(scope: Scope, import_id: int, encoding: str, delimiter: str) -> Import:
    """Read the file anew, as one of that encoding and delimiter. Raises InvalidInput."""
    made = to_change(scope, import_id, ImportState.MAPPING)
    if made.delimiter and (encoding, delimiter) != (made.encoding, made.delimiter):
        content = bytes(made.parts.get(number=0).content)
        made.parts.exclude(number=0).delete()
        _read(made, reading.read(content, delimiter, encoding))
        made.choices = _guess(scope, made)
        made.save()
    return made


def choose(scope: Scope, import_id: int, choices: Mapping[str, Any]) -> Import:
    """Keep what was chosen for the columns. Raises Conflict."""
    made = to_change(scope, import_id, ImportState.MAPPING)
    written = {"encoding": made.encoding, "delimiter": made.delimiter} if made.delimiter else {}
    made.choices = {**choices, "source": made.source, **written}
    made.save(update_fields=["choices"])
    return made


def check(scope: Scope, import_id: int) -> Import:
    """Let all rows be tried. Raises InvalidInput where the columns do not make a mapping."""
    made = to_change(scope, import_id, ImportState.MAPPING)
    bound(scope, made, [])
    return _go(made, ImportState.CHECKING, checked=_nothing())


def tell_again(scope: Scope, import_id: int) -> Import:
    """Go back to the columns."""
    made = to_change(scope, import_id, ImportState.CHECKED, ImportState.CHECKING)
    made.state = ImportState.MAPPING.value
    made.save(update_fields=["state"])
    return made


def start(scope: Scope, import_id: int) -> Import:
    """Let all rows be written, those that were tried."""
    made = to_change(scope, import_id, ImportState.CHECKED)
    if made.rows == made.checked["rejected"]:
        raise InvalidInput.at("file", "every row would be rejected: tell the columns again")
    return _go(made, ImportState.IMPORTING, written=_nothing())


def drop(scope: Scope, import_id: int) -> None:
    """Forget the import with its file; what was written stays."""
    to_change(scope, import_id, *ImportState).delete()


def step(scope: Scope, import_id: int) -> bool:
    """Try or write the next rows; whether there is more to do. Somebody else being at it is nothing to do."""
    own = Import.objects.filter(org_id=scope.org_id, id=import_id, state__in=_STEPPING)
    made = own.select_for_update(skip_locked=True).first()
    if made is None:
        return False
    is_trial = made.state == ImportState.CHECKING.value
    part = made.parts.filter(is_done=False).order_by("number").first()
    if part is not None:
        counts = made.checked if is_trial else made.written
        # Whoever takes the step, it is done in the name of whoever brought the file.
        _count(counts, *try_part(replace(scope, actor=made.actor), made, part, is_trial=is_trial))
        part.is_done = True
        part.save(update_fields=["is_done", "refused"])
        made.save(update_fields=["checked", "written"])
        if made.parts.filter(is_done=False).exists():
            return True
    made.state = (ImportState.CHECKED if is_trial else ImportState.DONE).value
    made.save(update_fields=["state"])
    if not is_trial:
        made.parts.filter(refused=b"").delete()
        made.parts.update(content=b"")
    return False


def found(scope: Scope, import_id: int) -> Import:
    """The import. Raises NotFound, NotAllowed."""
    scope.needs(Permission.CHANGE_RECORDS)
    made = Import.objects.filter(org_id=scope.org_id, id=import_id).first()
    if made is None:
        raise NotFound("there is no such import: it was dropped, or is more than a week old")
    return made


def rejected(made: Import) -> list[Rejected]:
    """The refused rows that are kept still, each whole."""
    kept = made.parts.exclude(refused=b"").order_by("number")
    return [each for part in kept for each in stored.unpack(bytes(part.refused)) if isinstance(each, Rejected)]


def forget(now: datetime) -> None:
    """Forget the files that nobody went on with, and the refused rows, of every organization."""
    old = Import.objects.filter(made_at__lt=now - KEPT)
    ImportPart.objects.filter(of__in=old).delete()
    old.exclude(state=ImportState.DONE.value).delete()


def to_change(scope: Scope, import_id: int, *states: ImportState) -> Import:
    """The import, held until the transaction ends. Raises NotFound, and Conflict where it is further already."""
    found(scope, import_id)
    made = Import.objects.select_for_update().get(org_id=scope.org_id, id=import_id)
    if made.state not in {each.value for each in states}:
        raise Conflict(f"this import is {made.state} by now: look at it again")
    return made


def _go(made: Import, state: ImportState, **counts: dict[str, Any]) -> Import:
    """Let the steps begin: by a worker if one runs, and by the page that shows them in any case."""
    for name, value in counts.items():
        setattr(made, name, value)
    made.state = state.value
    made.save()
    made.parts.exclude(number=0).update(is_done=False, refused=b"")
    app.configure_task(JOB).defer(org_id=made.org_id, import_id=made.id)
    return made


def _read(made: Import, table: reading.Table) -> None:
    made.header, made.delimiter, made.encoding = list(table.header), table.delimiter, table.encoding
    seen = Profile(table.header)
    waiting: list[Kept] = []
    made.rows = number = 0
    for row in table.rows:
        if isinstance(row, reading.Line):
            seen.add(row)
        waiting.append(row)
        made.rows += 1
        if len(waiting) == PART_ROWS_MAX:
            number += 1
            _keep(made, number, waiting)
            waiting = []
    if waiting:
        _keep(made, number + 1, waiting)
    if not made.rows:
        raise InvalidInput.at("file", "has a header and no row")
    made.profile = seen.written()


def _keep(made: Import, number: int, rows: list[Kept]) -> None:
    content = stored.pack(rows)
    ImportPart.objects.create(org_id=made.org_id, of=made, number=number, rows=len(rows), content=content)


def _guess(scope: Scope, made: Import) -> dict[str, Any]:
    """What was chosen for the last file with these columns; else a guess by names and values."""
    # A file of refused rows has the columns of the one that they were in.
    mended = [name for name in made.header if name not in REJECTED_COLUMNS]
    own = Import.objects.filter(org_id=scope.org_id, module=made.module, header__in=[made.header, mended])
    before = own.filter(state=ImportState.DONE.value).order_by("-id").first()
    columns, module = profile.read(made.profile), Module(made.module)
    written = {"source": made.source, "encoding": made.encoding, "delimiter": made.delimiter}
    guess: dict[str, Any] = {**written, "fields": guessing.fields(module, columns), "is_done_only": True}
    if before is not None:
        guess |= {**before.choices, **written, "as_before": before.made_at.isoformat()}
    else:
        days, decimals = guessing.layout(columns, guess, module)
        guess["dates"] = days[0] if len(days) == 1 else ""
        guess["decimal"] = decimals[0] if len(decimals) == 1 else "."
    by_field = {name: column for column in columns if (name := guess["fields"].get(column.name))}
    told = guess.get("words", {})
    words = {name: guessing.words(module, by_field[name]) for name in ("status", "stage") if name in by_field}
    if "type" in by_field:
        words["type"] = guessing.types(by_field["type"])
    guess["words"] = {name: {**guessed, **told.get(name, {})} for name, guessed in words.items()}
    if module == Module.TASKS and "status" not in by_field and "completed" in by_field:
        guess.setdefault("constants", {"status": "completed"})
    return guess


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(_OUTCOMES, 0), "unknown": {}, "faults": [], "columns": {}, "read": 0, "no_amount": 0}


def _count(counts: dict[str, Any], rows: int, outcomes: Mapping[str, int], found_in: Mapping[str, Any]) -> None:
    counts["read"] += rows
    for name, count in outcomes.items():
        counts[name] += count
    counts["no_amount"] += found_in["no_amount"]
    counts["faults"] = [*counts["faults"], *found_in["faults"]][:FAULTS_SHOWN_MAX]
    for name in ("unknown", "columns"):
        together = counts[name]
        for word, count in found_in[name].items():
            if word in together or len(together) < WORDS_COUNTED_MAX:
                together[word] = together.get(word, 0) + count


# What a page shows; all refused rows are in the file of them.
FAULTS_SHOWN_MAX = 100
WORDS_COUNTED_MAX = 500


def choices_toml(made: Import) -> str:
    """The chosen mapping as the file that the command takes. Raises InvalidInput."""
    choosing.mapping(Module(made.module), made.choices)
    return choosing.toml(Module(made.module), made.choices)
