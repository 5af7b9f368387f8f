"""Recomputing all that is kept in step with the records: credits, totals, levels and stays."""

from collections.abc import Iterator

from paceline.facts import clock, ledger, totals
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope
from paceline.org import rollup
from paceline.plan import rules


def differences(scope: Scope) -> Iterator[str]:
    """Every difference, in words; there must be none."""
    held = clock.rules(scope)
    if held != rules.rules(scope):
        yield "the ledger's rules are not those of the settings and metrics"
    for each in ledger.differences(scope, held):
        yield (
            f"credit: record {each.record_id}, metric {each.metric_id}, person {each.person_id}, day {each.day}:"
            f" {each.value} not posted"
        )
    for total in totals.differences(scope, _levels(held)):
        yield (
            f"{total.table}: metric {total.metric_id}, person {total.person_id}"
            f"{'' if total.day is None else f', day {total.day}'}: {total.totalled}, credited {total.credited}"
        )
    for stay in rollup.verify(scope):
        yield f"stay {'too many' if stay.is_held else 'missing'}: {stay.stay}"


def repair(scope: Scope) -> None:
    """Post what is missing and correct the totals; nothing posted is taken away. Takes the lock."""
    clock.lock(scope)
    rules.post(scope)
    rollup.restate(scope)
    held = clock.rules(scope)
    totals.correct(scope, _levels(held))
    numbers = {each.metric_id for each in ledger.differences(scope, held)}
    ledger.post_metrics(scope, held, numbers, clock.tick(scope))


def _levels(held: Rules) -> list[int]:
    return held.levels([number for number, _ in held.metrics])
