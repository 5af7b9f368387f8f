"""An input is read whole, and refused once with all that is wrong with it."""

from datetime import date

import pytest

from paceline.errors import InvalidInput
from paceline.org.checks import Checks


def test_what_is_right_is_given_back_as_it_is_to_be_stored():
    checks = Checks()
    # A Persian name needs the joiner inside it, which prints nothing and is no control character.
    nargesha = "\u0646\u0631\u06af\u0633\u200c\u0647\u0627"
    assert checks.name("name", f" {nargesha} ") == nargesha
    assert checks.email("email", " sam@acme.example ") == "sam@acme.example"
    assert checks.email("email", None) is None
    assert checks.email("email", "  ") is None
    assert checks.day("day", date(1900, 1, 1)) == date(1900, 1, 1)
    assert checks.reason(" because\n\tof this ") == "because\n\tof this"
    checks.done()


def test_every_fault_is_told_where_it_is():
    checks = Checks()
    checks.name("name", "Sam\x07")
    checks.name("short", "abcd", characters_max=3)
    checks.email("email", f"{'x' * 250}@acme.example")
    checks.email("other", "sam at acme")
    checks.day("day", date(2200, 1, 1))
    checks.one_of("month", 0, 1, 12, "a month")
    checks.reason("x\0y")
    with pytest.raises(InvalidInput) as refused:
        checks.done()
    assert [(fault.where, fault.message) for fault in refused.value.faults] == [
        ("name", "holds a control character"),
        ("short", "is longer than 3 characters"),
        ("email", "is longer than 254 characters"),
        ("other", "'sam at acme' is not an e-mail address"),
        ("day", "2200-01-01 is not a day between 1900-01-01 and 2199-12-31"),
        ("month", "0 is not a month (1 to 12)"),
        ("reason", "holds a control character"),
    ]
