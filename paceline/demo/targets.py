"""What the sample organization aims at: targets over all metrics, with a share for everybody they concern."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from paceline.demo.company import Member
from paceline.demo.rhythm import DEALS, LEADS, TASKS, Rhythm
from paceline.demo.teams import PROFILES, Profile
from paceline.domain.calendar import Period, Window, add_months, fiscal_quarter_of, fiscal_year_of, month_of

_DOLLAR = 100
# Values are round ones: thousands of dollars, single deals.
_ROUND_MONEY = 1_000 * _DOLLAR
_YEAR_DAYS = 365
# In per cent of what is below: some units were given a little less or more than they gave on.
_UNITS = {"Mid-Market": 95, "Renewals": 108, "Small Business": 100, "Partnerships": 104}

Yearly = Callable[[Profile], int]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a target: of the organization, a department, a team (by name) or a person (by e-mail)."""

    kind: str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A target with its shares, the organization's first."""

    name: str
    metric: str
    period: Period
    start: date
    shares: tuple[Share, ...]
    description: str = ""
    pace_by: str = "calendar_days"
    filter: Mapping[str, object] | None = None
    status: str = "active"


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the shares of a target come about: what a usual person is asked for in a year, and how it is rounded."""

    metric: str
    yearly: Yearly
    rhythm: Rhythm
    rounding: int = 1
    # What is asked for beside what is usual, and the organization's value beside what it gave on; in per cent.
    asked: int = 100
    kept: int = 100
    is_level: bool = False
    kinds: frozenset[str] = field(default_factory=lambda: frozenset({"department", "team", "person"}))


def _revenue(profile: Profile) -> int:
    return profile.closings * profile.won_percent * profile.amount * _DOLLAR // 100


def _pipeline(profile: Profile) -> int:
    return profile.closings * profile.amount * _DOLLAR * profile.cycle_days // _YEAR_DAYS


def _qualified(profile: Profile) -> int:
    return profile.leads * 34 // 100


def _completed(profile: Profile) -> int:
    return profile.tasks * 91 // 100


def _calls(profile: Profile) -> int:
    return _completed(profile) * profile.call_percent // 100


def _meetings(profile: Profile) -> int:
    return _completed(profile) * profile.meeting_percent // 100


_REVENUE = _Plan("revenue", _revenue, DEALS, _ROUND_MONEY)
_INSIGHT = _Plan(
    "revenue",
    lambda profile: _revenue(profile) * 18 // 100,
    DEALS,
    _ROUND_MONEY,
    kinds=frozenset({"department", "team"}),
)
_NEXT = _Plan("revenue", _revenue, DEALS, _ROUND_MONEY, asked=112, kinds=frozenset({"department"}))
_WINS = _Plan("deal_count", lambda profile: profile.wins, DEALS, kept=110)
_PIPELINE = _Plan("pipeline_value", _pipeline, DEALS, _ROUND_MONEY, is_level=True)
_LEADS = _Plan("leads_generated", lambda profile: profile.leads, LEADS, asked=96)
_QUALIFIED = _Plan("leads_qualified", _qualified, LEADS, asked=98)
_TASKS = _Plan("tasks_completed", _completed, TASKS)
_CALLS = _Plan("calls_made", _calls, TASKS, asked=102)
_MEETINGS = _Plan("meetings_held", _meetings, TASKS, asked=98)


def goals(members: Iterable[Member], today: date) -> list[Goal]:
    """Every target, for the year, the quarters and the month that today is in."""
    sellers = [each for each in members if each.quota_carrying]
    year, month, quarter = fiscal_year_of(today, 1), month_of(today), fiscal_quarter_of(today, 1)
    before = fiscal_quarter_of(quarter.start - timedelta(days=1), 1)
    after = Window(quarter.end, add_months(quarter.end, 3))
    this, month_name = _quarter_name(quarter), month.start.strftime("%B %Y")
    whole = "What the year has to bring, from the organization down to everybody who sells."
    insight = {"field": "product", "op": "equals", "value": "Insight"}
    return [
        _goal(f"Revenue {year.start.year}", _REVENUE, Period.ANNUAL, year, sellers, description=whole),
        _goal(f"Revenue {this}", _REVENUE, Period.QUARTERLY, quarter, sellers, pace_by="working_days"),
        _goal(
            f"Insight revenue {this}",
            _INSIGHT,
            Period.QUARTERLY,
            quarter,
            sellers,
            pace_by="working_days",
            filter=insight,
        ),
        _goal(f"Deals won {this}", _WINS, Period.QUARTERLY, quarter, sellers, pace_by="working_days"),
        _goal(f"Open pipeline {this}", _PIPELINE, Period.QUARTERLY, quarter, sellers),
        _goal(f"New leads {month_name}", _LEADS, Period.MONTHLY, month, sellers),
        _goal(f"Qualified leads {this}", _QUALIFIED, Period.QUARTERLY, quarter, sellers),
        _goal(f"Tasks {month_name}", _TASKS, Period.MONTHLY, month, sellers, pace_by="working_days"),
        _goal(f"Calls {month_name}", _CALLS, Period.MONTHLY, month, sellers, pace_by="working_days"),
        _goal(f"Meetings {this}", _MEETINGS, Period.QUARTERLY, quarter, sellers, pace_by="working_days"),
        _goal(f"Revenue {_quarter_name(before)}", _REVENUE, Period.QUARTERLY, before, sellers),
        _goal(f"Revenue {_quarter_name(after)}", _NEXT, Period.QUARTERLY, after, sellers, status="draft"),
    ]


def _quarter_name(quarter: Window) -> str:
    return f"Q{(quarter.start.month + 2) // 3} {quarter.start.year}"


def _goal(name: str, plan: _Plan, period: Period, window: Window, sellers: list[Member], **more: object) -> Goal:
    shares = _shares(plan, window, sellers)
    return Goal(name, plan.metric, period, window.start, shares, **more)  # pyright: ignore[reportArgumentType]


def _shares(plan: _Plan, window: Window, sellers: list[Member]) -> tuple[Share, ...]:
    """Added up from the people, each unit's value with what it keeps or gives on too much."""
    people: list[Share] = []
    teams: dict[str, int] = defaultdict(int)
    departments: dict[str, int] = defaultdict(int)
    for member in sellers:
        stay = member.stay_in(window)
        value = 0 if stay is None else _asked(plan, member, PROFILES[stay.team], window)
        if stay is not None and value:
            people.append(Share("person", member.email, value))
            teams[stay.team] += value
    for team, below in teams.items():
        teams[team] = _part(plan, below, _UNITS.get(team, 100))
        departments[PROFILES[team].department] += teams[team]
    for name, below in departments.items():
        departments[name] = _part(plan, below, _UNITS.get(name, 100))
    top = Share("organization", "", _part(plan, sum(departments.values()), plan.kept))
    units = [*_of_kind("department", departments), *_of_kind("team", teams), *people]
    return (top, *(each for each in units if each.kind in plan.kinds))


def _of_kind(kind: str, values: Mapping[str, int]) -> list[Share]:
    return [Share(kind, name, value) for name, value in values.items()]


def _asked(plan: _Plan, member: Member, profile: Profile, window: Window) -> int:
    """Someone's part of a usual year: of the days of the window on which they are there."""
    there = Window(member.hire_day, (member.end_day or date.max - timedelta(days=1)) + timedelta(days=1)).clip(window)
    yearly = plan.yearly(profile) * member.effort * plan.asked // 10_000
    hundredths = 100 * yearly if plan.is_level else plan.rhythm.of_year(yearly, there)
    rounded = _part(plan, hundredths, 1)
    return max(rounded, plan.rounding) if hundredths else 0


def _part(plan: _Plan, value: int, percent: int) -> int:
    """So many per cent of a value, to the nearest round one."""
    return (2 * value * percent + 100 * plan.rounding) // (200 * plan.rounding) * plan.rounding
