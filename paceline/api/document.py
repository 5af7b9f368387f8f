"""The OpenAPI document: what ninja makes of the operations, and beside it the headers and media types they share."""

from typing import Any

from paceline.api import problems
from paceline.api.answers import MEDIA_TYPE
from paceline.api.callers import Signed
from paceline.api.models import KEY_CHARACTERS_MAX

Part = dict[str, Any]

_ERRORS_FROM = 400
_TAG = {"type": "string", "maxLength": 1_000}
_KEY: Part = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Your own name for this write: sent again with the same one, it is done once and answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARACTERS_MAX, "pattern": "^[!-~]+$"},
}
_MATCH: Part = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "description": "The `ETag` of the thing as you saw it: if it was changed since, nothing is done (412).",
    "schema": _TAG,
}
_NONE_MATCH: Part = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The `ETag` of an earlier answer: if it would be the same again, it is not sent (304).",
    "schema": _TAG,
}
LIVE = "/api/v1/live"
_PROBLEM: Part = {
    "description": "A problem.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
# The stream is served beside ninja, so what the document says of it is said here.
_LIVE: Part = {
    "operationId": "live",
    "summary": "What moves, as it moves",
    "description": "Server-sent events: `progress` with the ids of the assignments that moved (or `everything`), and"
    " `heartbeat`. Each one's id is a posting's stamp.",
    "tags": ["figures"],
    "security": [{Signed.__name__: []}],
    "parameters": [
        {
            "in": "header",
            "name": "Last-Event-ID",
            "required": False,
            "description": "The id of the last event that was heard: what was missed since is told first.",
            "schema": {"type": "string", "examples": ["2026-01-31T17:00:00.123456+00:00"]},
        },
        {
            "in": "query",
            "name": "after",
            "required": False,
            "description": "The `known_at` of what is shown already: what moved since is told first.",
            "schema": {"type": "string", "examples": ["2026-01-31T17:00:00.123456+00:00"]},
        },
    ],
    "responses": {
        200: {
            "description": "The stream, until either side ends it.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        400: _PROBLEM,
        401: _PROBLEM,
        503: _PROBLEM,
    },
}
_HEADERS: dict[str, list[Part]] = {
    "get": [_NONE_MATCH],
    "post": [_KEY],
    "patch": [_KEY, _MATCH],
    "delete": [_KEY, _MATCH],
}


def finished(document: Part) -> Part:
    """The document with what every operation has in common."""
    for operations in document["paths"].values():
        for method, operation in operations.items():
            operation["parameters"] = [*map(_parameter, operation["parameters"]), *_HEADERS[method]]
            _finish(operation["responses"])
            if method == "get":
                operation["responses"][304] = {"description": "Nothing has changed since the answer of that `ETag`."}
    document["paths"][LIVE] = {"get": _LIVE}
    for scheme in document["components"]["securitySchemes"].values():
        scheme["description"] = "A token that `paceline token create` made."
    return document


def _parameter(parameter: Part) -> Part:
    """Examples of a parameter are a map; those of its schema say the same."""
    return {name: part for name, part in parameter.items() if name != "examples"}


def _finish(responses: Part) -> None:
    for status, response in responses.items():
        if int(status) >= _ERRORS_FROM and MEDIA_TYPE in response.get("content", {}):
            response["content"] = {problems.MEDIA_TYPE: response["content"][MEDIA_TYPE]}
