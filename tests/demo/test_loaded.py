"""The sample organization loaded once: its figures can be believed, its ledger verifies, and the stream keeps it so."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction

from paceline.domain.calendar import Window
from paceline.facts.scope import Scope
from tests.databases import DatabaseMaker
from tests.demo.days import TODAY, noon

NOW = noon(TODAY).now
STREAMED = 360


@dataclass
class Loaded:
    scope: Scope
    steps: list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def loaded(database_maker: DatabaseMaker) -> Iterator[Loaded]:
    """One load for all of these tests, rolled back after the last."""
    with database_maker.database().rolled_back() as opened:
        from paceline.demo import load

        steps: list[tuple[str, int, int]] = []
        yield Loaded(load.load(opened, TODAY, NOW, lambda *step: steps.append(step)), steps)


@pytest.fixture
def scope(loaded: Loaded) -> Iterator[Scope]:
    """What the test changes is forgotten."""
    with transaction.atomic():
        yield loaded.scope
        transaction.set_rollback(True)


def reports(scope: Scope) -> dict:
    from paceline.plan import find, progress
    from paceline.plan.models import Target

    own = Target.objects.filter(org_id=scope.org_id).order_by("id")
    return {each.name: progress.report(scope, find.target(scope, each.id), NOW) for each in own}


def differences(scope: Scope) -> list[str]:
    from paceline.plan import verification

    return list(verification.differences(scope))


def test_it_is_loaded_whole_and_says_how_far_it_is(loaded: Loaded) -> None:
    from paceline.demo import load

    assert load.is_loaded()
    total = loaded.steps[-1][2]
    assert [done for _, done, _ in loaded.steps] == list(range(total + 1))
    assert loaded.steps[-1] == ("done", total, total)


def test_verify_finds_nothing(scope: Scope) -> None:
    assert differences(scope) == []


def test_the_statuses_are_of_every_kind(scope: Scope) -> None:
    seen = Counter(row.progress.status.value for report in reports(scope).values() for row in report.rows)
    assert seen.keys() == {"achieved", "ahead", "behind", "missed", "on_pace", "upcoming"}
    assert min(seen[each] for each in ("achieved", "ahead", "behind", "missed", "on_pace")) > 15


def test_the_organization_is_near_its_pace(scope: Scope) -> None:
    for name, report in reports(scope).items():
        top = report.rows[0].progress
        if top.status.value != "upcoming":
            assert 65 * top.expected <= 100 * top.current <= 130 * top.expected, name


def test_some_people_are_ahead_and_some_behind(scope: Scope) -> None:
    rows = [row for row in reports(scope)["Revenue 2026"].rows if row.assignment.assignee.kind == "person"]
    paces = sorted(100 * row.progress.current // row.progress.expected for row in rows)
    assert sum(40 <= each <= 140 for each in paces) > len(paces) * 3 // 4
    assert sum(each < 90 for each in paces) > 10
    assert sum(each > 105 for each in paces) > 10


def test_unallocated_and_over_allocated_are_seen(scope: Scope) -> None:
    left = [row.unallocated for report in reports(scope).values() for row in report.rows if row.unallocated]
    assert min(left) < 0 < max(left)


def test_some_records_are_held_out_for_every_reason(scope: Scope) -> None:
    from paceline.facts import clock, uncounted
    from paceline.plan import registry, rules

    held = clock.rules(scope)
    reasons: Counter[str] = Counter()
    for key in ("revenue", "pipeline_value", "leads_generated", "tasks_completed"):
        reasons += Counter(uncounted.counted(scope, rules.definition(registry.metric(scope, key)), held))
    assert reasons.keys() == {"no_owner", "no_rate", "no_value"}
    assert max(reasons.values()) < 60


def test_what_the_mover_won_is_split_between_the_teams(scope: Scope) -> None:
    from paceline.demo import company
    from paceline.facts import sums
    from paceline.facts.sums import Asked, Assignee
    from paceline.org import directory
    from paceline.plan import registry

    person = Assignee("person", directory.find_person(scope, company.MOVER).id)
    old, new = (Assignee("team", directory.find_team(scope, name).id) for name in ("Small Business", "Mid-Market"))
    moved, revenue = company.moved_on(TODAY), registry.metric(scope, "revenue").id
    before, after = Window(TODAY - timedelta(days=90), moved), Window(moved, TODAY + timedelta(days=1))

    def of(who: Assignee, window: Window) -> int:
        return sums.flow(scope, revenue, [window], Asked([who])).get((0, who), 0)

    mine = of(person, before), of(person, after)
    assert min(mine) > 0
    others = {window: (of(old, window), of(new, window)) for window in (before, after)}
    _delete_deals_of(scope, company.email(company.MOVER))
    assert {window: (of(old, window), of(new, window)) for window in (before, after)} == {
        before: (others[before][0] - mine[0], others[before][1]),
        after: (others[after][0], others[after][1] - mine[1]),
    }


def _delete_deals_of(scope: Scope, owner: str) -> None:
    from paceline.demo import company, deals
    from paceline.domain.record import Module
    from paceline.facts import ingest
    from paceline.facts.ingest import Batch

    rows = [row for row in deals.rows(company.people(TODAY), noon(TODAY)) if row[2] == owner]
    ingest.write(scope, Batch(Module.DEALS, "crm", ("external_id", "deleted"), [(row[0], True) for row in rows]))


def stream(scope: Scope, count: int, seed: int = 1) -> list[str]:
    """So many changes, one every ten seconds."""
    from paceline.demo.stream import next_change

    chance = Random(seed)
    return [next_change(chance, scope, NOW + timedelta(seconds=10 * number)) for number in range(count)]


def test_the_stream_keeps_the_ledger_right_and_does_not_run_away(scope: Scope) -> None:
    """Far more changes than a day has make it a busy day, not a month."""
    from paceline.demo.scene import Scene

    told = stream(scope, STREAMED)
    assert all(told)
    for word in (" won ", "new lead", "new deal", "qualified", "is now", "is open again", "there twice"):
        assert any(word in each for each in told), word
    assert differences(scope) == []
    scene = Scene(Random(1), scope, NOW)
    most = {"deal_count": 12, "leads_generated": 44, "leads_qualified": 16, "tasks_completed": 130}
    gained = {metric: scene.gained_today(metric) for metric in most}
    assert all(gained[metric] <= most[metric] for metric in most), gained
    after = reports(scope)
    pipeline, revenue = (after[f"{name} Q3 2026"].rows[0].progress for name in ("Open pipeline", "Revenue"))
    assert 60 * pipeline.target <= 100 * pipeline.current <= 140 * pipeline.target
    assert 100 * revenue.current <= 150 * revenue.expected


def test_the_same_chance_makes_the_same_changes(scope: Scope) -> None:
    told: list[list[str]] = []
    for _ in range(2):
        with transaction.atomic():
            told.append(stream(scope, 25, seed=7))
            transaction.set_rollback(True)
    assert told[0] == told[1]


def test_the_stream_leaves_records_of_others_alone(scope: Scope) -> None:
    from paceline.demo import company
    from paceline.domain.record import Module
    from paceline.facts import ingest
    from paceline.facts.ingest import Batch

    fields = ("external_id", "owner", "created", "amount", "status")
    sellers = [each.email for each in company.people(TODAY) if each.quota_carrying]
    rows = [(f"own-{number}", email, TODAY, 100, "open") for number, email in enumerate(sellers)]
    ingest.write(scope, Batch(Module.DEALS, "mine", fields, rows))
    stream(scope, 60)
    assert ingest.write(scope, Batch(Module.DEALS, "mine", fields, rows)).count() == {"unchanged": len(rows)}


def test_nobody_is_there_to_change_anything(scope: Scope) -> None:
    from paceline.demo.stream import next_change
    from paceline.org.models import Person

    Person.objects.filter(org_id=scope.org_id).update(quota_carrying=False)
    assert next_change(Random(1), scope, NOW) == ""
