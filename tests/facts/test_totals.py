"""Totals that were tampered with are found, named and set right."""

from paceline.domain.record import Module
from paceline.facts import clock, ledger, totals
from paceline.facts.ledger import Difference
from paceline.facts.scope import Scope
from tests.facts.cast import EVE, PIPELINE, REVENUE, SAM, on, rules, won, write


def found(scope: Scope) -> set[tuple[str, int, int, int]]:
    """The differences: table, person, what is credited, what is totalled."""
    return {
        (each.table, each.person_id, each.credited, each.totalled) for each in totals.differences(scope, [PIPELINE])
    }


def test_a_total_that_is_not_the_sum_of_its_credits_is_named_and_corrected(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20), won("D2", "Eve", 70, 25, status="open"))
    assert found(scope) == set()
    org = [scope.org_id]
    scope.connection.execute("UPDATE daily_total SET value = 7 WHERE org_id = %s AND metric_id = 1", org)
    scope.connection.execute("DELETE FROM level_total WHERE org_id = %s", org)
    assert found(scope) == {("daily_total", SAM, 500, 7), ("level_total", EVE, 70, 0)}
    totals.correct(scope, [PIPELINE])
    assert found(scope) == set()


def test_credit_that_is_missing_is_named_and_posted(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    scope.connection.execute("DELETE FROM credit WHERE org_id = %s AND metric_id = 1", [scope.org_id])
    (missing,) = ledger.differences(scope, clock.rules(scope))
    assert missing == Difference(missing.record_id, REVENUE, SAM, on(20), 500)
    ledger.post_metrics(scope, rules(), [REVENUE], clock.tick(scope))
    assert list(ledger.differences(scope, clock.rules(scope))) == []


def test_credit_of_a_metric_that_is_gone_is_named(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    without = rules({PIPELINE: dict(rules().metrics)[PIPELINE]})
    assert {(each.metric_id, each.value) for each in ledger.differences(scope, without)} == {(1, -500), (2, -1)}
