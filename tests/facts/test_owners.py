"""Who is meant by the word a record gives for its owner."""

import psycopg
import pytest

from paceline.domain.record import Module
from paceline.facts import owners
from paceline.facts.owners import E_MAIL, EXTERNAL_ID, NAME, OwnerKey
from paceline.facts.rules import CreditOwner
from paceline.facts.scope import Scope
from tests.facts.cast import (
    EVE,
    REVENUE,
    ROSA,
    SAM,
    TARIQ,
    days,
    figures,
    found_acme,
    known_as,
    on,
    open_organization,
    rules,
    won,
    write,
)

YEAR = days(0, 365)


def sellers(scope: Scope) -> dict[str, int]:
    """The revenue of each person who has some."""
    found = figures(scope, REVENUE, YEAR)
    return {name: found[name] for name in ("Rosa", "Tariq", "Sam", "Eve") if name in found}


@pytest.mark.parametrize(
    ("source", "word", "person_id"),
    [
        ("crm", "E-3", SAM),
        ("crm", " E-3 ", SAM),
        ("crm", "e-3", None),
        ("sheet", "E-3", None),
        ("sheet", "SAM@acme.example", SAM),
        ("sheet", "sam ", SAM),
        ("crm", "Sa", None),
        ("crm", "%", None),
    ],
)
def test_a_word_is_an_external_id_of_its_source_or_an_email_or_a_name(
    scope: Scope, source: str, word: str, person_id: int | None
) -> None:
    assert owners.resolve(scope, source, [word]) == ({} if person_id is None else {word: person_id})


def test_an_external_id_goes_before_an_email_and_an_email_before_a_name(connection: psycopg.Connection) -> None:
    scope = open_organization(connection)
    keys = {ROSA: OwnerKey(NAME, "", "x"), TARIQ: OwnerKey(E_MAIL, "", "x"), SAM: OwnerKey(EXTERNAL_ID, "crm", "x")}
    owners.set_keys(scope, {person_id: [key] for person_id, key in keys.items()})
    assert owners.resolve(scope, "crm", ["x"]) == {"x": SAM}
    assert owners.resolve(scope, "sheet", ["x"]) == {"x": TARIQ}
    owners.set_keys(scope, {TARIQ: []})
    assert owners.resolve(scope, "sheet", ["x"]) == {"x": ROSA}


def test_two_people_behind_a_word_are_nobody(scope: Scope) -> None:
    owners.set_keys(scope, {SAM: known_as("Sam Lee"), EVE: known_as("sam lee")})
    result = write(scope, Module.DEALS, won("D1", "Sam Lee", 500, 20))
    assert result.unknown_owners == {"Sam Lee": 1}
    assert sellers(scope) == {}


def test_a_better_word_settles_between_namesakes(scope: Scope) -> None:
    owners.set_keys(scope, {SAM: known_as("Sam Lee"), EVE: [*known_as("Sam Lee"), OwnerKey(E_MAIL, "", "Sam Lee")]})
    write(scope, Module.DEALS, won("D1", "Sam Lee", 500, 20))
    assert sellers(scope) == {"Eve": 500}


def test_records_wait_for_their_owner_to_become_known(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "zoe ", 500, 20), won("D2", "Zoe", 20, 20), won("D3", "Yan", 3, 20))
    task = {"external_id": "T1", "owner": "ZOE", "status": "completed", "completed": on(20)}
    write(scope, Module.TASKS, task)
    assert owners.set_keys(scope, {ROSA: known_as("Zoe")}) == 3
    assert sellers(scope) == {"Rosa": 520}
    assert owners.set_keys(scope, {ROSA: known_as("Zoe")}) == 0


def test_records_wait_for_one_namesake_to_go(scope: Scope) -> None:
    owners.set_keys(scope, {SAM: known_as("Lee"), EVE: known_as("Lee")})
    write(scope, Module.DEALS, won("D1", "Lee", 500, 20))
    assert owners.set_keys(scope, {EVE: known_as("Eve Lee")}) == 1
    assert sellers(scope) == {"Sam": 500}


def test_a_record_stays_with_its_person_until_its_owner_changes(scope: Scope) -> None:
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    owners.set_keys(scope, {SAM: known_as("Samuel"), EVE: known_as("Sam")})
    write(scope, Module.DEALS, won("D1", "Sam", 600, 20))
    assert sellers(scope) == {"Sam": 600}
    write(scope, Module.DEALS, won("D1", "Samuel", 600, 20))
    write(scope, Module.DEALS, won("D1", "Sam", 600, 20))
    assert sellers(scope) == {"Eve": 600}


def test_a_person_may_be_called_none(scope: Scope) -> None:
    owners.set_keys(scope, {SAM: known_as("None")})
    write(scope, Module.DEALS, won("D1", "None", 500, 20), won("D2", None, 20, 20))
    assert sellers(scope) == {"Sam": 500}


def test_an_owner_at_close_is_kept_when_the_next_one_becomes_known(connection: psycopg.Connection) -> None:
    scope = found_acme(connection, rules(credit_owner=CreditOwner.AT_CLOSE))
    write(scope, Module.DEALS, won("D1", "Sam", 500, 20))
    write(scope, Module.DEALS, won("D1", "Zoe", 500, 20))
    owners.set_keys(scope, {ROSA: known_as("Zoe")})
    assert sellers(scope) == {"Sam": 500}
