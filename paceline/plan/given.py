"""What the verbs of the room are given in words and as JSON, checked before it is stored."""

import json
from collections.abc import Mapping
from unicodedata import category

from paceline.domain import condition as conditions
from paceline.domain import metric as definitions
from paceline.domain.condition import ALWAYS, BadCondition, Condition
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.org.checks import Checks
from paceline.org.names import did_you_mean
from paceline.plan.models import DESCRIPTION_CHARACTERS_MAX

_PARTS = ("module", "unit", "kind", "condition", "dated_by", "value_by", "leaves_by", "leaves_when")


def description(checks: Checks, value: str) -> str:
    """A text that may be blank and have several lines."""
    text = value.strip()
    if len(text) > DESCRIPTION_CHARACTERS_MAX:
        checks.fault("description", f"is longer than {DESCRIPTION_CHARACTERS_MAX} characters")
    if any(category(each) in {"Cc", "Cs"} and each not in "\n\r\t" for each in text):
        checks.fault("description", "holds a control character")
    return text


def filter_(checks: Checks, module: Module, given: Mapping[str, object] | None) -> Condition:
    """A target's filter as a condition; none of it always holds."""
    try:
        found = conditions.read(module, given, "filter")
        _check_storable("filter", conditions.write(found))
    except BadCondition as error:
        _note(checks, error)
        return ALWAYS
    return found


def definition(checks: Checks, given: Mapping[str, object]) -> dict[str, object] | None:
    """A metric's definition as it is to be stored; None with its fault noted."""
    # A mistyped part would be passed over, and the metric count what it should not.
    for name in given:
        if name not in _PARTS:
            checks.fault("definition", f"there is no part {name!r}{did_you_mean(name, _PARTS)}")
    try:
        written = definitions.write(definitions.read(given))
        _check_storable("definition", written)
        definitions.read(written)
    except BadCondition as error:
        _note(checks, error)
        return None
    return written


def check_narrowed(made: Definition) -> None:
    """Raises BadCondition where a metric and a filter are within their bounds but not together.

    What is stored of them is read again at every posting, so it must be readable.
    """
    definitions.read(definitions.write(made))


def _check_storable(where: str, written: Mapping[str, object]) -> None:
    try:
        json.dumps(written, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadCondition(f"{where}: holds half of a character") from None


def _note(checks: Checks, error: BadCondition) -> None:
    where, _, message = str(error).partition(": ")
    checks.fault(where, message)
