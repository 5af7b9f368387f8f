"""Conditions as PostgreSQL decides them, and custom fields that hold what nobody expects."""

import psycopg
import pytest
from psycopg import sql

from paceline.domain import condition as conditions
from paceline.domain.record import Module
from paceline.facts.predicate import Parameters, day, predicate, whole_number
from paceline.facts.scope import Scope
from tests.facts.cast import on, won, write

# Each under the id it is told by.
CUSTOMS: dict[str, object] = {
    "number 5": 5,
    "text 5": "5",
    "number 5.0": 5.0,
    "number 7": 7,
    "true": True,
    "false": False,
    "Big": "Big",
    "bigger": "bigger",
    "none": None,
}


def chosen(scope: Scope, given: object) -> set[str]:
    """The ids of the stored deals that satisfy the condition; that it is never NULL is checked on the way."""
    parameters = Parameters()
    made = predicate(Module.DEALS, conditions.read(Module.DEALS, given), parameters, sql.SQL("r.amount"))
    query = sql.SQL("SELECT r.external_id, {} FROM deal r WHERE r.org_id = %(org_id)s").format(made)
    rows = scope.run(query, {**parameters.values, "org_id": scope.org_id}).fetchall()
    assert {type(held) for _, held in rows} == {bool}
    return {external_id for external_id, held in rows if held}


@pytest.fixture
def sizes(scope: Scope) -> Scope:
    """Acme with a deal of each custom size."""
    write(scope, Module.DEALS, *({"external_id": key, "custom": {"size": each}} for key, each in CUSTOMS.items()))
    return scope


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("equals", 5, {"number 5", "number 5.0"}),
        ("equals", "5", {"text 5"}),
        ("equals", True, {"true"}),
        ("equals", 1, set()),
        ("not_equals", "5", CUSTOMS.keys() - {"text 5"}),
        ("in", [5, 7], {"number 5", "number 5.0", "number 7"}),
        ("not_in", [5, 7], CUSTOMS.keys() - {"number 5", "number 5.0", "number 7"}),
        ("greater", 5, {"number 7"}),
        ("at_least", 5, {"number 5", "number 5.0", "number 7"}),
        ("less", 7, {"number 5", "number 5.0"}),
        ("at_most", -1, set()),
        # Text is compared with text, capitals before small letters.
        ("greater", "5", {"Big", "bigger"}),
        ("less", "a", {"text 5", "Big"}),
        ("contains", "BIG", {"Big", "bigger"}),
        ("starts_with", "big", {"bigger"}),
        ("contains", "%", set()),
        ("is_set", None, CUSTOMS.keys() - {"none"}),
        ("is_not_set", None, {"none"}),
    ],
)
def test_a_custom_field_is_compared_by_what_it_is(
    sizes: Scope, operator: str, value: object, expected: set[str]
) -> None:
    assert chosen(sizes, {"field": "custom.size", "op": operator, "value": value}) == expected


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("region", "equals", "East", {"east"}),
        ("region", "not_equals", "East", {"west", "bare"}),
        ("region", "not_in", ["East", "West"], {"bare"}),
        ("region", "contains", "ST", {"east", "west"}),
        ("region", "starts_with", "we", set()),
        ("amount", "greater", 100, {"west"}),
        ("amount", "at_most", 100, {"east"}),
        ("amount", "is_not_set", None, {"bare"}),
        ("closed", "at_least", str(on(20)), {"west"}),
        ("closed", "less", str(on(20)), {"east"}),
        ("expected_close", "equals", str(on(3)), {"bare"}),
        ("status", "in", ["won", "lost"], {"east", "west"}),
        ("currency", "equals", "EUR", {"east", "west", "bare"}),
        ("external_id", "contains", "A", {"east", "bare"}),
    ],
)
def test_a_standard_field_is_compared_by_its_type(
    scope: Scope, field: str, operator: str, value: object, expected: set[str]
) -> None:
    write(
        scope,
        Module.DEALS,
        won("east", "Sam", 100, 19, region="East"),
        won("west", "Sam", 101, 20, region="West"),
        {"external_id": "bare", "expected_close": on(3)},
    )
    assert chosen(scope, {"field": field, "op": operator, "value": value}) == expected


def test_all_and_any_and_nothing(sizes: Scope) -> None:
    five, text = ({"field": "custom.size", "op": "equals", "value": value} for value in (5, "5"))
    assert chosen(sizes, {"any": [five, text]}) == {"number 5", "number 5.0", "text 5"}
    assert chosen(sizes, {"all": [five, text]}) == set()
    assert chosen(sizes, {"all": [{"any": [five, text]}, text]}) == {"text 5"}
    assert chosen(sizes, {}) == chosen(sizes, {"all": []}) == set(CUSTOMS)


@pytest.mark.parametrize("name", ["it's", 'a"b', "100%", "%s", "%(org_id)s", "{}", "$1", "a.b", "Größe", ":x", "\\"])
def test_a_custom_field_may_be_called_anything(scope: Scope, name: str) -> None:
    write(scope, Module.DEALS, {"external_id": "yes", "custom": {name: name}}, {"external_id": "no", "custom": {}})
    assert chosen(scope, {"field": f"custom.{name}", "op": "equals", "value": name}) == {"yes"}
    assert chosen(scope, {"field": f"custom.{name}", "op": "contains", "value": name}) == {"yes"}


def custom(scope: Scope, value: object) -> tuple[object, object]:
    """The day and the whole number that a custom field of that value gives."""
    parameters = Parameters()
    query = sql.SQL("SELECT {}, {} FROM deal r WHERE r.org_id = %(org_id)s").format(
        day(Module.DEALS, "custom.given", parameters), whole_number("custom.given", parameters)
    )
    write(scope, Module.DEALS, {"external_id": "D1", "custom": {"given": value}})
    (row,) = scope.run(query, {**parameters.values, "org_id": scope.org_id}).fetchall()
    return row


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-29",
        "2025-02-30",
        "1900-02-29",
        "2100-02-29",
        "2025-04-31",
        "2025-13-01",
        "2025-00-10",
        "2025-01-00",
        "1899-12-31",
        "2200-01-01",
        "0000-01-01",
        "2025-1-1",
        "2025-01-01 ",
        "2025-01-01\n",
        "2025-01-01T00:00:00Z",
        "20250101",
        "today",
        "infinity",
        "\u0662\u0660\u0662\u0665-\u0660\u0661-\u0660\u0661",
        "\uff12\uff10\uff12\uff15-01-01",
        "12025-01-01",
        "-2025-01-01",
        "",
        20250101,
        True,
        1.5,
    ],
)
def test_what_is_no_day_is_none_and_fails_no_statement(scope: Scope, text: object) -> None:
    assert custom(scope, text)[0] is None


@pytest.mark.parametrize("text", ["2025-01-31", "2024-02-29", "2000-02-29", "1900-01-01", "2199-12-31"])
def test_a_day_written_as_text_is_a_day(scope: Scope, text: str) -> None:
    assert str(custom(scope, text)[0]) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (-5, -5),
        (0, 0),
        (5.0, 5),
        (1e3, 1000),
        (10**15 - 1, 10**15 - 1),
        (10**15, None),
        (1e300, None),
        (1e-300, None),
        (5.5, None),
        ("5", None),
        (True, None),
        (None, None),
    ],
)
def test_a_whole_number_of_up_to_fifteen_digits_is_a_value(scope: Scope, value: object, number: int | None) -> None:
    assert custom(scope, value)[1] == number


def test_digits_of_other_scripts_are_none_in_any_locale(connection: psycopg.Connection) -> None:
    """In some locales these are digits too, and lie between 1900 and 2199: a cast would fail the statement."""
    named = connection.execute("SELECT 1 FROM pg_collation WHERE collname = 'en-x-icu'").fetchone()
    if named is None:
        pytest.skip("this PostgreSQL was built without ICU")
    made = day(Module.DEALS, "custom.given", parameters := Parameters())
    assert made
    (pattern,) = (value for value in parameters.values.values() if value != "given")
    query = """SELECT given COLLATE "en-x-icu" ~ %s FROM unnest(%s::text[]) WITH ORDINALITY AS each (given, place)
        ORDER BY place"""
    texts = ["\u0662\u0660\u0662\u0665-01-01", "\uff12\uff10\uff12\uff15-01-01", "2025-01-01"]
    assert [held for (held,) in connection.execute(query, [pattern, texts])] == [False, False, True]
