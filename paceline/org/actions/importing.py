"""Importing people: good rows land together, bad ones are named with line, column and reason."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import LiteralString

from paceline.domain.access import Permission
from paceline.domain.rejection import Rejected
from paceline.facts import batches, clock
from paceline.facts.scope import Scope
from paceline.org import audit, memberships, rollup
from paceline.org.actions.people import reporting_circle
from paceline.org.actions.settle import settle
from paceline.org.actions.verb import writing
from paceline.org.checks import Checks
from paceline.org.given import GivenPerson, Placing, read, wanted
from paceline.org.history import History
from paceline.org.known_people import Known, Refused, Values, Words, read_people, shared_emails
from paceline.org.known_units import Tree, make_departments, make_teams, read_tree, team_ids
from paceline.org.models import Department, ExternalId, Person, Team
from paceline.org.tree import loops

FIELDS = ("name", "email", "hire_day", "end_day", "quota_carrying")

_CHANGE: LiteralString = """
    UPDATE org_person p SET name = g.name, email = g.email, hire_day = g.hire_day, end_day = g.end_day,
        quota_carrying = g.quota_carrying, manager_id = g.manager_id
    FROM unnest(%(ids)s::bigint[], %(name)s::text[], %(email)s::text[], %(hire_day)s::date[],
                %(end_day)s::date[], %(quota_carrying)s::boolean[], %(manager_id)s::bigint[])
        AS g (id, name, email, hire_day, end_day, quota_carrying, manager_id)
    WHERE p.org_id = %(org_id)s AND p.id = g.id"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the rows, which units were made for them, and what the file leaves open."""

    read: int
    created: int
    changed: int
    unchanged: int
    rejected: list[Rejected]
    departments: list[str]
    teams: list[str]
    notes: list[str]


@dataclass
class _File:
    """A file on its way in: everyone there is or may come to be, and the row that speaks for each of some."""

    scope: Scope
    source: str
    today: date
    people: list[Known]
    histories: memberships.Stored
    rows: dict[Known, GivenPerson] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)

    def reject(self, row: GivenPerson, refused: Refused) -> None:
        self.rejected.append(Rejected(row.line, refused.column, refused.reason, row.content))

    def history(self, known: Known, placing: Placing) -> History:
        """The person's history with the row taken in. Raises Refused."""
        if known.wanted is None:
            raise AssertionError("a person without a row has no history to come")
        stored = self.histories.history(known.person.id) if known.stored else ()
        return placing.history(self.rows[known], known.stored, known.wanted, stored)


def import_people(
    scope: Scope, rows: Iterable[GivenPerson | Rejected], source: str, today: date, file_name: str | None = None
) -> Summary:
    """Create and change people, found by external id, else by e-mail, else by name.

    A department or team that does not exist is made; a changed one is a move, dated by the row or today. The
    same rows again change nothing. Nobody is taken away for not being in the file. Rows refused before are
    handed through; a bad row raises nothing, it is named in the summary and kept. Raises InvalidInput for a bad
    source.
    """
    checks = Checks()
    source = checks.name("source", source)
    checks.done()
    # A slow file is read before anybody has to wait for it.
    rows = list(rows)
    with writing(scope, Permission.CHANGE_ORGANIZATION):
        file = _File(scope, source, today, read_people(scope, source), memberships.read(scope))
        tree = read_tree(scope, today)
        read_count = _take(file, rows, deepcopy(tree))
        _refuse_clashes(file)
        summary = _apply(file, tree, read_count)
        counts = {"created": summary.created, "changed": summary.changed, "unchanged": summary.unchanged}
        batches.keep(scope, "people", source, file_name, counts, summary.rejected, clock.tick(scope))
    return summary


def _take(file: _File, rows: Iterable[GivenPerson | Rejected], tree: Tree) -> int:
    """Find the person of each row and what the row wants; how many rows there were."""
    words = Words(file.people)
    placing = Placing(tree.stored, team_ids(file.scope), file.today)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the count is what is wanted after the loop
        if isinstance(row, Rejected):
            file.rejected.append(row)
            continue
        try:
            _take_row(file, row, words, tree, placing)
        except Refused as refused:
            file.reject(row, refused)
    return count


def _take_row(file: _File, row: GivenPerson, words: Words, tree: Tree, placing: Placing) -> None:
    given = read(row)
    known = words.match(given) or Known(Person(org_id=file.scope.org_id))
    if known.line is not None:
        raise Refused(None, f"the same person as in line {known.line}")
    values = wanted(row, given, known.stored)
    if known.stored is not None:
        placing.history(row, known.stored, values, file.histories.history(known.person.id))
    tree.claim(row.department)
    known.wanted, known.line, known.given = values, row.line, given
    file.rows[known] = row
    words.add(known)
    if known.stored is None:
        file.people.append(known)


def _refuse_clashes(file: _File) -> None:
    """Refuse rows until no two people share words, and managers are people and in no circle."""
    while clashes := _shared(file) or _mistaken(file) or _managers(file) or _circles(file):
        for known, refused in clashes.items():
            file.reject(file.rows.pop(known), refused)
            known.forget()


def _shared(file: _File) -> dict[Known, Refused]:
    return {
        known: Refused("email", f"{known.wanted.email} is {other.wanted.name}'s")
        for known, other in shared_emails(file.people).items()
        if known.wanted and other.wanted
    }


def _mistaken(file: _File) -> dict[Known, Refused]:
    """The rows that would not find their person if they came again, because others take on the same words."""
    words = Words(file.people)
    found: dict[Known, Refused] = {}
    for known in file.rows:
        try:
            again = words.match(known.given)
        except Refused as refused:
            found[known] = refused
            continue
        if again is not known:
            found[known] = Refused(None, "another row gives these words to somebody else: give an external id")
    return found


def _managers(file: _File) -> dict[Known, Refused]:
    """Give everyone the manager that the row names; who is given nobody, or somebody refused with them."""
    words = Words(file.people)
    below: dict[Known, list[Known]] = {}
    found: dict[Known, Refused] = {}
    for known, row in file.rows.items():
        if not row.manager or known.wanted is None:
            continue
        try:
            manager = words.find(row.manager)
        except Refused as refused:
            found[known] = refused
            continue
        known.wanted = known.wanted._replace(manager=manager)
        below.setdefault(manager, []).append(known)
    gone = [known for known in found if known.stored is None]
    while gone:
        manager = gone.pop()
        for known in below.get(manager, []):
            if known not in found:
                found[known] = Refused("manager", f"the manager's own row, line {manager.line}, is refused")
                gone += [known] if known.stored is None else []
    return found


def _circles(file: _File) -> dict[Known, Refused]:
    found: dict[Known, Refused] = {}
    for circle in loops({known: known.wanted.manager for known in file.people if known.wanted}):
        members = circle[:-1]
        for place, known in enumerate(members):
            if known.wanted and (known.stored is None or known.stored.manager is not known.wanted.manager):
                way = [*members[place:], *members[: place + 1]]
                names = [each.wanted.name for each in way if each.wanted]
                found[known] = Refused("manager", reporting_circle(names))
    return found


def _apply(file: _File, tree: Tree, read_count: int) -> Summary:
    for row in file.rows.values():
        tree.claim(row.department)
    trail = audit.Trail(file.scope, "import_people", f"from {file.source}")
    departments = make_departments(file.scope, tree)
    named = ((name, row.department) for row in file.rows.values() for name in row.teams)
    teams = make_teams(file.scope, tree, named)
    created = [known for known in file.rows if known.stored is None]
    changed = {known for known in file.rows if known.stored is not None and known.stored != known.wanted}
    _write(file, created, changed)
    trail.record_all(_differences([*created, *changed], tree, departments, teams.made))
    placing = Placing(tree.stored, teams.ids, file.today)
    moved = settle(
        file.scope,
        trail,
        file.histories,
        {known.person.id: file.history(known, placing) for known in file.rows},
    )
    named_anew = [known.person.id for known in (*created, *changed) if _words(known.stored) != _words(known.wanted)]
    if named_anew:
        rollup.set_owner_keys(file.scope, named_anew)
    changed_count = sum(known in changed or known.person.id in moved for known in file.rows if known.stored)
    return Summary(
        read=read_count,
        created=len(created),
        changed=changed_count,
        unchanged=len(file.rows) - len(created) - changed_count,
        rejected=sorted(file.rejected, key=lambda each: each.line),
        departments=[each.name for each in departments],
        teams=[each.name for each in teams.made],
        notes=[f"team {name} is named with several departments: it hangs under none" for name in teams.unhung],
    )


def _words(values: Values | None) -> tuple[str | None, ...]:
    return (values.name, values.email, values.external_id) if values else ()


def _write(file: _File, created: Sequence[Known], changed: Collection[Known]) -> None:
    """E-mails are given up before they are taken, and new people come before those whom they manage."""
    given_up = [known.person.id for known in changed if known.stored and known.stored.email]
    if given_up:
        Person.objects.filter(org_id=file.scope.org_id, id__in=given_up).update(email=None)
    for known in created:
        for name in FIELDS:
            setattr(known.person, name, getattr(known.wanted, name))
    Person.objects.bulk_create(known.person for known in created)
    again = [*changed, *(known for known in created if known.wanted and known.wanted.manager)]
    if again:
        told = [_told(known.wanted) or {} for known in again]
        columns = {name: [each[name] for each in told] for name in (*FIELDS, "manager_id")}
        ids = [known.person.id for known in again]
        file.scope.run(_CHANGE, {"org_id": file.scope.org_id, "ids": ids, **columns})
    ExternalId.objects.bulk_create(
        ExternalId(
            org_id=file.scope.org_id,
            source=file.source,
            external_id=known.wanted.external_id,
            person_id=known.person.id,
        )
        for known in (*created, *changed)
        if known.wanted and known.wanted.external_id and not (known.stored and known.stored.external_id)
    )


def _differences(
    people: Iterable[Known], tree: Tree, departments: Iterable[Department], teams: Iterable[Team]
) -> Iterator[audit.Values | None]:
    for each in departments:
        told = {"name": each.name, "parent_id": tree.parent_id(each.name)}
        yield audit.difference("department", each.id, old=None, new=told)
    for each in teams:
        told = audit.values(each, "name", "department_id")
        yield audit.difference("team", each.id, old=None, new=told)
    for known in people:
        old, new = _told(known.stored), _told(known.wanted)
        yield audit.difference("person", known.person.id, old=old, new=new)


def _told(values: Values | None) -> dict[str, object] | None:
    if values is None:
        return None
    told = audit.values(values, *FIELDS, "external_id")
    return {**told, "manager_id": values.manager.person.id if values.manager else None}
