"""Why a record counts, or does not."""

import psycopg
import pytest

from paceline.domain.condition import Comparison, Operator
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.errors import NotFound
from paceline.facts import clock, explain
from paceline.facts.explain import Explanation
from paceline.facts.rules import CreditOwner
from paceline.facts.scope import Scope
from tests.facts.cast import (
    BUILT_IN_METRICS,
    EVE,
    PIPELINE,
    QUALIFIED,
    REVENUE,
    SAM,
    TASKS,
    found_acme,
    on,
    rules,
    won,
    write,
)


def why(scope: Scope, external_id: str, metric: int | Definition = REVENUE, source: str | None = None) -> Explanation:
    """Why the record counts for the metric."""
    definition = BUILT_IN_METRICS[metric] if isinstance(metric, int) else metric
    return explain.explain(scope, definition, clock.rules(scope), external_id, source)


def test_a_deal_that_counts_satisfies_every_rule(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "sam@acme.example", 500, 20))
    told = why(scope, "D1")
    assert [(rule.words, rule.holds) for rule in told.rules] == [
        ("it is not deleted", True),
        ("status equals won", True),
        ("its owner is a known person", True),
        ("it has a day in closed", True),
        ("it has a value in amount", True),
        ("its currency is the reporting one, or has a rate for its day", True),
    ]
    assert told.first_failing is None
    assert (told.owner, told.person_id, told.day, told.value) == ("sam@acme.example", SAM, on(20), 500)


@pytest.mark.parametrize(
    ("metric", "change", "first"),
    [
        (REVENUE, {"deleted": True, "status": "open"}, "it is not deleted"),
        (REVENUE, {"status": "lost", "owner": None}, "status equals won"),
        (REVENUE, {"owner": "nobody", "closed": None}, "its owner is a known person"),
        (REVENUE, {"closed": None, "amount": None}, "it has a day in closed"),
        (REVENUE, {"amount": None}, "it has a value in amount"),
        (REVENUE, {"currency": "USD"}, "its currency is the reporting one, or has a rate for its day"),
        (PIPELINE, {"created": None}, "it has a day in created"),
        (PIPELINE, {"closed": None}, "it has a day in closed if it has gone out"),
        (PIPELINE, {"closed": on(10)}, "it went out later than it came in"),
        (PIPELINE, {"closed": on(11)}, None),
        (PIPELINE, {"closed": None, "status": "open"}, None),
    ],
)
def test_the_first_rule_that_fails_is_named(
    scope: Scope, metric: int, change: dict[str, object], first: str | None
) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20) | change)
    failing = why(scope, "D1", metric).first_failing
    assert (failing and failing.words) == first


def test_leads_and_tasks_are_told_in_their_own_words(scope: Scope) -> None:
    write(scope, Module.LEADS, {"external_id": "L1", "owner": "Eve", "qualified": on(3)})
    write(scope, Module.TASKS, {"external_id": "T1", "owner": "Eve", "status": "open", "type": "call"})
    told = why(scope, "L1", QUALIFIED)
    assert [rule.words for rule in told.rules] == [
        "it is not deleted",
        "(status equals qualified or qualified is set)",
        "its owner is a known person",
        "it has a day in qualified",
    ]
    assert (told.first_failing, told.person_id, told.day, told.value) == (None, EVE, on(3), 1)
    failing = why(scope, "T1", TASKS).first_failing
    assert failing
    assert failing.words == "status equals completed"


def test_a_filter_adds_its_rules(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20, region="West"))
    narrowed = BUILT_IN_METRICS[REVENUE].narrowed(Comparison("region", Operator.IN, ("East", "North")))
    failing = why(scope, "D1", narrowed).first_failing
    assert failing
    assert failing.words == "region in East, North"


def test_the_owner_at_close_is_the_one_who_is_credited(connection: psycopg.Connection) -> None:
    scope = found_acme(connection, rules(credit_owner=CreditOwner.AT_CLOSE))
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    write(scope, Module.DEALS, {"external_id": "D1", "owner": "Eve"})
    told = why(scope, "D1")
    assert (told.owner, told.person_id) == ("Eve", SAM)


def test_a_record_is_named_with_its_source_where_several_have_it(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    write(scope, Module.DEALS, won("D1", "Eve", 70, 20), source="sheet")
    with pytest.raises(NotFound, match="several sources have a record 'D1' in deals"):
        why(scope, "D1")
    assert why(scope, "D1", source="sheet").value == 70
    with pytest.raises(NotFound, match="no record 'D2' in deals"):
        why(scope, "D2")
    with pytest.raises(NotFound, match="no record 'D1' in deals"):
        why(scope, "D1", source="none")
