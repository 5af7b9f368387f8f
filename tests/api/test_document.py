"""The OpenAPI document: whole, valid, and good enough to write a client from."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

METHODS = {"get", "post", "patch", "delete"}
PATHS = {
    "/audit": {"get"},
    "/metrics": {"get", "post"},
    "/metrics/{key}": {"get", "patch", "delete"},
    "/people": {"get", "post"},
    "/people/{person_id}": {"get", "patch"},
    "/people/{person_id}/moves": {"post"},
    "/departments": {"get", "post"},
    "/departments/{department_id}": {"get", "patch"},
    "/teams": {"get", "post"},
    "/teams/{team_id}": {"get", "patch"},
    "/records/deals": {"get", "post"},
    "/records/leads": {"get", "post"},
    "/records/tasks": {"get", "post"},
    "/targets": {"get", "post"},
    "/targets/{target_id}": {"get", "patch", "delete"},
    "/targets/{target_id}/assignments": {"get", "post"},
    "/targets/{target_id}/progress": {"get"},
    "/assignments/{assignment_id}": {"get", "patch", "delete"},
    "/assignments/{assignment_id}/progress": {"get"},
    "/assignments/{assignment_id}/series": {"get"},
    "/assignments/{assignment_id}/records": {"get"},
    "/assignments/{assignment_id}/history": {"get"},
    "/leaderboards": {"get", "post"},
    "/leaderboards/{leaderboard_id}": {"get", "patch", "delete"},
    "/leaderboards/{leaderboard_id}/standings": {"get"},
    "/explain": {"get"},
    "/live": {"get"},
    "/assignments/{assignment_id}/cascade": {"post"},
    "/assignments/{assignment_id}/cascade/preview": {"post"},
    "/assignments/{assignment_id}/periods": {"post"},
    "/assignments/{assignment_id}/periods/preview": {"post"},
    "/assignments/{assignment_id}/rebalance": {"post"},
    "/assignments/{assignment_id}/rebalance/preview": {"post"},
    "/targets/{target_id}/assignments/bulk": {"post"},
    "/targets/{target_id}/copy": {"post"},
    "/targets/{target_id}/copy/preview": {"post"},
    "/targets/{target_id}/plan": {"get", "post"},
    "/targets/{target_id}/plan/preview": {"post"},
    "/targets/{target_id}/undo": {"post"},
    "/invitations": {"get"},
    "/invitations/{invitation_id}": {"delete"},
    "/members": {"get", "post"},
    "/members/{member_id}": {"patch", "delete"},
    "/tokens": {"get", "post"},
    "/tokens/{token_id}": {"delete"},
    "/tokens/{token_id}/rotate": {"post"},
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    import orjson

    from paceline.api.app import api

    made = api.get_openapi_schema(path_prefix="api/v1/")
    return orjson.loads(orjson.dumps(dict(made), option=orjson.OPT_NON_STR_KEYS))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path.removeprefix("/api/v1"), method, operation


def test_every_operation_of_the_contract_is_there(document: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {}
    for path, method, _ in operations(document):
        found.setdefault(path, set()).add(method)
    assert found == PATHS


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert operation["description"].endswith("."), (path, method)
        assert operation["security"], (path, method)
        assert operation["operationId"].isidentifier()
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for scheme in document["components"]["securitySchemes"].values():
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_every_body_has_an_example_that_its_schema_takes(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if "requestBody" not in operation:
            continue
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        named = schema.get("$ref", "").rpartition("/")[2]
        resolved = document["components"]["schemas"][named] if named else schema
        assert resolved["examples"], (path, method)
        whole = {**schema, "components": document["components"]}
        for example in resolved["examples"]:
            jsonschema_rs.validate(whole, example)


def test_examples_of_records_are_taken_as_they_stand(document: dict[str, Any]) -> None:
    from zoneinfo import ZoneInfo

    from paceline.crm.rows import check_row
    from paceline.crm.values import Defaults
    from paceline.domain.record import Module

    for module in Module:
        body = document["paths"][f"/api/v1/records/{module}"]["post"]["requestBody"]["content"]["application/json"]
        for record in body["schema"]["examples"][0]["records"]:
            assert check_row(module, record, Defaults("USD", ZoneInfo("UTC")))


def test_refusals_are_problems_and_writes_take_keys(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert response["content"].keys() == {"application/problem+json"}, (path, status)
        headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        if path == "/live":
            assert headers == {"Last-Event-ID"}
            continue
        expected = {"If-None-Match"} if method == "get" else {"Idempotency-Key"}
        assert headers == expected | ({"If-Match"} if method in {"patch", "delete"} else set()), (path, method)
        assert ("304" in operation["responses"]) == (method == "get")


def test_the_document_is_a_page_by_files_of_this_service() -> None:
    from django.contrib.staticfiles import finders
    from django.test import Client

    page = Client().get("/api/v1/docs", headers={"Host": "localhost"})
    named = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert [each.rpartition("/")[2] for each in named] == [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-ui-init.js",
    ]
    assert all(finders.find("ninja/" + each.rpartition("/ninja/")[2]) for each in named)
    assert '"url": "/api/v1/openapi.json"' in page.content.decode()


def test_parameters_are_described(document: dict[str, Any]) -> None:
    silent = {
        f"{path} {each['name']}"
        for path, _, operation in operations(document)
        for each in operation["parameters"]
        if each["in"] == "query" and not each.get("description")
    }
    assert silent == set()
    assert not any("examples" in each for _, _, operation in operations(document) for each in operation["parameters"])
