"""Finding things by what people call them."""

import psycopg
import pytest

from paceline.errors import NotFound
from paceline.org import directory
from paceline.org.actions.people import create_person, set_external_id
from paceline.org.directory import AmbiguousName, SeveralOrganizations
from tests.org.cast import Cast


def test_with_no_organization_the_way_to_make_one_is_told(connection: psycopg.Connection):
    with pytest.raises(NotFound, match="`paceline organization create`"):
        directory.organization()


def test_the_only_organization_needs_no_naming(open_organization):
    scope = open_organization("Acme")
    assert directory.organization().id == scope.org_id
    assert directory.organization("acme").id == scope.org_id


def test_among_several_one_must_be_named(cast: Cast):
    with pytest.raises(SeveralOrganizations, match="say which organization: acme or globex"):
        directory.organization()
    with pytest.raises(NotFound, match=r"there is no organization 'acne'; did you mean acme\?"):
        directory.organization("acne")
    assert directory.organization("globex").id == cast.abroad.org_id


@pytest.mark.parametrize("words", ["sam@acme.example", " SAM@Acme.example", "sam", "Sam ", "17"])
def test_a_person_is_found_by_email_name_or_external_id(cast: Cast, words: str):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    assert directory.find_person(cast.scope, words).id == cast.sam


def test_a_namesake_must_be_told_apart(cast: Cast):
    namesake = create_person(cast.scope, name="SAM")
    with pytest.raises(AmbiguousName, match="2 people answer to 'Sam'") as refused:
        directory.find_person(cast.scope, "Sam")
    assert refused.value.data["people"] == [
        {"id": cast.sam, "name": "Sam", "email": "sam@acme.example"},
        {"id": namesake.id, "name": "SAM", "email": None},
    ]


def test_the_same_external_id_of_two_sources_needs_the_source(cast: Cast):
    set_external_id(cast.scope, cast.sam, "hr", "17")
    set_external_id(cast.scope, cast.eve, "crm", "17")
    assert directory.find_person(cast.scope, "17", source="crm").id == cast.eve
    with pytest.raises(AmbiguousName):
        directory.find_person(cast.scope, "17")


@pytest.mark.parametrize("words", ["Olga", "olga@globex.example", "", "  ", "Sa\0m", "\ud800", "%"])
def test_strangers_are_nobody(cast: Cast, words: str):
    with pytest.raises(NotFound):
        directory.find_person(cast.scope, words)


def test_a_slip_of_the_pen_is_met_with_the_closest_names(cast: Cast):
    slips = {
        "person": (directory.find_person, "Tarik", "there is no person 'Tarik'; did you mean Tariq?"),
        "department": (
            directory.find_department,
            "Filed",
            "there is no department 'Filed'; did you mean Field?",
        ),
        "team": (directory.find_team, "Hunter", "there is no team 'Hunter'; did you mean Hunters?"),
    }
    for find, words, message in slips.values():
        with pytest.raises(NotFound) as refused:
            find(cast.scope, words)
        assert refused.value.message == message


def test_units_are_found_by_kind_and_name(cast: Cast):
    assert directory.find_unit(cast.scope, "department", " FIELD ").id == cast.field
    assert directory.find_unit(cast.scope, "team", "hunters").id == cast.hunters
    with pytest.raises(NotFound):
        directory.find_unit(cast.abroad, "team", "Hunters")


def test_ids_are_those_of_the_own_organization(cast: Cast):
    assert directory.person(cast.scope, cast.sam).name == "Sam"
    assert directory.department(cast.scope, cast.field).name == "Field"
    assert directory.team(cast.scope, cast.hunters).name == "Hunters"
    assert directory.own_organization(cast.scope).name == "Acme"
    for find, number in (
        (directory.person, cast.olga),
        (directory.department, 10**30),
        (directory.team, -1),
    ):
        with pytest.raises(NotFound):
            find(cast.scope, number)
