"""People come, change and report to each other, and the data plane knows them by their words."""

from datetime import date

import pytest

from paceline.errors import InvalidInput, NotFound
from paceline.facts import owners
from paceline.org import rollup
from paceline.org.actions.people import create_person, edit_person, set_external_id, set_manager
from tests.org.cast import EPOCH, Cast, changes, history, on, people, stays


def test_someone_new_is_where_they_are_said_to_be_from_the_hire_day(cast: Cast):
    omar = create_person(
        cast.scope,
        name=" Omar ",
        email="omar@acme.example",
        hire_day=on(31),
        manager_id=cast.tariq,
        department_id=cast.field,
        team_ids=[cast.hunters],
        external_ids={"hr": "17"},
        quota_carrying=False,
    )
    assert people(cast.scope)["Omar"] == "omar@acme.example Tariq Field 31- Hunters* 31-"
    assert (omar.quota_carrying, omar.end_day) == (False, None)
    assert owners.resolve(cast.scope, "hr", {"17", "OMAR@acme.example", "omar"}) == {
        "17": omar.id,
        "OMAR@acme.example": omar.id,
        "omar": omar.id,
    }
    assert rollup.verify(cast.scope) == []


def test_someone_whose_hire_day_is_unknown_is_there_always(cast: Cast):
    omar = create_person(cast.scope, name="Omar", department_id=cast.field)
    assert history(cast.scope, omar.id) == ["Field -"]
    assert omar.is_there(date(1900, 1, 1))


def test_every_fault_of_a_person_is_told_at_once(cast: Cast):
    with pytest.raises(InvalidInput) as refused:
        create_person(
            cast.scope,
            name=" ",
            email="not an address",
            hire_day=date(20, 1, 1),
            external_ids={"hr": ""},
            reason="x" * 1_001,
        )
    assert [(fault.where, fault.message) for fault in refused.value.faults] == [
        ("reason", "is longer than 1000 characters"),
        ("name", "give a name"),
        ("email", "'not an address' is not an e-mail address"),
        ("hire_day", "0020-01-01 is not a day between 1900-01-01 and 2199-12-31"),
        ("external_id", "give a name"),
    ]


def test_an_email_is_one_persons_whatever_its_case(cast: Cast):
    with pytest.raises(InvalidInput, match=r"email: SAM@acme\.example is Sam's"):
        create_person(cast.scope, name="Sam the Second", email="SAM@acme.example")
    with pytest.raises(InvalidInput, match=r"email: sam@acme\.example is Sam's"):
        edit_person(cast.scope, cast.eve, email="sam@acme.example")
    assert edit_person(cast.scope, cast.sam, email="SAM@acme.example").email == "SAM@acme.example"
    assert create_person(cast.abroad, name="Sam", email="sam@acme.example").email == "sam@acme.example"
    assert edit_person(cast.scope, cast.sam, email=" ").email is None


def test_two_people_may_share_a_name(cast: Cast):
    create_person(cast.scope, name="sam", email="sam.two@acme.example")
    assert owners.resolve(cast.scope, "hr", {"Sam", "sam@acme.example"}) == {"sam@acme.example": cast.sam}


def test_an_earlier_hire_day_takes_the_first_memberships_along(cast: Cast):
    edit_person(cast.scope, cast.sam, hire_day=on(-31))
    assert history(cast.scope, cast.sam) == ["Field -31-", "Hunters* -31-"]
    edit_person(cast.scope, cast.sam, hire_day=on(10), reason="started late")
    assert history(cast.scope, cast.sam) == ["Field 10-", "Hunters* 10-"]
    edit_person(cast.scope, cast.sam, hire_day=None)
    assert history(cast.scope, cast.sam) == ["Field -", "Hunters* -"]
    assert rollup.verify(cast.scope) == []


def test_editing_nothing_leaves_no_trace(cast: Cast):
    edit_person(cast.scope, cast.sam, name="Sam", hire_day=EPOCH)
    assert changes(cast.scope, "edit_person") == []


def test_a_new_name_is_a_new_word_for_the_owner(cast: Cast):
    edit_person(cast.scope, cast.sam, name="Samuel", reason="asked to")
    assert owners.resolve(cast.scope, "hr", {"Sam", "Samuel"}) == {"Samuel": cast.sam}
    assert changes(cast.scope, "edit_person") == [("person", {"name": "Sam"}, {"name": "Samuel"}, "asked to")]


def test_nobody_reports_to_themselves_however_far_round(cast: Cast):
    refusals = {
        (cast.rosa, cast.sam): "Rosa cannot report to Sam: Sam reports to Tariq, who reports to Rosa",
        (cast.tariq, cast.sam): "Tariq cannot report to Sam: Sam reports to Tariq",
        (cast.sam, cast.sam): "Sam cannot report to Sam",
    }
    for (person, manager), message in refusals.items():
        with pytest.raises(InvalidInput) as refused:
            set_manager(cast.scope, person, manager)
        assert [fault.message for fault in refused.value.faults] == [message]
    assert set_manager(cast.scope, cast.sam, cast.eve).manager_id == cast.eve
    assert set_manager(cast.scope, cast.sam, None).manager_id is None


def test_an_external_id_is_one_persons_and_can_be_given_up(cast: Cast):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    with pytest.raises(InvalidInput, match="external_id: 17 of hr is Sam's"):
        set_external_id(cast.scope, cast.eve, "hr", "17")
    with pytest.raises(InvalidInput, match="external_id: 17 of hr is Sam's"):
        create_person(cast.scope, name="Omar", external_ids={"hr": "17"})
    set_external_id(cast.scope, cast.eve, "crm", "17")
    set_external_id(cast.scope, cast.sam, "hr", "18")
    set_external_id(cast.scope, cast.sam, "hr", None, reason="left HR")
    assert owners.resolve(cast.scope, "hr", {"17", "18"}) == {}
    assert owners.resolve(cast.scope, "crm", {"17"}) == {"17": cast.eve}


def test_strangers_are_not_found(cast: Cast):
    for refuse in (
        lambda: edit_person(cast.scope, cast.olga, name="Olya"),
        lambda: set_manager(cast.scope, cast.sam, cast.olga),
        lambda: set_external_id(cast.scope, cast.olga, "hr", "1"),
        lambda: create_person(cast.scope, name="Omar", manager_id=cast.olga),
        lambda: create_person(cast.abroad, name="Omar", department_id=cast.field),
    ):
        with pytest.raises(NotFound):
            refuse()
    assert stays(cast.abroad, 1) == set()
