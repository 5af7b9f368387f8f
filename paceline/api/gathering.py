"""Small writes of records that arrive together are one batch: one transaction, one posting, one round of events.

Writers of one organization queue at its lock, so those that wait may as well be written by whoever gets it next.
Each caller has its own answer, its own idempotency key and its own faults; a batch that fails is written one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.http import HttpResponse

from paceline import edge
from paceline.api import answers
from paceline.api.answers import KeyReused
from paceline.api.callers import Caller
from paceline.api.models import Answered
from paceline.crm.receiving import Received, receive
from paceline.domain.record import Module
from paceline.errors import PacelineError
from paceline.facts import clock
from paceline.facts.scope import Scope

# A larger call is a batch of its own.
ROWS_MAX = 200
# One transaction takes so many rows of all who wait.
ROWS_TOGETHER_MAX = 2_000

_OUTCOMES = ("created", "changed", "unchanged", "stale", "rejected")


@dataclass(eq=False, slots=True)
class Call:
    """One call: its rows, and the answer or the refusal once it is written."""

    caller: Caller
    module: Module
    source: str
    rows: Sequence[object]
    key: str | None
    asked: str
    response: HttpResponse | None = None
    error: Exception | None = None

    @property
    def sort(self) -> tuple[object, ...]:
        """Calls of the same sort can be written together."""
        caller = self.caller
        return caller.org_id, caller.actor, caller.access, caller.origin, self.module, self.source

    @property
    def is_done(self) -> bool:
        return self.response is not None or self.error is not None


@dataclass(slots=True)
class Gathering:
    """The calls of a process that wait to be written."""

    _waiting: list[Call] = field(default_factory=list[Call])
    # Held for as long as the list is looked at: a call that comes meanwhile would be lost from it.
    _door: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def write(self, call: Call) -> HttpResponse:
        """The answer to the call, written with others that wait, or alone."""
        if len(call.rows) > ROWS_MAX:
            _write_together([call])
        else:
            with self._door:
                self._waiting.append(call)
            # Whoever has the turn writes for all who wait; the others find their answers when theirs comes.
            with self._turn:
                if not call.is_done:
                    with self._door:
                        self._waiting.remove(call)
                    _write_together([call], self._take)
        if call.error is not None:
            raise call.error
        if call.response is None:
            raise AssertionError("a written call has an answer")
        return call.response

    def _take(self, calls: list[Call]) -> None:
        """Add to these what can be written with them, in the order in which it came; it waits no more."""
        left, rows = list[Call](), sum(len(each.rows) for each in calls)
        with self._door:
            for each in self._waiting:
                if each.sort == calls[0].sort and rows + len(each.rows) <= ROWS_TOGETHER_MAX:
                    rows += len(each.rows)
                    calls.append(each)
                else:
                    left.append(each)
            self._waiting = left


def _write_together(calls: list[Call], join: Callable[[list[Call]], None] | None = None) -> None:
    """Write them in one transaction, with those that `join` adds once it has the organization's lock."""

    def work() -> list[HttpResponse | Exception]:
        scope = calls[0].caller.scope()
        clock.lock(scope)
        # Whoever came while another process had the lock is written now, and need not queue for it again.
        if join:
            join(calls)
        return _write(scope, calls)

    try:
        told = edge.in_transaction(work)
    except Exception as error:  # noqa: BLE001 - each caller is told its own, in its own thread
        if len(calls) == 1:
            calls[0].error = error
            return
        for each in calls:
            _write_together([each])
        return
    for call, outcome in zip(calls, told, strict=True):
        if isinstance(outcome, Exception):
            call.error = outcome
        else:
            call.response = outcome


def _write(scope: Scope, calls: Sequence[Call]) -> list[HttpResponse | Exception]:
    """The answers, in order. All in one transaction, under the organization's lock."""
    kept = _kept(scope, calls)
    new: list[Call] = []
    for call in calls:
        if call.key is None or call.key not in kept:
            new.append(call)
        if call.key is not None:
            kept.setdefault(call.key, (call.asked, call))
    made = _receive(scope, new)
    return [_answer(call, kept, made) for call in calls]


_Kept = dict[str, tuple[str, "Answered | Call"]]


def _kept(scope: Scope, calls: Sequence[Call]) -> _Kept:
    keys = [call.key for call in calls if call.key is not None]
    if not keys:
        return {}
    found = Answered.objects.filter(org_id=scope.org_id, key__in=keys)
    return {each.key: (each.asked, each) for each in found}


def _receive(scope: Scope, calls: Sequence[Call]) -> dict[Call, HttpResponse]:
    if not calls:
        return {}
    told = receive(scope, calls[0].module, calls[0].source, [call.rows for call in calls])
    made: dict[Call, HttpResponse] = {}
    at = 0
    for call in calls:
        made[call] = answers.answer(receipt(told[at : at + len(call.rows)]))
        at += len(call.rows)
    Answered.objects.bulk_create(
        Answered(org_id=scope.org_id, key=call.key, asked=call.asked, status=answers.OK, body=made[call].content)
        for call in calls
        if call.key is not None
    )
    return made


def _answer(call: Call, kept: _Kept, made: dict[Call, HttpResponse]) -> HttpResponse | PacelineError:
    if call in made:
        return made[call]
    asked, before = kept[call.key or ""]
    if asked != call.asked:
        return KeyReused("this Idempotency-Key was used for another request: make a new one")
    content = made[before].content if isinstance(before, Call) else bytes(before.body)
    return answers.repeated(content, answers.OK)


def receipt(received: Sequence[Received]) -> dict[str, Any]:
    """The results of the rows, and how many there were of each."""
    counts: dict[str, int] = dict.fromkeys(_OUTCOMES, 0)
    for each in received:
        counts[each.outcome] += 1
    return {"results": [_result(each) for each in received], **counts}


def _result(each: Received) -> dict[str, Any]:
    reasons = [{"where": fault.where, "message": fault.message} for fault in each.faults]
    return {"external_id": each.external_id, "result": each.outcome, "reasons": reasons}


gathering = Gathering()
