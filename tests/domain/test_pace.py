"""Elapsed time, expectation, status and what follows from them, against counting day by day."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paceline.domain.calendar import Window, WorkCalendar
from paceline.domain.kinds import Direction, Kind
from paceline.domain.pace import (
    Basis,
    Elapsed,
    Past,
    Progress,
    Status,
    attainment,
    elapsed,
    over_until,
    percent_text,
    progress,
    reached,
    rounded,
)

ONE = timedelta(days=1)
MONDAY = date(2026, 3, 2)
WEEKDAYS = WorkCalendar(frozenset(range(5)))
EVERY_DAY = WorkCalendar(frozenset(range(7)))
IDLE = WorkCalendar(frozenset())
TEN_DAYS = Window(MONDAY, MONDAY + timedelta(days=10))
CURRENTS = st.integers(-2_000, 5_000)
TARGETS = st.integers(0, 3_000)


def after(days: int, window: Window = TEN_DAYS, work: WorkCalendar = EVERY_DAY) -> Elapsed:
    """Once so many of the window's days are over."""
    return elapsed(window, window.start + timedelta(days=days), work)


def made(
    current: int,
    target: int,
    days: int,
    *,
    kind: Kind = Kind.FLOW,
    direction: Direction = Direction.HIGHER,
    work: WorkCalendar = EVERY_DAY,
    on_pace_percent: int = 10,
) -> Progress:
    """Progress in the window of ten days once so many are over."""
    return progress(
        current,
        target,
        after(days, work=work),
        kind=kind,
        direction=direction,
        on_pace_percent=on_pace_percent,
        upcoming=False,
    )


class TestElapsed:
    today = date(2026, 3, 5)

    @pytest.mark.parametrize(
        ("as_of", "until"),
        [
            # Today runs: only yesterday is over. An earlier day is over at its end.
            (None, date(2026, 3, 5)),
            (date(2026, 3, 5), date(2026, 3, 5)),
            (date(2026, 3, 4), date(2026, 3, 5)),
            (date(2026, 3, 3), date(2026, 3, 4)),
        ],
    )
    def test_the_days_that_are_over(self, as_of: date | None, until: date) -> None:
        assert over_until(as_of, self.today) == until

    def test_a_day_to_come_is_refused(self) -> None:
        with pytest.raises(ValueError, match="2026-03-06 is after today, 2026-03-05"):
            over_until(date(2026, 3, 6), self.today)

    @given(
        st.dates(date(2023, 1, 1), date(2025, 12, 31)),
        st.integers(1, 400),
        st.integers(-10, 410),
        st.frozensets(st.integers(0, 6)),
        st.frozensets(st.integers(0, 400), max_size=20),
        st.sampled_from([Basis.CALENDAR_DAYS, Basis.WORKING_DAYS]),
    )
    def test_counting_gives_the_same(
        self,
        start: date,
        days: int,
        number: int,
        weekdays: frozenset[int],
        free: frozenset[int],
        basis: Basis,
    ) -> None:
        window, until = Window(start, start + timedelta(days=days)), start + timedelta(days=number)
        holidays = frozenset(start + timedelta(days=each) for each in free)
        over = [day for day in window if day < until]
        left = [day for day in window if day >= until]
        working = [day for day in window if day.weekday() in weekdays and day not in holidays]
        by_work = basis == Basis.WORKING_DAYS and working != []
        share = Fraction(sum(day in working for day in over), len(working)) if by_work else Fraction(len(over), days)
        found = elapsed(window, until, WorkCalendar(weekdays, holidays), basis)
        assert found == Elapsed(
            days_over=len(over),
            days_left=len(left),
            working_days_left=sum(day in working for day in left),
            share=share,
            basis=Basis.WORKING_DAYS if by_work else Basis.CALENDAR_DAYS,
            is_over=left == [],
        )
        assert found.days_total == days

    @pytest.mark.parametrize(
        ("past", "share", "basis"),
        [
            (Past(30, 40), Fraction(3, 4), Basis.PAST_SHAPE),
            (Past(0, 40), Fraction(0), Basis.PAST_SHAPE),
            (Past(40, 40), Fraction(1), Basis.PAST_SHAPE),
            # Nothing to go by, or corrections that make no share: calendar days.
            (None, Fraction(1, 2), Basis.CALENDAR_DAYS),
            (Past(0, 0), Fraction(1, 2), Basis.CALENDAR_DAYS),
            (Past(5, 0), Fraction(1, 2), Basis.CALENDAR_DAYS),
            (Past(-1, 40), Fraction(1, 2), Basis.CALENDAR_DAYS),
            (Past(41, 40), Fraction(1, 2), Basis.CALENDAR_DAYS),
            (Past(-40, -40), Fraction(1, 2), Basis.CALENDAR_DAYS),
        ],
    )
    def test_the_shape_of_the_past(self, past: Past | None, share: Fraction, basis: Basis) -> None:
        found = elapsed(TEN_DAYS, MONDAY + 5 * ONE, WEEKDAYS, Basis.PAST_SHAPE, past)
        assert (found.share, found.basis, found.days_over) == (share, basis, 5)

    @pytest.mark.parametrize(("number", "share"), [(-1, 0), (0, 0), (10, 1), (11, 1)])
    def test_nothing_is_over_before_a_window_and_all_after_it(self, number: int, share: int) -> None:
        for basis in Basis:
            found = elapsed(TEN_DAYS, MONDAY + number * ONE, WEEKDAYS, basis, Past(30, 40))
            assert (found.share, found.basis) == (share, basis)


@pytest.mark.parametrize(
    ("current", "target", "higher", "lower"),
    [(9, 10, False, True), (10, 10, True, True), (11, 10, True, False), (0, 0, True, True)],
)
def test_reached_at_the_target_from_either_side(current: int, target: int, *, higher: bool, lower: bool) -> None:
    assert reached(current, target, Direction.HIGHER) is higher
    assert reached(current, target, Direction.LOWER) is lower


def test_attainment_of_a_target_of_zero_is_undefined() -> None:
    assert (attainment(3, 4), attainment(-1, 4), attainment(3, 0)) == (Fraction(3, 4), Fraction(-1, 4), None)


class TestPercentText:
    @pytest.mark.parametrize(
        ("share", "places", "text"),
        [
            (Fraction(1), 0, "100 %"),
            (Fraction(9_999, 10_000), 0, "99 %"),
            (Fraction(99_999, 100_000), 2, "99.99 %"),
            (Fraction(1, 3), 2, "33.33 %"),
            (Fraction(-1, 1_000), 0, "-1 %"),
            (Fraction(-1, 1_000), 1, "-0.1 %"),
            (Fraction(5, 1_000), 1, "0.5 %"),
            (Fraction(0), 1, "0.0 %"),
            (Fraction(12), 0, "1200 %"),
            (None, 0, "\u2013"),
        ],
    )
    def test_examples(self, share: Fraction | None, places: int, text: str) -> None:
        assert percent_text(share, places) == text

    @given(st.fractions(-3, 3), st.integers(0, 3))
    def test_it_is_the_largest_that_is_not_above(self, share: Fraction, places: int) -> None:
        shown = Fraction(percent_text(share, places).removesuffix(" %"))
        assert shown <= share * 100 < shown + Fraction(1, 10**places)


@given(st.integers(-(10**15), 10**15), st.sampled_from([1, 2, 4, 5, 8, 20, 50]))
def test_rounding_is_half_away_from_zero(numerator: int, denominator: int) -> None:
    # These denominators have short decimals, so the other reading is exact.
    expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert rounded(Fraction(numerator, denominator)) == expected


class TestStatus:
    @pytest.mark.parametrize(
        ("kind", "direction", "days", "current", "status"),
        [
            # More is better; the target is 1,000, so 500 are expected after 5 of 10 days.
            (Kind.FLOW, Direction.HIGHER, 5, 1000, Status.ACHIEVED),
            (Kind.FLOW, Direction.HIGHER, 5, 999, Status.AHEAD),
            (Kind.FLOW, Direction.HIGHER, 5, 500, Status.AHEAD),
            (Kind.FLOW, Direction.HIGHER, 5, 499, Status.ON_PACE),
            (Kind.FLOW, Direction.HIGHER, 5, 450, Status.ON_PACE),
            (Kind.FLOW, Direction.HIGHER, 5, 449, Status.BEHIND),
            (Kind.FLOW, Direction.HIGHER, 0, 0, Status.AHEAD),
            (Kind.FLOW, Direction.HIGHER, 0, -1, Status.BEHIND),
            (Kind.FLOW, Direction.HIGHER, 10, 1000, Status.ACHIEVED),
            (Kind.FLOW, Direction.HIGHER, 10, 999, Status.MISSED),
            # A level is expected to stand at its target all along.
            (Kind.LEVEL, Direction.HIGHER, 1, 1000, Status.ACHIEVED),
            (Kind.LEVEL, Direction.HIGHER, 1, 999, Status.ON_PACE),
            (Kind.LEVEL, Direction.HIGHER, 1, 900, Status.ON_PACE),
            (Kind.LEVEL, Direction.HIGHER, 1, 899, Status.BEHIND),
            (Kind.LEVEL, Direction.HIGHER, 10, 999, Status.MISSED),
            # Less is better, and nothing is achieved before the end.
            (Kind.FLOW, Direction.LOWER, 5, 0, Status.AHEAD),
            (Kind.FLOW, Direction.LOWER, 5, 500, Status.AHEAD),
            (Kind.FLOW, Direction.LOWER, 5, 501, Status.ON_PACE),
            (Kind.FLOW, Direction.LOWER, 5, 550, Status.ON_PACE),
            (Kind.FLOW, Direction.LOWER, 5, 551, Status.BEHIND),
            (Kind.FLOW, Direction.LOWER, 5, 1000, Status.BEHIND),
            (Kind.FLOW, Direction.LOWER, 5, 1001, Status.MISSED),
            (Kind.FLOW, Direction.LOWER, 10, 1000, Status.ACHIEVED),
            (Kind.FLOW, Direction.LOWER, 10, 1001, Status.MISSED),
            # A level above its limit can come down again.
            (Kind.LEVEL, Direction.LOWER, 1, 1000, Status.AHEAD),
            (Kind.LEVEL, Direction.LOWER, 1, 1001, Status.ON_PACE),
            (Kind.LEVEL, Direction.LOWER, 1, 1100, Status.ON_PACE),
            (Kind.LEVEL, Direction.LOWER, 1, 1101, Status.BEHIND),
            (Kind.LEVEL, Direction.LOWER, 10, 1000, Status.ACHIEVED),
            (Kind.LEVEL, Direction.LOWER, 10, 1001, Status.MISSED),
        ],
    )
    def test_at_its_thresholds(self, kind: Kind, direction: Direction, days: int, current: int, status: Status) -> None:
        assert made(current, 1000, days, kind=kind, direction=direction).status == status

    @pytest.mark.parametrize("direction", list(Direction))
    @pytest.mark.parametrize("kind", list(Kind))
    def test_at_every_whole_value_of_small_targets(self, kind: Kind, direction: Direction) -> None:
        """Whole numbers against each other: both sides times 10 days and 100 per cent."""
        for target in range(13):
            for days in range(11):
                for current in range(-2, 30):
                    status = made(current, target, days, kind=kind, direction=direction).status
                    assert status == in_whole_numbers(kind, direction, target, days, current)

    def test_how_far_off_is_on_pace_is_a_setting(self) -> None:
        statuses = [made(450, 1000, 5, on_pace_percent=percent).status for percent in (0, 9, 10, 100)]
        assert statuses == [Status.BEHIND, Status.BEHIND, Status.ON_PACE, Status.ON_PACE]

    def test_a_fraction_of_a_unit_under_the_expected_is_not_ahead(self) -> None:
        window = Window(date(2026, 1, 1), date(2026, 2, 1))
        found = progress(
            14,
            30,
            after(15, window),
            kind=Kind.FLOW,
            direction=Direction.HIGHER,
            on_pace_percent=10,
            upcoming=False,
        )
        # 30 x 15 / 31 = 14.516...
        assert (found.expected, found.pace, found.status) == (15, -1, Status.ON_PACE)

    def test_a_window_that_has_not_begun_is_upcoming_whatever_is_there(self) -> None:
        for current in (0, 5_000):
            found = progress(
                current,
                1_000,
                after(-1),
                kind=Kind.LEVEL,
                direction=Direction.HIGHER,
                on_pace_percent=10,
                upcoming=True,
            )
            assert (found.status, found.projected) == (Status.UPCOMING, None)


def in_whole_numbers(kind: Kind, direction: Direction, target: int, days: int, current: int) -> Status:
    """The rule told once more, for a window of ten days and 10 % of tolerance."""
    expected_10 = 10 * target if kind == Kind.LEVEL else target * days
    if direction == Direction.HIGHER:
        told = [
            (current >= target, Status.ACHIEVED),
            (days == 10, Status.MISSED),
            (10 * current >= expected_10, Status.AHEAD),
            (100 * current >= 9 * expected_10, Status.ON_PACE),
        ]
    else:
        told = [
            (days == 10 and current <= target, Status.ACHIEVED),
            (days == 10 or (kind == Kind.FLOW and current > target), Status.MISSED),
            (10 * current <= expected_10, Status.AHEAD),
            (100 * current <= 11 * expected_10, Status.ON_PACE),
        ]
    return next((status for holds, status in told if holds), Status.BEHIND)


class TestProgress:
    def test_a_flow_half_way(self) -> None:
        assert made(600, 1000, 5, work=WEEKDAYS) == Progress(
            current=600,
            target=1000,
            attainment=Fraction(3, 5),
            gap=400,
            elapsed=Elapsed(5, 5, 3, Fraction(1, 2), Basis.CALENDAR_DAYS, is_over=False),
            expected=500,
            pace=100,
            pace_ratio=Fraction(6, 5),
            status=Status.AHEAD,
            projected=1200,
            # The days left are Saturday to Wednesday: 400 on three working days.
            required_per_day=134,
        )

    def test_a_level_half_way(self) -> None:
        assert made(850, 1000, 5, kind=Kind.LEVEL) == Progress(
            current=850,
            target=1000,
            attainment=Fraction(17, 20),
            gap=150,
            elapsed=Elapsed(5, 5, 5, Fraction(1, 2), Basis.CALENDAR_DAYS, is_over=False),
            expected=1000,
            pace=-150,
            pace_ratio=Fraction(17, 20),
            status=Status.BEHIND,
            projected=850,
            required_per_day=30,
        )

    @pytest.mark.parametrize("kind", list(Kind))
    def test_before_the_first_day_is_over_nothing_is_projected(self, kind: Kind) -> None:
        found = made(50, 1000, 0, kind=kind)
        assert found.projected is None
        assert found.pace_ratio == (None if kind == Kind.FLOW else Fraction(1, 20))

    def test_before_the_first_working_day_is_over_nothing_is_projected(self) -> None:
        saturday = Window(date(2026, 3, 7), date(2026, 3, 14))
        share = elapsed(saturday, saturday.start + 2 * ONE, WEEKDAYS, Basis.WORKING_DAYS)
        found = progress(
            50, 1000, share, kind=Kind.FLOW, direction=Direction.HIGHER, on_pace_percent=10, upcoming=False
        )
        assert (found.projected, found.elapsed.days_over, found.expected) == (None, 2, 0)

    @given(CURRENTS, TARGETS, st.sampled_from(Kind), st.sampled_from(Direction))
    def test_once_the_window_is_over_nothing_is_open(
        self, current: int, target: int, kind: Kind, direction: Direction
    ) -> None:
        found = made(current, target, 10, kind=kind, direction=direction)
        assert (found.projected, found.expected, found.required_per_day) == (current, target, None)
        assert (found.status == Status.ACHIEVED) is reached(current, target, direction)
        assert found.status in {Status.ACHIEVED, Status.MISSED}

    @given(CURRENTS, TARGETS, st.integers(1, 9))
    def test_projected_is_where_the_same_speed_leads(self, current: int, target: int, days: int) -> None:
        exact = Decimal(current) * 10 / days
        nearest = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        assert made(current, target, days).projected == nearest

    @given(CURRENTS, TARGETS, st.integers(0, 9), st.frozensets(st.integers(0, 6), min_size=1))
    def test_required_is_the_least_that_reaches_the_target(
        self, current: int, target: int, days: int, weekdays: frozenset[int]
    ) -> None:
        work = WorkCalendar(weekdays)
        left = [day for day in TEN_DAYS if day >= MONDAY + days * ONE and day.weekday() in weekdays]
        per_day = made(current, target, days, work=work).required_per_day
        if not left:
            assert per_day is None
            return
        assert per_day is not None
        assert per_day >= 0
        assert current + per_day * len(left) >= target
        assert per_day == 0 or current + (per_day - 1) * len(left) < target

    @pytest.mark.parametrize(
        ("kind", "current", "per_day"),
        [
            (Kind.FLOW, 1000, 0),
            # What a flow has passed it cannot take back; a level can come down.
            (Kind.FLOW, 1001, None),
            (Kind.LEVEL, 1000, 0),
            (Kind.LEVEL, 1001, 1),
            (Kind.LEVEL, 1026, 6),
        ],
    )
    def test_required_where_less_is_better(self, kind: Kind, current: int, per_day: int | None) -> None:
        found = made(current, 1000, 5, kind=kind, direction=Direction.LOWER)
        assert found.required_per_day == per_day

    def test_without_working_days_nothing_is_required(self) -> None:
        assert made(0, 1000, 0, work=IDLE).required_per_day is None

    def test_a_target_of_zero(self) -> None:
        found = made(0, 0, 5)
        assert (found.attainment, found.pace_ratio, found.status) == (None, None, Status.ACHIEVED)
        assert (found.projected, found.required_per_day) == (0, 0)

    @given(CURRENTS, TARGETS, st.integers(0, 10), st.sampled_from(Kind), st.sampled_from(Direction))
    # Half a unit is expected.
    @example(1, 5, 1, Kind.FLOW, Direction.HIGHER)
    def test_what_is_shown_adds_up(
        self, current: int, target: int, days: int, kind: Kind, direction: Direction
    ) -> None:
        found = made(current, target, days, kind=kind, direction=direction)
        assert found.expected + found.pace == found.current
        assert found.gap + found.current == found.target

    @given(CURRENTS, TARGETS, st.integers(0, 9), st.sampled_from(Direction), st.sampled_from(Kind))
    def test_one_more_never_makes_it_worse(
        self, current: int, target: int, days: int, direction: Direction, kind: Kind
    ) -> None:
        worst_first = [Status.MISSED, Status.BEHIND, Status.ON_PACE, Status.AHEAD, Status.ACHIEVED]
        better = current + 1 if direction == Direction.HIGHER else current - 1
        before, now = (
            worst_first.index(made(each, target, days, kind=kind, direction=direction).status)
            for each in (current, better)
        )
        assert now >= before
