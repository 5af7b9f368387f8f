"""Rosa's people come out of a file: once, again, and with every slip that a file can hold."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection as django
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paceline.domain.rejection import Rejected
from paceline.errors import InvalidInput
from paceline.facts import owners
from paceline.facts.scope import Scope
from paceline.org.actions.importing import Summary, import_people
from paceline.org.actions.people import create_person, set_external_id
from paceline.org.actions.units import placements
from paceline.org.models import Change, Department, Team
from tests.org.cast import EPOCH, Cast, changes, on, people
from tests.org.rows import TODAY, Row, refusals, take

WHOLE = (
    Row(2, "Sam", "sam@acme.example", "17", ("Sales", "Field"), ("Hunters",), "Tariq", hire_day=EPOCH),
    Row(3, "Rosa", "rosa@acme.example", "11", ("Sales",)),
    Row(4, "Tariq", "tariq@acme.example", "12", ("Sales", "Field"), ("Hunters",), "11"),
    Row(
        5,
        "Eve",
        "eve@acme.example",
        "18",
        ("Sales", "Partners"),
        (),
        "rosa@ACME.example",
        quota_carrying=False,
    ),
)


def test_a_whole_organization_comes_out_of_one_file(open_organization: Callable[..., Scope]):
    scope = open_organization("Acme")
    summary = take(scope, *WHOLE)
    assert summary == Summary(
        read=4,
        created=4,
        changed=0,
        unchanged=0,
        rejected=[],
        departments=["Sales", "Field", "Partners"],
        teams=["Hunters"],
        notes=[],
    )
    assert people(scope) == {
        "Eve": "eve@acme.example Rosa Partners -",
        "Rosa": "rosa@acme.example . Sales -",
        "Sam": "sam@acme.example Tariq Field 0- Hunters* 0-",
        "Tariq": "tariq@acme.example Rosa Field - Hunters* -",
    }
    names = dict(Department.objects.values_list("id", "name"))
    assert {(names[each.department_id], names[each.parent_id]) for each in placements(scope)} == {
        ("Field", "Sales"),
        ("Partners", "Sales"),
    }
    assert Team.objects.get().department_id == Department.objects.get(name="Field").id
    assert len(owners.resolve(scope, "hr", {"17", "eve@acme.example", "Tariq"})) == 3


def test_the_same_file_again_changes_nothing(open_organization: Callable[..., Scope]):
    scope = open_organization("Acme")
    take(scope, *WHOLE)
    before = people(scope), Change.objects.count()
    for today in (TODAY, on(200), EPOCH):
        summary = take(scope, *WHOLE, today=today)
        assert (summary.unchanged, summary.departments, summary.teams) == (4, [], [])
    assert (people(scope), Change.objects.count()) == before


def test_whoever_is_there_already_is_found_by_external_id_or_email_or_name(cast: Cast):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    summary = take(
        cast.scope,
        Row(2, "Samuel", "samuel@acme.example", "17"),
        Row(3, "Evelyn", "EVE@acme.example", "18"),
        Row(4, "tariq", external_id="12"),
    )
    assert (summary.created, summary.changed) == (0, 3)
    assert people(cast.scope) == {
        "Evelyn": "EVE@acme.example Rosa Partners 0-",
        "Rosa": "rosa@acme.example . Sales 0-",
        "Samuel": "samuel@acme.example tariq Field 0- Hunters* 0-",
        "tariq": "tariq@acme.example Rosa Field 0- Hunters*+ 0-",
    }
    assert owners.resolve(cast.scope, "hr", {"12", "17", "18", "sam@acme.example"}) == {
        "12": cast.tariq,
        "17": cast.sam,
        "18": cast.eve,
    }


def test_a_namesake_with_words_of_their_own_is_somebody_else(cast: Cast):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    assert take(cast.scope, Row(2, "Sam", external_id="99")).created == 1
    assert take(cast.scope, Row(2, "Sam", "sam.two@acme.example")).changed == 1
    assert take(cast.scope, Row(2, "Sam", "sam.three@acme.example")).created == 1


def test_a_name_that_several_have_needs_more_words(cast: Cast):
    create_person(cast.scope, name="SAM")
    summary = take(cast.scope, Row(2, "Sam", quota_carrying=False), Row(3, "Omar", manager="sam"))
    reason = "2 people are called {!r}: give an e-mail or an external id"
    assert refusals(summary) == [(2, "name", reason.format("Sam")), (3, "manager", reason.format("sam"))]


def test_words_that_name_two_people_are_refused(cast: Cast):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    summary = take(
        cast.scope,
        Row(2, "Sam", "sam@acme.example", "18"),
        Row(3, "Sam", "eve@acme.example", "17"),
        Row(4, "Omar", "omar@acme.example"),
        Row(5, "Omar", "OMAR@acme.example"),
        Row(6, "Anna", "anna@acme.example", "30"),
        Row(7, "Berta", "anna@acme.example", "31"),
    )
    assert refusals(summary) == [
        (2, "email", "sam@acme.example is Sam's"),
        (3, "email", "eve@acme.example is Eve's"),
        (5, None, "the same person as in line 4"),
        (7, "email", "anna@acme.example is Anna's"),
    ]
    assert summary.created == 2


def test_two_people_may_swap_their_emails(cast: Cast):
    for person, number in ((cast.sam, "17"), (cast.eve, "18")):
        set_external_id(cast.scope, person, "hr", number)
    summary = take(
        cast.scope,
        Row(2, email="eve@acme.example", external_id="17"),
        Row(3, email="sam@acme.example", external_id="18"),
    )
    assert summary.changed == 2
    assert people(cast.scope)["Sam"].startswith("eve@acme.example")
    summary = take(
        cast.scope,
        Row(2, email="sam@acme.example", external_id="17"),
        Row(3, email="new@acme.example", external_id="18", manager="nobody"),
    )
    assert [line for line, *_ in refusals(summary)] == [2, 3]


@pytest.mark.parametrize("lines", [(2, 3), (3, 2)])
def test_someone_new_may_take_an_email_that_the_file_gives_up(cast: Cast, lines: tuple[int, int]):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    omar = Row(lines[0], "Omar", "sam@acme.example", "18")
    sam = Row(lines[1], email="samuel@acme.example", external_id="17")
    assert refusals(take(cast.scope, omar)) == [(lines[0], "email", "sam@acme.example is Sam's")]
    summary = take(cast.scope, *sorted((omar, sam), key=lambda row: row.line))
    assert (summary.created, summary.changed) == (1, 1)
    assert owners.resolve(cast.scope, "hr", {"samuel@acme.example"}) == {"samuel@acme.example": cast.sam}


def test_every_fault_of_a_row_is_told_and_rows_refused_before_are_handed_through(cast: Cast):
    before = Rejected(3, "hire_date", "'soon' is not a date", "Omar,soon")
    summary = take(
        cast.scope,
        Row(4, "A\0nna", "not an address", "x" * 201, ("",), ("  ",), hire_day=date(20, 1, 1)),
        before,
        Row(5),
        Row(6, email="omar@acme.example"),
        Row(7, "Omar", hire_day=on(1), end_day=on(0)),
    )
    assert summary.rejected[0] == before
    assert refusals(summary)[1:] == [
        (
            4,
            "name",
            (
                "holds a control character; email: 'not an address' is not an e-mail address; "
                "external_id: is longer than 200 characters; "
                "hire_date: 0020-01-01 is not a day between 1900-01-01 and 2199-12-31; "
                "department: give a name; team: give a name"
            ),
        ),
        (5, "name", "give a name"),
        (6, "name", "give a name: there is nobody yet by this e-mail or external id"),
        (7, "end_date", "2025-01-01 is before the hire day, 2025-01-02"),
    ]
    assert summary.rejected[1].content == "line 4"


def test_the_source_needs_a_name(cast: Cast):
    with pytest.raises(InvalidInput, match="source: give a name"):
        import_people(cast.scope, [], " ", TODAY)


def test_the_trail_tells_who_came_from_where(cast: Cast):
    take(cast.scope, Row(2, "Omar", department=("Moon",)), Row(3, "Sam", quota_carrying=False))
    told = [(kind, new, reason) for kind, _, new, reason in changes(cast.scope, "import_people")]
    moon = Department.objects.get(name="Moon")
    assert told[:3] == [
        ("department", {"name": "Moon"}, "from hr"),
        ("person", {"name": "Omar", "quota_carrying": True}, "from hr"),
        ("person", {"quota_carrying": False}, "from hr"),
    ]
    ((_, placed, _),) = told[3:]
    assert [(each["department"], each["department_id"]) for each in placed["memberships"]] == [("Moon", moon.id)]


def test_the_number_of_statements_does_not_grow_with_the_file(open_organization: Callable[..., Scope], monkeypatch):
    run, ran = Scope.run, []
    monkeypatch.setattr(Scope, "run", lambda *given, **named: ran.append(given) or run(*given, **named))

    def rows(count: int, department: str) -> list[Row]:
        return [
            Row(
                number + 2,
                f"Person {number}",
                f"p{number}@acme.example",
                str(number),
                ("All", f"{department} {number % 3}"),
                (f"Team {number % 5}",),
                "0" if number else None,
            )
            for number in range(count)
        ]

    counted: dict[int, list[int]] = {}
    for count in (10, 300):
        scope = open_organization(f"Acme {count}")
        for department in ("East", "East", "West"):
            ran.clear()
            with CaptureQueriesContext(django) as queries:
                import_people(scope, rows(count, department), "hr", TODAY)
            counted.setdefault(count, []).append(len(queries) + len(ran))
    assert counted[10] == counted[300]


def maybe(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.sampled_from(values))


a_name = st.sampled_from(("Sam", "sam", "Eve", "Omar", "Anna", "Olga"))
an_email = st.sampled_from(("sam@acme.example", "SAM@acme.example", "eve@acme.example", "new@acme.example"))
a_path = st.lists(st.sampled_from(("Sales", "Field", "Partners", "East", "West")), max_size=3).map(tuple)
a_day = maybe((on(-9), on(0), on(20), on(90)))
a_row = st.builds(
    Row,
    line=st.just(0),
    name=st.one_of(st.none(), a_name),
    email=st.one_of(st.none(), an_email),
    external_id=maybe(("17", "18", "19")),
    department=a_path,
    teams=st.lists(st.sampled_from(("Hunters", "Owls", "Foxes")), max_size=3).map(tuple),
    manager=st.one_of(st.none(), a_name, an_email),
    hire_day=a_day,
    end_day=a_day,
    from_day=a_day,
)


@given(st.lists(a_row, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_taken_as_far_as_it_can_be_and_then_changes_nothing(cast: Cast, given_rows: list[Row]):
    rows = [replace(row, line=number) for number, row in enumerate(given_rows, start=2)]
    with transaction.atomic():
        refused = {each.line for each in take(cast.scope, *rows).rejected}
        again = take(cast.scope, *(row for row in rows if row.line not in refused))
        assert (again.created, again.changed, again.rejected) == (0, 0, [])
        transaction.set_rollback(True)
