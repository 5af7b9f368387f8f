"""Loading the sample organization: one transaction, so that it is there whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from django.db import transaction

from paceline import edge
from paceline.boards.actions import create_board
from paceline.demo import company, deals, leads, targets, tasks
from paceline.demo.company import Member
from paceline.demo.deals import Row
from paceline.demo.moment import Moment
from paceline.demo.targets import Goal
from paceline.domain.calendar import Period, add_months, fiscal_quarter_of
from paceline.domain.record import Module
from paceline.facts import ingest, tenancy
from paceline.facts.ingest import BATCH_ROWS_MAX, Batch
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org.actions import moves
from paceline.org.actions.importing import import_people
from paceline.org.models import Department, Organization, Person, Team
from paceline.plan.actions import assignments, settings
from paceline.plan.actions.targets import create_target
from paceline.plan.find import ORGANIZATION
from paceline.plan.models import Target

ACTOR = "demo"
# The source of every record in the sample.
SOURCE = "crm"
# What a euro was worth in dollars in each quarter; the last one holds on.
_RATES = ("1.0450", "1.0810", "1.1340", "1.1680", "1.1620", "1.1740", "1.1590", "1.1710")

# Told what is being done, how much of all is done, and how much there is.
Progress = Callable[[str, int, int], None]
_Ids = dict[tuple[str, str], Assignee]


@dataclass(frozen=True, slots=True)
class _PersonRow:
    """A row about a person, as the verb that imports people takes it."""

    line: int
    name: str
    email: str
    department: tuple[str, ...]
    teams: tuple[str, ...]
    manager: str | None
    hire_day: date
    end_day: date | None
    quota_carrying: bool
    content: str = ""
    external_id: str | None = None
    from_day: date | None = None


def is_loaded() -> bool:
    """Whether the sample organization is there; then it is there whole."""
    with edge.unscoped():
        return Organization.objects.filter(slug=company.SLUG).exists()


def load(
    connection: psycopg.Connection[Any],
    today: date,
    now: datetime,
    progress: Progress = lambda _what, _done, _all: None,
) -> Scope:
    """Make the sample organization for a day and a time of it, the same every time; the scope it is reached by.

    `today` is `moment.today_at(now)`, and `connection` the one that Django uses. A killed
    load leaves nothing. Raises InvalidInput if it is there already.
    """
    moment = Moment(today, now)
    members = company.people(today)
    with transaction.atomic():
        scope = _open(connection, moment)
        _add_people(scope, members, moment)
        batches = list(_batches(members, moment))
        goals = targets.goals(members, today)
        total = len(batches) + len(goals) + 1
        for number, (what, work) in enumerate(_steps(scope, batches, goals)):
            progress(what, number, total)
            work()
        progress("done", total, total)
    return scope


def _open(connection: psycopg.Connection[Any], moment: Moment) -> Scope:
    made = settings.open_organization(
        connection,
        ACTOR,
        name=company.NAME,
        slug=company.SLUG,
        time_zone=company.TIME_ZONE,
        currency=company.CURRENCY,
        holiday_country=company.HOLIDAY_COUNTRY,
    )
    scope = tenancy.enter(Scope(made.id, connection, ACTOR))
    # The oldest open deals were made before the first that closed.
    first = fiscal_quarter_of(add_months(moment.window.start, -6), 1).start
    days = (add_months(first, 3 * number) for number in range(len(_RATES)))
    settings.set_rates(
        scope,
        {(deals.RATED, day): Decimal(rate) for day, rate in zip(days, _RATES, strict=True) if day <= moment.today},
    )
    return scope


def _add_people(scope: Scope, members: Sequence[Member], moment: Moment) -> None:
    rows = [_person_row(line, each) for line, each in enumerate(members, start=1)]
    summary = import_people(scope, rows, SOURCE, moment.today)
    if summary.rejected:
        raise AssertionError(f"the sample's people are refused: {summary.rejected}")
    ids = _ids(scope)
    for member in members:
        _place(scope, member, ids)
    second = ids["team", company.SECOND_TEAM].id
    person = ids["person", company.email(company.IN_TWO_TEAMS)].id
    moves.join_team(scope, person, second, from_day=moment.window.start)


def _person_row(line: int, member: Member) -> _PersonRow:
    return _PersonRow(
        line,
        member.name,
        member.email,
        (member.department,) if member.department else (),
        tuple(each.team for each in member.stays[:1]),
        company.email(member.manager) if member.manager else None,
        member.hire_day,
        member.end_day,
        member.quota_carrying,
    )


def _place(scope: Scope, member: Member, ids: _Ids) -> None:
    """What a row cannot say: who leads, and who moved on from a first team."""
    person = ids["person", member.email].id
    if member.is_lead and member.stays:
        moves.join_team(scope, person, ids["team", member.stays[0].team].id, from_day=member.hire_day, is_lead=True)
    elif member.is_lead and member.department:
        department = ids["department", member.department].id
        moves.move_person(scope, person, department_id=department, from_day=member.hire_day, is_lead=True)
    for before, after in zip(member.stays, member.stays[1:], strict=False):
        day = after.window.start
        moves.join_team(scope, person, ids["team", after.team].id, from_day=day, is_primary=True, reason="promotion")
        moves.leave_team(scope, person, ids["team", before.team].id, from_day=day, reason="promotion")


def _ids(scope: Scope) -> _Ids:
    """Everybody that a target can be assigned to, by kind and name; people by e-mail."""
    found: _Ids = {("organization", ""): ORGANIZATION}
    for kind, things, name in (("department", Department, "name"), ("team", Team, "name"), ("person", Person, "email")):
        rows = things.objects.filter(org_id=scope.org_id).values_list("id", name)
        found |= {(kind, word): Assignee(kind, number) for number, word in rows}
    return found


def _batches(members: list[Member], moment: Moment) -> Iterator[Batch]:
    for module, each in ((Module.DEALS, deals), (Module.LEADS, leads), (Module.TASKS, tasks)):
        rows: list[Row] = each.rows(members, moment)
        for start in range(0, len(rows), BATCH_ROWS_MAX):
            yield Batch(module, SOURCE, each.FIELDS, rows[start : start + BATCH_ROWS_MAX])


def _steps(scope: Scope, batches: list[Batch], goals: list[Goal]) -> Iterator[tuple[str, Callable[[], object]]]:
    for batch in batches:
        yield batch.module.value, lambda batch=batch: ingest.write(scope, batch)
    ids = _ids(scope)
    for goal in goals:
        yield goal.name, lambda goal=goal: _aim(scope, goal, ids)
    yield "leaderboards", lambda: _rank(scope, goals)


def _rank(scope: Scope, goals: list[Goal]) -> None:
    """Leaderboards of both sorts of entrants and all three ways to rank, for all and for managers."""
    quarter = next(each.name for each in goals if each.metric == "revenue" and each.period == Period.QUARTERLY)
    target = Target.objects.get(org_id=scope.org_id, name=quarter)
    create_board(scope, name="Revenue this month", metric="revenue")
    create_board(scope, name="Attainment this quarter", target_id=target.id, rank_by="attainment", period="quarter")
    create_board(scope, name="Teams by revenue", metric="revenue", period="quarter", entrants="teams", count=5)
    create_board(scope, name="Calls this week", metric="calls_made", period="week", count=5)
    create_board(
        scope, name="Most improved", metric="deal_count", rank_by="improved", period="quarter", visibility="managers"
    )


def _aim(scope: Scope, goal: Goal, ids: _Ids) -> None:
    made = create_target(
        scope,
        name=goal.name,
        metric=goal.metric,
        value=goal.shares[0].value,
        period=goal.period.value,
        start_date=goal.start,
        description=goal.description,
        filter=goal.filter,
        pace_by=goal.pace_by,
        status=goal.status,
    )
    assignments.assign_all(scope, made.id, {ids[each.kind, each.name]: each.value for each in goal.shares})
