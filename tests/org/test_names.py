"""Names are the same whenever the database says so, and never a crash."""

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from paceline.org.names import did_you_mean, findable, folded, listed

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Sales", " sALES "), ("ÉMEA", "émea"), ("ΟΔΟΣ", "οδοσ"), ("İstanbul", "istanbul"), ("ΟΔΟΣ", "οδος")],
)
def test_case_and_outer_blanks_make_no_difference(one: str, other: str):
    assert folded(one) == folded(other)


@given(storable, storable)
@example("İ", "i")
@example("ΟΔΟΣ", "οδοσ")
@example("STRASSE", "straße")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_names_that_are_one_to_the_database_are_one_here(connection: psycopg.Connection, one: str, other: str):
    one, other = one.strip(), other.strip()
    for left, right in ((one, other), (one, one.upper()), (one, one.swapcase())):
        row = connection.execute("SELECT lower(%s) = lower(%s)", [left, right]).fetchone()
        if row and row[0]:
            assert folded(left) == folded(right)


def test_the_closest_names_are_offered():
    known = ["East", "West", "North"]
    assert did_you_mean("Est", known) == "; did you mean West or East?"
    assert did_you_mean("Timbuktu", known) == ""
    assert did_you_mean("Est", []) == ""


def test_names_make_a_phrase():
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"], "or") == "a, b or c"


@given(st.text(st.characters(), max_size=8))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_can_be_asked_for(connection: psycopg.Connection, words: str):
    connection.execute("SELECT %s", [findable(words)])
