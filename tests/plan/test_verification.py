"""Whatever in the books is tampered with is named, and repaired."""

from datetime import date
from decimal import Decimal

import pytest

from paceline.facts.scope import Scope
from paceline.plan import registry, verification
from paceline.plan.actions.settings import set_rates
from paceline.plan.verification import differences, repair
from tests.plan.cast import ORGANIZATION, Cast, asked, currents, everybody, give, on, opened, quarter, stamp, won


def sold(cast: Cast) -> dict[str, dict[str, int]]:
    """Some credit of each sort; what everybody has of it."""
    scope = cast.scope
    set_rates(scope, {("USD", date(2024, 1, 1)): Decimal("0.5")})
    won(scope, "d1", "Sam", 5, 10_00)
    won(scope, "d2", "Eve", 6, 20_00, currency="USD")
    opened(scope, "p1", "Sam", 7, 40_00)
    opened(scope, "p2", "Eve", 8, 80_00)
    for metric in ("revenue", "pipeline_value"):
        target_id = quarter(scope, metric, 1)
        for assignee in everybody(cast).values():
            give(scope, target_id, assignee, 1)
    return figures(scope)


def figures(scope: Scope) -> dict[str, dict[str, int]]:
    from paceline.plan.models import Target

    own = Target.objects.filter(org_id=scope.org_id)
    return {each.name: currents(asked(scope, each.id)) for each in own}


def run(scope: Scope, statement: str) -> int:
    revenue = registry.metric(scope, "revenue").id
    written = statement.replace("%org", str(scope.org_id)).replace("%revenue", str(revenue))
    return scope.connection.execute(written.encode()).rowcount


RULES = "the ledger's rules are not those of the settings and metrics"
# What is done to the tables, and a part of what must be said of it.
TAMPERINGS: dict[str, tuple[str, str]] = {
    "a credit is another": (
        "UPDATE credit SET value = value + 7 WHERE org_id = %org AND value = 1000 AND metric_id = %revenue",
        "metric {revenue}, person {sam}, day 2025-01-06: -7 not posted",
    ),
    "a credit is gone": (
        "DELETE FROM credit WHERE org_id = %org AND value = 1000 AND metric_id = %revenue",
        "metric {revenue}, person {sam}, day 2025-01-06: 1000 not posted",
    ),
    "a credit is invented": (
        """INSERT INTO credit (org_id, record_id, person_id, value, posted_at, metric_id, day)
        SELECT org_id, 999999999, person_id, value, posted_at, metric_id, day
        FROM credit WHERE org_id = %org LIMIT 1""",
        "credit: record 999999999, ",
    ),
    "a credit is of a metric that is not there": (
        """INSERT INTO credit (org_id, record_id, person_id, value, posted_at, metric_id, day)
        SELECT org_id, record_id, person_id, 5, posted_at, 999999999, day
        FROM credit WHERE org_id = %org LIMIT 1""",
        "metric 999999999, ",
    ),
    "a day's total is another": (
        "UPDATE daily_total SET value = value + 7 WHERE org_id = %org AND day = '2025-01-07'",
        "daily_total: metric {revenue}, person {eve}, day 2025-01-07: 1007, credited 1000",
    ),
    "a day's total is gone": (
        "DELETE FROM daily_total WHERE org_id = %org AND day = '2025-01-07'",
        "daily_total: metric {revenue}, person {eve}, day 2025-01-07: 0, credited 1000",
    ),
    "a day's total is invented": (
        """INSERT INTO daily_total (org_id, person_id, value, metric_id, day)
        SELECT org_id, person_id, 5, metric_id, '2025-03-03' FROM daily_total WHERE org_id = %org LIMIT 1""",
        "day 2025-03-03: 5, credited 0",
    ),
    "a level's total is another": (
        "UPDATE level_total SET value = value + 7 WHERE org_id = %org AND value = 4000",
        "level_total: metric {pipeline_value}, person {sam}: 4007, credited 4000",
    ),
    "a level's total is gone": (
        "DELETE FROM level_total WHERE org_id = %org AND value = 4000",
        "level_total: metric {pipeline_value}, person {sam}: 0, credited 4000",
    ),
    "a stay is gone": (
        "DELETE FROM rollup WHERE org_id = %org AND 0 > ANY(units)",
        "stay missing: ",
    ),
    "a stay is invented": (
        """INSERT INTO rollup (org_id, person_id, from_day, to_day, known_from, units)
        SELECT org_id, 999999999, from_day, to_day, known_from, units FROM rollup
        WHERE org_id = %org LIMIT 1""",
        "stay too many: ",
    ),
    "a stay is longer": (
        "UPDATE rollup SET from_day = from_day - 5 WHERE org_id = %org AND 0 > ANY(units)",
        "stay too many: ",
    ),
    "a stay is closed": (
        "UPDATE rollup SET known_to = now() WHERE org_id = %org AND 0 > ANY(units)",
        "stay missing: ",
    ),
    "the rules have another currency": (
        "UPDATE ledger_rules SET rules = jsonb_set(rules, '{currency}', '\"USD\"') WHERE org_id = %org",
        RULES,
    ),
    "the rules have another time zone": (
        "UPDATE ledger_rules SET rules = jsonb_set(rules, '{time_zone}', '\"Asia/Tokyo\"') WHERE org_id = %org",
        RULES,
    ),
    "the rules lack the metrics": (
        "UPDATE ledger_rules SET rules = jsonb_set(rules, '{metrics}', '{}') WHERE org_id = %org",
        RULES,
    ),
    "the rules are gone": (
        "DELETE FROM ledger_rules WHERE org_id = %org",
        RULES,
    ),
    "the rules are no rules": (
        "UPDATE ledger_rules SET rules = '[]' WHERE org_id = %org",
        RULES,
    ),
    "the rules have a metric that cannot be read": (
        "UPDATE ledger_rules SET rules = jsonb_set(rules, '{metrics}', '{\"1\": {}}') WHERE org_id = %org",
        RULES,
    ),
    "a deal has another price": (
        "UPDATE deal SET amount = 9 WHERE org_id = %org AND external_id = 'd1'",
        "metric {revenue}, person {sam}, day 2025-01-06: -991 not posted",
    ),
    "a metric counts something else": (
        """UPDATE plan_metric SET definition = jsonb_set(definition, '{dated_by}', '"created"')
        WHERE org_id = %org AND key = 'deal_count'""",
        RULES,
    ),
}


def test_untouched_books_agree(cast: Cast) -> None:
    sold(cast)
    before = stamp(cast.scope)
    assert list(differences(cast.scope)) == []
    assert repair(cast.scope) == []
    assert stamp(cast.scope) == before


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampering_is_named_and_repaired(cast: Cast, name: str) -> None:
    shown = sold(cast)
    statement, words = TAMPERINGS[name]
    numbers = {key: registry.metric(cast.scope, key).id for key in ("revenue", "pipeline_value")}
    expected = words.format(**numbers, sam=cast.sam, eve=cast.eve)
    assert run(cast.scope, statement) > 0
    found = list(differences(cast.scope))
    assert any(expected in each for each in found), found
    assert repair(cast.scope) == found
    assert list(differences(cast.scope)) == []
    if "deal" not in name and "metric counts" not in name:
        assert figures(cast.scope) == shown


def test_all_of_it_at_once_is_repaired(cast: Cast) -> None:
    shown = sold(cast)
    for name, (statement, _) in TAMPERINGS.items():
        if "a deal" not in name and "counts" not in name:
            run(cast.scope, statement)
    assert len(list(differences(cast.scope))) > 10
    repair(cast.scope)
    assert list(differences(cast.scope)) == []
    assert figures(cast.scope) == shown
    won(cast.scope, "next", "Sam", 9, 1_00)
    assert list(differences(cast.scope)) == []


def test_a_repair_takes_nothing_away_that_was_posted(cast: Cast) -> None:
    sold(cast)
    run(cast.scope, "UPDATE credit SET value = value + 7 WHERE org_id = %org AND value = 1000")
    before = run(cast.scope, "SELECT 1 FROM credit WHERE org_id = %org")
    repair(cast.scope)
    assert run(cast.scope, "SELECT 1 FROM credit WHERE org_id = %org") > before


def test_other_organizations_are_left_alone(cast: Cast) -> None:
    sold(cast)
    run(cast.scope, "DELETE FROM daily_total WHERE org_id = %org")
    assert list(differences(cast.abroad)) == []
    assert repair(cast.abroad) == []
    assert len(list(differences(cast.scope))) > 0


def test_figures_of_a_repaired_organization_are_asked_for_as_before(cast: Cast) -> None:
    """What had not been tampered with is the same at an earlier time, too."""
    target_id = quarter(cast.scope)
    give(cast.scope, target_id, ORGANIZATION, 1)
    won(cast.scope, "d", "Sam", 5, 10_00)
    then = stamp(cast.scope)
    run(cast.scope, "UPDATE daily_total SET value = 0 WHERE org_id = %org")
    verification.repair(cast.scope)
    from paceline.plan.progress import Clocks

    assert currents(asked(cast.scope, target_id, clocks=Clocks(on(45), then))) == {"Acme": 10_00}
