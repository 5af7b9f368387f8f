"""Recomputing all that is kept in step with the records: credits, totals, levels and stays."""

import json
from collections.abc import Iterator
from dataclasses import replace

from paceline.errors import NotFound
from paceline.facts import clock, ledger, rulebook, totals
from paceline.facts.rules import Rules
from paceline.facts.scope import Scope
from paceline.org import rollup
from paceline.plan import rules


def differences(scope: Scope) -> Iterator[str]:
    """Every difference, in words; there must be none."""
    wanted = rules.rules(scope)
    if _held(scope) != wanted:
        yield "the ledger's rules are not those of the settings and metrics"
    for each in ledger.differences(scope, wanted):
        yield (
            f"credit: record {each.record_id}, metric {each.metric_id}, person {each.person_id}, day {each.day}:"
            f" {each.value} not posted"
        )
    for total in totals.differences(scope, _levels(wanted)):
        yield (
            f"{total.table}: metric {total.metric_id}, person {total.person_id}"
            f"{'' if total.day is None else f', day {total.day}'}: {total.totalled}, credited {total.credited}"
        )
    for stay in rollup.verify(scope):
        yield f"stay {'too many' if stay.is_held else 'missing'}: {stay.stay}"


def repair(scope: Scope) -> list[str]:
    """Post what is missing and correct the totals; nothing posted is taken away. What was found, in words.

    Nobody else writes meanwhile.
    """
    clock.lock(scope)
    found = list(differences(scope))
    if not found:
        return []
    wanted = rules.rules(scope)
    held = _held(scope) or wanted
    # Rules that say another currency must not take the rates along, which lead to the one of the settings.
    clock.write_rules(scope, json.dumps(replace(held, currency=wanted.currency, exponent=wanted.exponent).write()))
    rulebook.change(scope, wanted)
    rollup.restate(scope)
    totals.correct(scope, _levels(wanted))
    numbers = {each.metric_id for each in ledger.differences(scope, wanted)}
    ledger.post_metrics(scope, wanted, numbers, clock.tick(scope))
    return found


def _held(scope: Scope) -> Rules | None:
    """The rules that the ledger is kept by; None where there are none that can be read."""
    try:
        return clock.rules(scope)
    except (NotFound, LookupError, TypeError, ValueError):
        return None


def _levels(held: Rules) -> list[int]:
    return held.levels([number for number, _ in held.metrics])
