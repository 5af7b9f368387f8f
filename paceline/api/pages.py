"""Lists in pages: each has a limit and a cursor, which is a keyset and no offset."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from ninja import Field, Schema
from ninja.params.functions import Path, Query

from paceline.errors import InvalidInput

LIMIT_DEFAULT, LIMIT_MAX = 100, 1_000
ID_MAX = 2**63 - 1
CURSOR_CHARACTERS_MAX = 500

Id = Annotated[int, Field(ge=1, le=ID_MAX, strict=True)]
# What stands in an address is text.
IdQuery = Annotated[int, Field(ge=1, le=ID_MAX)]
PathId = Annotated[int, Path(ge=1, le=ID_MAX)]
CursorQuery = Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX, description="`next` of the page before.")]
LimitQuery = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many items at most.")]


class Problem(Schema):
    """An RFC 9457 problem; `errors` has each fault of an input."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] | None = None


def cursor(*keys: int) -> str:
    """The cursor that goes on after these keys."""
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def after(text: str | None, length: int = 1) -> tuple[int, ...]:
    """The keys to go on after; zeros at the start. Raises InvalidInput."""
    if not text:
        return (0,) * length
    try:
        keys = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        keys = None
    if not isinstance(keys, list) or len(keys) != length or not all(type(key) is int for key in keys):
        raise InvalidInput.at("cursor", "is not one that this list gave")
    if not all(0 <= key <= ID_MAX for key in keys):
        raise InvalidInput.at("cursor", "is not one that this list gave")
    return tuple(keys)


def page(items: Sequence[Any], limit: int, keys: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    """A page of up to `limit` of the items, asked for with one more to see whether there is a next page."""
    more = len(items) > limit
    return {"items": list(items[:limit]), "next": cursor(*keys[limit - 1]) if more else None}
