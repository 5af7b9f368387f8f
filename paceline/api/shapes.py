"""Shapes that several routers share."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from ninja.params.functions import Query
from pydantic import BeforeValidator, ConfigDict

from paceline.api.pages import Id, Problem
from paceline.domain.calendar import DAY_MAX, DAY_MIN
from paceline.org.columns import NAME_CHARACTERS_MAX, REASON_CHARACTERS_MAX

# A number that JSON and a 64-bit integer both keep exactly.
WHOLE_MAX = 2**53 - 1
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*")


def day_of(value: object) -> date:
    """ISO 8601 text as a day within reason: a number would be read as seconds. Raises ValueError."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        made = date.fromisoformat(value)
        if DAY_MIN <= made <= DAY_MAX:
            return made
        raise ValueError(f"{value} is not a day between {DAY_MIN} and {DAY_MAX}")
    raise ValueError("write a day such as 2026-01-31")


def _time_of(value: object) -> object:
    if isinstance(value, str) and _TIME.fullmatch(value):
        made = datetime.fromisoformat(value.upper())
        if made.tzinfo is not None and DAY_MIN < made.date() < DAY_MAX:
            return made
    raise ValueError("write a time with its zone, such as 2026-01-31T17:00:00Z")


Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS_MAX)]
Reason = Annotated[str, Field(max_length=REASON_CHARACTERS_MAX, description="Why; it is kept with the change.")]
Day = Annotated[date, BeforeValidator(day_of)]
Time = Annotated[datetime, BeforeValidator(_time_of)]
ReasonQuery = Annotated[str, Query(max_length=REASON_CHARACTERS_MAX, description="Why; it is kept with the change.")]
Whole = Annotated[int, Field(ge=-WHOLE_MAX, le=WHOLE_MAX, strict=True)]
AssigneeKind = Literal["organization", "department", "team", "person"]
Condition = Annotated[
    dict[str, Any],
    Field(
        description="A condition on the record's fields, as the metrics guide says.",
        examples=[{"field": "region", "op": "equals", "value": "East"}],
    ),
]

# What any operation may answer beside its own.
PROBLEMS: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 503}): Problem}


class Given(Schema):
    """What a caller gives: a field that is not known is a mistyped one, and refused."""

    model_config = ConfigDict(extra="forbid")


def example(given: dict[str, Any]) -> ConfigDict:
    """What a caller might give, for the document."""
    return ConfigDict(json_schema_extra={"examples": [given]})


class AssigneeIn(Given):
    """Whom: the organization, which has no id, or a department, team or person."""

    kind: AssigneeKind
    id: Id | None = None


class AssigneeOut(Schema):
    """Whom, with the name."""

    kind: AssigneeKind
    id: int | None = None
    name: str
