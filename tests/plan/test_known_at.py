"""The promise: asked at an earlier `known_at`, a report is the one that was shown then, whatever has changed since."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from paceline.domain.record import Module
from paceline.errors import InvalidInput, PacelineError
from paceline.org.actions import moves, people, units
from paceline.plan.progress import NOW, Clocks
from tests.plan.cast import (
    NOON,
    ORGANIZATION,
    Cast,
    asked,
    at,
    brief,
    everybody,
    faults,
    give,
    on,
    opened,
    quarter,
    stamp,
    told,
    won,
    write,
)

SMALL = {
    "module": "deals",
    "unit": "count",
    "kind": "flow",
    "condition": {"all": [{"field": "status", "op": "equals", "value": "won"}]},
    "dated_by": "closed",
}
AT_LEAST_50 = {"field": "amount", "op": "at_least", "value": 50_00}


class Story:
    """An organization in mid-quarter with targets of every sort, all of them assigned to everybody."""

    def __init__(self, cast: Cast) -> None:
        from paceline.plan.actions.metrics import create_metric
        from paceline.plan.actions.settings import set_rates

        self.cast, self.scope = cast, cast.scope
        set_rates(self.scope, {("USD", date(2024, 1, 1)): Decimal("0.9")})
        create_metric(self.scope, key="won_deals", name="Won deals", definition=SMALL, direction="lower")
        self.targets = {
            "revenue": quarter(self.scope, pace_by="working_days"),
            "east": quarter(
                self.scope,
                name="East",
                filter={"field": "region", "op": "equals", "value": "East"},
                pace_by="past_shape",
            ),
            "pipeline_value": quarter(self.scope, "pipeline_value", 500_00),
            "won_deals": quarter(self.scope, "won_deals", 12),
        }
        for target_id in self.targets.values():
            for name in ("Acme", "Sales", "Field", "Partners", "Hunters", "Sam"):
                give(self.scope, target_id, everybody(cast)[name], 100_00)
        self.sold()

    def sold(self) -> None:
        scope = self.scope
        won(scope, "d1", "Sam", 5, 100_00, region="East")
        won(scope, "d2", "Eve", 20, 50_00, region="West")
        won(scope, "d3", "Sam", 44, 30_00, region="East", currency="USD")
        won(scope, "d4", "Tariq", 45, 20_00, region="East")
        won(scope, "d0", "Sam", 5 - 365, 10_00, region="East")
        won(scope, "dz", "Eve", 30 - 365, 30_00, region="East")
        won(scope, "late", "Sam", 0, 7_00, region="East", closed=datetime(2025, 2, 14, 22, 30, tzinfo=UTC))
        won(scope, "nobody", "Stranger", 12, 11_00, region="East")
        write(scope, Module.DEALS, [{"external_id": "d2", "owner": "Tariq"}])
        opened(scope, "p1", "Sam", 3, 200_00, region="East")
        opened(scope, "p2", "Eve", 40, 80_00, region="West")
        opened(scope, "p3", "Rosa", 41, 5_00, region="West")

    def photograph(self, clocks: Clocks, now: datetime = NOON, *, deep: bool = True) -> Any:
        """Everything that can be shown of every target; if `deep`, with what is behind some of it."""
        from paceline.plan import behind, find, held

        shown: dict[str, Any] = {}
        for name, target_id in self.targets.items():
            target = find.target(self.scope, target_id)
            report = asked(self.scope, target_id, now, clocks)
            shown[name] = told(report), report.currency, report.exponent, report.as_of
            shown[f"{name} held"] = assigned = held.held(self.scope, target, clocks.known_at)
            for each in assigned:
                if deep and each.name in {"Field", "Sam"}:
                    records = behind.records(self.scope, target, each, now, clocks)
                    line = behind.series(self.scope, target, each, now, clocks)
                    shown[f"{name} {each.name}"] = [(row.external_id, row.day, row.value) for row in records], line
        return shown


def edit_deal(story: Story, external_id: str, **fields: object) -> None:
    write(story.scope, Module.DEALS, [{"external_id": external_id, **fields}])


def settings(story: Story, **given: Any) -> None:
    from paceline.plan.actions.settings import change_settings

    change_settings(story.scope, **given)


def share(story: Story, name: str, target: str = "revenue") -> int:
    """The id of someone's assignment."""
    from paceline.plan.models import Assignment

    kind, number = everybody(story.cast)[name]
    found = Assignment.objects.get(target_id=story.targets[target], assignee_kind=kind, assignee_id=number)
    return found.id


def edit_share(story: Story, **given: Any) -> None:
    from paceline.plan.actions.assignments import edit_assignment

    for target in story.targets:
        edit_assignment(story.scope, share(story, "Field", target), **given)


def remove_share(story: Story) -> None:
    from paceline.plan.actions.assignments import remove_assignment

    remove_assignment(story.scope, share(story, "Field"))
    remove_assignment(story.scope, share(story, "Sam", "pipeline_value"))


def remove_and_give_again(story: Story) -> None:
    remove_share(story)
    give(story.scope, story.targets["revenue"], everybody(story.cast)["Field"], 5)


def edit_metric(story: Story, **given: Any) -> None:
    from paceline.plan.actions.metrics import edit_metric as edit

    edit(story.scope, "won_deals", **given)


def retire_metric(story: Story) -> None:
    from paceline.plan.actions.metrics import retire_metric as retire
    from paceline.plan.actions.targets import edit_target

    edit_target(story.scope, story.targets["won_deals"], status="archived")
    retire(story.scope, "won_deals")


def edit_target(story: Story, **given: Any) -> None:
    from paceline.plan.actions.targets import edit_target as edit

    for target_id in story.targets.values():
        edit(story.scope, target_id, **given)


def rate(story: Story, worth: str | None) -> None:
    from paceline.plan.actions.settings import set_rates

    set_rates(story.scope, {("USD", date(2024, 1, 1)): None if worth is None else Decimal(worth)})


def meet_stranger(story: Story) -> None:
    people.create_person(story.scope, name="Stranger", department_id=story.cast.partners)


def tamper_and_repair(story: Story) -> None:
    from paceline.plan import verification

    story.scope.connection.execute("DELETE FROM daily_total")
    verification.repair(story.scope)


HAPPENINGS: dict[str, Callable[[Story], object]] = {
    "a deal has another price": lambda s: edit_deal(s, "d1", amount=1_00),
    "a deal has another owner": lambda s: edit_deal(s, "d1", owner="Eve"),
    "a deal was won on another day": lambda s: edit_deal(s, "d1", closed=on(50)),
    "a deal is lost after all": lambda s: edit_deal(s, "d1", status="lost"),
    "a deal is in another region": lambda s: edit_deal(s, "d1", region="West"),
    "a deal is deleted": lambda s: edit_deal(s, "d1", deleted=True),
    "an open deal is won": lambda s: edit_deal(s, "p1", status="won", closed=on(40)),
    "an open deal changes hands": lambda s: edit_deal(s, "p1", owner="Eve"),
    "a deal comes in late": lambda s: won(s.scope, "new", "Sam", 8, 60_00, region="East"),
    "a deal of last year comes in": lambda s: won(s.scope, "old", "Sam", 60 - 365, 60_00, region="East"),
    "an owner becomes known": meet_stranger,
    "someone moves": lambda s: moves.move_person(s.scope, s.cast.sam, department_id=s.cast.partners, from_day=on(10)),
    "someone leaves the team": lambda s: moves.leave_team(s.scope, s.cast.sam, s.cast.hunters, from_day=on(3)),
    "someone joins the team": lambda s: moves.join_team(s.scope, s.cast.eve, s.cast.hunters, from_day=on(10)),
    "someone ends": lambda s: moves.end_person(s.scope, s.cast.sam, end_day=on(20)),
    "someone was hired later": lambda s: people.edit_person(s.scope, s.cast.sam, hire_day=on(10)),
    "a department is placed elsewhere": lambda s: units.place_department(
        s.scope, s.cast.field, s.cast.partners, from_day=on(4)
    ),
    "a department is placed at the top": lambda s: units.place_department(s.scope, s.cast.field, None),
    "a team hangs elsewhere": lambda s: units.hang_team(s.scope, s.cast.hunters, s.cast.partners),
    "a share has another value": lambda s: edit_share(s, value=7_77),
    "a share is locked": lambda s: edit_share(s, is_locked=True),
    "a share is removed": remove_share,
    "a share is removed and given again": remove_and_give_again,
    "a share is added for a part": lambda s: give(s.scope, s.targets["revenue"], ORGANIZATION, 5, days=(0, 31)),
    "a metric counts something else": lambda s: edit_metric(s, definition={**SMALL, "condition": AT_LEAST_50}),
    "a metric is dated otherwise": lambda s: edit_metric(s, definition={**SMALL, "dated_by": "created"}),
    "a metric turns round": lambda s: edit_metric(s, direction="higher"),
    "a metric is retired": retire_metric,
    "a target is paced otherwise": lambda s: edit_target(s, pace_by="calendar_days"),
    "a target is archived": lambda s: edit_target(s, status="archived", value=1),
    "the time zone is another": lambda s: settings(s, time_zone="Pacific/Auckland"),
    "the currency is another": lambda s: settings(s, currency="USD"),
    "credit goes to the owner at close": lambda s: settings(s, credit_owner="at_close"),
    "on pace is meant more widely": lambda s: settings(s, on_pace_percent=99),
    "the week is another": lambda s: settings(s, working_weekdays=[5, 6]),
    "holidays are kept": lambda s: settings(s, holiday_country="DE"),
    "holidays of a part are kept": lambda s: settings(s, holiday_country="DE", holiday_subdivision="BY"),
    "a rate is another": lambda s: rate(s, "2"),
    "a rate is removed": lambda s: rate(s, None),
    "the books are tampered with and repaired": tamper_and_repair,
}
# Nothing that is shown rests on these.
SILENT = {
    "a team hangs elsewhere",
    "a target is archived",
    "a metric is retired",
    "the books are tampered with and repaired",
}


@pytest.mark.long
def test_a_report_is_the_one_that_was_shown_then(cast: Cast) -> None:
    story = Story(cast)
    shown = {as_of: story.photograph(Clocks(as_of), deep=not as_of) for as_of in (None, on(30))}
    then = stamp(cast.scope)
    broken: dict[str, str] = {}
    for name, happening in HAPPENINGS.items():
        with cast.scope.connection.transaction(force_rollback=True):
            happening(story)
            if any(story.photograph(Clocks(as_of, then), deep=not as_of) != each for as_of, each in shown.items()):
                broken[name] = "the report of then has changed"
            elif (story.photograph(NOW) == shown[None]) != (name in SILENT):
                broken[name] = "it should be seen" if name not in SILENT else "it should not be seen"
    assert broken == {}


def test_a_report_is_the_same_after_all_of_it(cast: Cast) -> None:
    story = Story(cast)
    seen: list[tuple[datetime, Any]] = []
    for happening in HAPPENINGS.values():
        seen.append((stamp(cast.scope), story.photograph(NOW, deep=False)))
        with suppress(PacelineError):
            happening(story)
    assert [story.photograph(Clocks(known_at=then), deep=False) for then, _ in seen] == [shown for _, shown in seen]
    assert stamp(cast.scope) > seen[-1][0]


def test_an_answer_names_what_it_saw(cast: Cast) -> None:
    """Whoever asks for a time after the last posting gets the stamp of that posting, which stays true."""
    target_id = quarter(cast.scope)
    give(cast.scope, target_id, ORGANIZATION, 900_00)
    last = stamp(cast.scope)
    later = last + timedelta(seconds=5)
    asked_later = asked(cast.scope, target_id, later, Clocks(on(45), later))
    assert asked_later.known_at == last
    won(cast.scope, "meanwhile", "Sam", 10, 100_00)
    assert told(asked(cast.scope, target_id, later, Clocks(on(45), asked_later.known_at))) == told(asked_later)


def test_without_a_day_the_question_is_asked_as_on_the_day_of_then(cast: Cast) -> None:
    today = stamp(cast.scope).date()
    start = today - timedelta(days=10)
    target_id = quarter(cast.scope, period="custom", start_date=start, end_date=start + timedelta(days=30))
    give(cast.scope, target_id, ORGANIZATION, 900_00)
    write(
        cast.scope, Module.DEALS, [{"external_id": "d", "owner": "Sam", "status": "won", "closed": start, "amount": 1}]
    )
    then = stamp(cast.scope)
    shown = asked(cast.scope, target_id, then)
    write(cast.scope, Module.DEALS, [{"external_id": "d", "amount": 2}])
    much_later = then + timedelta(days=100)
    again = asked(cast.scope, target_id, much_later, Clocks(known_at=then))
    assert (again.as_of, told(again)) == (shown.as_of, told(shown))
    # With a day of its own it is that day, which is over by now.
    over = asked(cast.scope, target_id, much_later, Clocks(start + timedelta(days=40), then))
    assert brief(over) == {"Acme": "1 of 90000, 90000 expected, missed"}


@pytest.mark.parametrize("as_of", [None, on(45), on(44), on(20)])
def test_an_answer_comes_back_for_what_it_says_of_itself(cast: Cast, as_of: date | None) -> None:
    """A day that was not over then is over now, so the day of asking is a part of the answer."""
    target_id = quarter(cast.scope, pace_by="working_days")
    give(cast.scope, target_id, ORGANIZATION, 900_00)
    won(cast.scope, "d", "Sam", 10, 100_00)
    shown = asked(cast.scope, target_id, NOON, Clocks(as_of))
    won(cast.scope, "d", "Sam", 10, 200_00)
    for later in (NOON, at(46), at(400)):
        again = asked(cast.scope, target_id, later, Clocks(shown.as_of, shown.known_at, shown.today))
        assert (told(again), again.known_at) == (told(shown), shown.known_at)


@pytest.mark.parametrize(
    ("clocks", "message"),
    [
        (Clocks(known_at=datetime(2199, 1, 1, tzinfo=UTC)), ("known_at", "2199-01-01 00:00:00+00:00 is in the future")),
        (
            Clocks(known_at=datetime(1, 1, 1, tzinfo=UTC)),
            ("known_at", "0001-01-01 00:00:00+00:00 is before 1900-01-01"),
        ),
        (Clocks(today=on(46)), ("today", "2025-02-16 has not come yet")),
        (Clocks(as_of=on(44), today=on(43)), ("as_of", "2025-02-14 is after today, 2025-02-13")),
        (Clocks(as_of=on(46)), ("as_of", "2025-02-16 is after today, 2025-02-15")),
        (Clocks(as_of=date(9999, 12, 31)), ("as_of", "9999-12-31 is after today, 2025-02-15")),
    ],
)
def test_a_clock_that_cannot_be_is_refused(cast: Cast, clocks: Clocks, message: tuple[str, str]) -> None:
    target_id = quarter(cast.scope)
    with pytest.raises(InvalidInput) as refused:
        asked(cast.scope, target_id, clocks=clocks)
    assert faults(refused) == [message]


def test_before_anything_was_assigned_there_is_nothing(cast: Cast) -> None:
    target_id = quarter(cast.scope)
    then = stamp(cast.scope)
    give(cast.scope, target_id, ORGANIZATION, 1)
    assert asked(cast.scope, target_id, clocks=Clocks(known_at=then)).rows == []
