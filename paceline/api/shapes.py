"""Shapes that several routers share."""

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from paceline.api.pages import Id, Problem
from paceline.org.columns import NAME_CHARACTERS_MAX, REASON_CHARACTERS_MAX

# A number that JSON and a 64-bit integer both keep exactly.
WHOLE_MAX = 2**53 - 1

Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS_MAX)]
Reason = Annotated[str, Field(max_length=REASON_CHARACTERS_MAX, description="Why; it is kept with the change.")]
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
PROBLEMS: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 413, 422, 500, 503}): Problem}


class Given(Schema):
    """What a caller gives: a field that is not known is a mistyped one, and refused."""

    model_config = ConfigDict(extra="forbid")


class AssigneeIn(Given):
    """Whom: the organization, which has no id, or a department, team or person."""

    kind: AssigneeKind
    id: Id | None = None


class AssigneeOut(Schema):
    """Whom, with the name."""

    kind: AssigneeKind
    id: int | None = None
    name: str


class WindowOut(Schema):
    """Half-open: `end_date` is the first day after."""

    start_date: date
    end_date: date
