"""The OpenAPI document: what ninja makes of the operations, and beside it the headers and media types they share."""

from typing import Any

from paceline.api import problems
from paceline.api.answers import MEDIA_TYPE
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
