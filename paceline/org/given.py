"""What a row about a person gives, and what it makes of the person. A blank leaves what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from paceline.org import history
from paceline.org.checks import Checks
from paceline.org.history import History, days_there
from paceline.org.known_people import Refused, Values
from paceline.org.names import folded


class GivenPerson(Protocol):
    """A row about a person. `line` is its line in the file, `content` the row as it stood there.

    `department` is a path of names from the top down, which may start anywhere; `teams` are names, the
    first of them the primary one; `manager` is an external id, an e-mail or a name; a changed department or
    team is a move on `from_day`.
    """

    @property
    def line(self) -> int: ...
    @property
    def content(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def department(self) -> tuple[str, ...]: ...
    @property
    def teams(self) -> tuple[str, ...]: ...
    @property
    def manager(self) -> str | None: ...
    @property
    def hire_day(self) -> date | None: ...
    @property
    def end_day(self) -> date | None: ...
    @property
    def from_day(self) -> date | None: ...
    @property
    def quota_carrying(self) -> bool | None: ...


def read(row: GivenPerson) -> Values:
    """The row's values, checked by themselves. Raises Refused with every fault of them."""
    checks = Checks()
    values = Values(
        name=checks.name("name", row.name) if row.name else "",
        email=checks.email("email", row.email),
        external_id=checks.name("external_id", row.external_id) if row.external_id else None,
        hire_day=checks.day("hire_date", row.hire_day) if row.hire_day else None,
        end_day=checks.day("end_date", row.end_day) if row.end_day else None,
    )
    for name in row.department:
        checks.name("department", name)
    for name in row.teams:
        checks.name("team", name)
    if row.from_day:
        checks.day("from", row.from_day)
    if not values.name and not values.email and not values.external_id:
        checks.fault("name", "give a name")
    if checks.faults:
        first, *others = checks.faults
        reasons = [first.message, *(f"{fault.where}: {fault.message}" for fault in others)]
        raise Refused(first.where, "; ".join(reasons))
    return values


def wanted(row: GivenPerson, given: Values, stored: Values | None) -> Values:
    """What the person is to be, the manager aside. Raises Refused."""
    before = stored or Values()
    values = Values(
        given.name or before.name,
        given.email or before.email,
        given.external_id or before.external_id,
        given.hire_day or before.hire_day,
        given.end_day or before.end_day,
        before.quota_carrying if row.quota_carrying is None else row.quota_carrying,
        before.manager,
    )
    if not values.name:
        raise Refused("name", "give a name: there is nobody yet by this e-mail or external id")
    if values.hire_day and values.end_day and values.end_day < values.hire_day:
        raise Refused("end_date", f"{values.end_day} is before the hire day, {values.hire_day}")
    return values


@dataclass(frozen=True, slots=True)
class Placing:
    """Where and when rows place people: unit ids by folded name, and the day on which the file speaks."""

    departments: Mapping[str, int]
    teams: Mapping[str, int]
    today: date

    def history(self, row: GivenPerson, stored: Values | None, values: Values, rows: History) -> History:
        """The person's history once the row is taken in. A unit that is still to be made counts as a new one.

        Someone new is placed for all the days they are there. Otherwise a changed department or team is a
        move on the row's `from_day`, or today; a first one without `from_day` holds for all days too.
        Raises Refused if they are not there on that day.
        """
        there = days_there(values.hire_day, values.end_day)
        if stored is None:
            return self._new(row, there)
        rows = history.within(rows, days_there(stored.hire_day, stored.end_day), there)
        if row.department:
            rows = self._in_department(row, rows, there)
        if row.teams:
            rows = self._in_teams(row, rows, there)
        return rows

    def _new(self, row: GivenPerson, there: tuple[date, date]) -> History:
        rows: History = ()
        if row.department:
            rows = history.moved(rows, self.departments.get(folded(row.department[-1]), 0), *there)
        for name in row.teams:
            rows = history.in_team(rows, self.teams.get(folded(name), 0), *there)
        return rows

    def _in_department(self, row: GivenPerson, rows: History, there: tuple[date, date]) -> History:
        wanted = self.departments.get(folded(row.department[-1]), 0)
        own = tuple(each for each in rows if each.team_id is None)
        here = [each.department_id for each in _on(own, self._speaks(row, there))]
        if here == [wanted]:
            return rows
        return history.moved(rows, wanted, self._from_day(row, own, there), there[1])

    def _in_teams(self, row: GivenPerson, rows: History, there: tuple[date, date]) -> History:
        """One team named is the primary one, in place of the primary one before; several are all of them."""
        wanted = list(dict.fromkeys(self.teams.get(folded(name), 0) for name in row.teams))
        own = tuple(each for each in rows if each.team_id is not None)
        here = {each.team_id: each for each in _on(own, self._speaks(row, there)) if each.team_id is not None}
        primary = {team for team, each in here.items() if each.is_primary}
        leaves = (primary if len(wanted) == 1 else set(here)) - set(wanted)
        if primary == {wanted[0]} and not leaves and set(wanted) <= set(here):
            return rows
        from_day = self._from_day(row, own, there)
        for team in leaves:
            rows = history.out_of_team(rows, team, from_day)
        for team in wanted:
            is_lead = team in here and here[team].is_lead
            said = True if team == wanted[0] else None
            rows = history.in_team(rows, team, from_day, there[1], is_primary=said, is_lead=is_lead)
        return rows

    def _speaks(self, row: GivenPerson, there: tuple[date, date]) -> date:
        """The day of which the row says where the person is."""
        return max(there[0], min(row.from_day or self.today, there[1] - timedelta(days=1)))

    def _from_day(self, row: GivenPerson, own: History, there: tuple[date, date]) -> date:
        if not own and row.from_day is None:
            return there[0]
        day = row.from_day or max(self.today, there[0])
        if day < there[0]:
            raise Refused("from", f"{day} is before the hire day, {there[0]}")
        if day >= there[1]:
            last = there[1] - timedelta(days=1)
            raise Refused("from", f"{day} is after the last day, {last}: say from which day before it")
        return day


def _on(rows: History, day: date) -> History:
    return tuple(history.clipped(rows, day, day + timedelta(days=1)))
