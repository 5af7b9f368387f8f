"""From postings to the assignments whose figures they moved."""

from datetime import timedelta

import psycopg
import pytest

from paceline.facts import clock, postings
from paceline.facts.postings import Posting
from tests.plan.cast import ORGANIZATION, Cast, everybody, give, hired, on, person, quarter, won

NOTHING: tuple[int, ...] = ()


@pytest.fixture
def cast(connection: psycopg.Connection) -> Cast:
    return hired(connection)


@pytest.fixture
def shares(cast: Cast) -> dict[str, int]:
    """Everybody's assignment of revenue, by name."""
    target = quarter(cast.scope)
    named = {"Acme" if each == ORGANIZATION else name: each for name, each in everybody(cast).items()}
    return {name: give(cast.scope, target, assignee, 1_00) for name, assignee in named.items()}


def moved(cast: Cast, after):
    from paceline.live.moved import moved_since

    return moved_since(cast.scope, after)


def names(shares: dict[str, int], told) -> set[str]:
    assert not told.everything
    by_number = {number: name for name, number in shares.items()}
    return {by_number[number] for number in told.assignment_ids}


def test_whoever_asks_first_missed_nothing(cast: Cast, shares: dict[str, int]) -> None:
    now = clock.known_now(cast.scope)
    for after in (None, now, now + timedelta(days=1)):
        told = moved(cast, after)
        assert (told.posted_at, told.is_nothing) == (now, True)


def test_a_deal_moves_its_owner_and_all_above(cast: Cast, shares: dict[str, int]) -> None:
    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Sam", 10, 5_00)
    told = moved(cast, before)
    assert told.posted_at == clock.known_now(cast.scope) > before
    assert names(shares, told) == {"Sam", "Hunters", "Field", "Sales", "Acme"}


def test_several_postings_are_told_together(cast: Cast, shares: dict[str, int]) -> None:
    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Rosa", 10, 5_00)
    between = clock.known_now(cast.scope)
    won(cast.scope, "D2", "Eve", 10, 5_00)
    assert names(shares, moved(cast, before)) == {"Rosa", "Eve", "Partners", "Sales", "Acme"}
    assert names(shares, moved(cast, between)) == {"Eve", "Partners", "Sales", "Acme"}


def test_whoever_moved_on_still_moves_the_old_unit(cast: Cast, shares: dict[str, int]) -> None:
    from paceline.org.actions.moves import move_person

    move_person(cast.scope, cast.sam, department_id=cast.partners, from_day=on(20))
    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Sam", 10, 5_00)
    told = names(shares, moved(cast, before))
    assert {"Sam", "Field", "Partners", "Sales", "Acme"} <= told
    assert not {"Eve", "Tariq", "Rosa"} & told


def test_windows_that_are_over_before_the_day_are_left_alone(cast: Cast) -> None:
    target = quarter(cast.scope)
    early, late = (give(cast.scope, target, person(cast.sam), 1_00, days=days) for days in ((0, 20), (31, 59)))
    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Sam", 40, 5_00)
    assert moved(cast, before).assignment_ids == (late,)
    before = clock.known_now(cast.scope)
    won(cast.scope, "D2", "Sam", 10, 5_00)
    assert set(moved(cast, before).assignment_ids) >= {early}


def test_other_metrics_and_sleeping_targets_are_left_alone(cast: Cast) -> None:
    calls = quarter(cast.scope, "calls_made", 5)
    draft = quarter(cast.scope, name="Draft", status="draft")
    for target in (calls, draft):
        give(cast.scope, target, person(cast.sam), 1)
    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Sam", 10, 5_00)
    assert moved(cast, before).is_nothing


def test_an_assignment_that_was_taken_away_is_told(cast: Cast, shares: dict[str, int]) -> None:
    from paceline.plan.actions.assignments import edit_assignment, remove_assignment

    before = clock.known_now(cast.scope)
    edit_assignment(cast.scope, shares["Sam"], value=7)
    assert "Sam" in names(shares, moved(cast, before))
    before = clock.known_now(cast.scope)
    remove_assignment(cast.scope, shares["Sam"])
    assert "Sam" in names(shares, moved(cast, before))


def test_what_moves_everybody_is_told_as_everything(cast: Cast, shares: dict[str, int]) -> None:
    from paceline.plan.actions.settings import change_settings

    before = clock.known_now(cast.scope)
    postings.announce(cast.scope, Posting(clock.tick(cast.scope)))
    told = moved(cast, before)
    assert (told.everything, told.assignment_ids) == (True, NOTHING)
    won(cast.scope, "D1", "Sam", 10, 5_00)
    before = clock.known_now(cast.scope)
    change_settings(cast.scope, time_zone="Asia/Tokyo", credit_owner="at_close")
    assert not moved(cast, before).is_nothing or clock.known_now(cast.scope) == before


def test_too_many_are_told_as_everything(cast: Cast, monkeypatch: pytest.MonkeyPatch, shares: dict[str, int]) -> None:
    from paceline.live import moved as room

    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Sam", 10, 5_00)
    monkeypatch.setattr(room, "ASSIGNMENTS_MAX", 5)
    assert len(moved(cast, before).assignment_ids) == 5
    monkeypatch.setattr(room, "ASSIGNMENTS_MAX", 4)
    assert moved(cast, before).everything
    monkeypatch.undo()
    monkeypatch.setattr(postings, "POSTINGS_MAX", 0)
    assert moved(cast, before).everything


def test_what_is_forgotten_is_told_as_everything(cast: Cast, shares: dict[str, int]) -> None:
    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Sam", 10, 5_00)
    between = clock.known_now(cast.scope)
    won(cast.scope, "D2", "Eve", 10, 5_00)
    assert postings.forget(cast.scope.connection, between) > 0
    assert moved(cast, before).everything
    assert names(shares, moved(cast, between)) == {"Eve", "Partners", "Sales", "Acme"}
    postings.forget(cast.scope.connection, clock.known_now(cast.scope) + timedelta(seconds=1))
    assert moved(cast, between).everything


def test_another_organization_is_left_alone(cast: Cast, shares: dict[str, int]) -> None:
    from paceline.live.moved import moved_since

    theirs = quarter(cast.abroad)
    share = give(cast.abroad, theirs, person(cast.olga), 1)
    before, abroad = clock.known_now(cast.scope), clock.known_now(cast.abroad)
    won(cast.abroad, "D1", "Olga", 10, 5_00)
    assert moved(cast, before).is_nothing
    assert moved_since(cast.abroad, abroad).assignment_ids == (share,)


def test_all_who_see_everything_hear_one_event(cast: Cast, shares: dict[str, int]) -> None:
    before = clock.known_now(cast.scope)
    won(cast.scope, "D1", "Sam", 10, 5_00)
    told = moved(cast, before)
    assert told.seen_by(None).event is told.seen_by(None).event
    own = told.seen_by(frozenset({person(cast.sam)})).event
    stamp = told.posted_at.isoformat()
    data = f'{{"assignment_ids":[{shares["Sam"]}],"everything":false,"known_at":"{stamp}"}}'
    assert own.decode() == f"id: {stamp}\nevent: progress\ndata: {data}\n\n" != told.event.decode()
