"""What several tables share: the days of an interval, and constraints over them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Func

# One line of a table or a list holds it; a longer name is a misplaced column.
NAME_CHARACTERS_MAX = 200
# The longest address a mail server takes.
EMAIL_CHARACTERS_MAX = 254
# A slug stands in addresses and on command lines.
SLUG_CHARACTERS_MAX = 50
# A reason is a sentence or two, not a document.
REASON_CHARACTERS_MAX = 1_000


class DayRange(Func):
    """The half-open interval of two day columns."""

    function = "daterange"

    def __init__(self) -> None:
        super().__init__("from_day", "to_day", output_field=DateRangeField())


def one_at_a_time(*same: str, name: str, condition: models.Q | None = None) -> ExclusionConstraint:
    """No two rows that are equal in the fields `same` share a day.

    It is checked at the end of each statement, so that one statement may close a row and open the next.
    """
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in same),
            (DayRange(), RangeOperators.OVERLAPS),
        ],
        condition=condition,
        deferrable=Deferrable.IMMEDIATE,
    )


def in_order(name: str) -> models.CheckConstraint:
    """An interval has at least one day."""
    return models.CheckConstraint(name=name, condition=models.Q(from_day__lt=models.F("to_day")))
