"""Two organizations never see each other, by no id in no place of a call."""

from django.db import transaction

from paceline.edge import caller_scope
from tests.api.calls import counts, won
from tests.api.stage import Stage, token

Q1 = {"name": "Q1", "metric": "revenue", "value": 900_00, "period": "quarterly", "start_date": "2025-01-01"}
NOT_FOUND = (404, "not_found")


def test_what_is_anothers_is_not_found(stage: Stage) -> None:
    """Olga, an admin of Globex, names everything that is Acme's."""
    cast, olga = stage.cast, stage.abroad
    stage.writer.send(won("D1", "Sam", 100_00))
    target = stage.target()
    share = stage.share(target, "person", cast.sam)
    own_target = olga.made("/targets", Q1)["id"]
    own_share = olga.made(f"/targets/{own_target}/assignments", {"assignee": {"kind": "organization"}, "value": 1})[
        "id"
    ]
    before = everything(stage)

    reads = [
        f"/people/{cast.sam}",
        f"/departments/{cast.sales}",
        f"/teams/{cast.hunters}",
        f"/targets/{target}",
        f"/targets/{target}/assignments",
        f"/targets/{target}/progress",
        *(f"/assignments/{share}{each}" for each in ("", "/progress", "/series", "/records", "/history")),
        f"/explain?record=D1&target={target}",
        f"/explain?record=D1&target={own_target}",
        f"/explain?record=D1&target={own_target}&assignment={share}",
    ]
    writes = [
        ("PATCH", f"/people/{cast.sam}", {"name": "X"}),
        ("PATCH", f"/people/{cast.olga}", {"manager_id": cast.sam}),
        ("POST", f"/people/{cast.sam}/moves", {"department_id": None, "from_date": "2025-02-01"}),
        ("POST", f"/people/{cast.olga}/moves", {"department_id": cast.field, "from_date": "2025-02-01"}),
        ("POST", f"/people/{cast.olga}/moves", {"team_id": cast.hunters, "from_date": "2025-02-01"}),
        ("POST", "/people", {"name": "X", "manager_id": cast.sam}),
        ("POST", "/people", {"name": "X", "department_id": cast.sales}),
        ("POST", "/people", {"name": "X", "team_ids": [cast.hunters]}),
        ("PATCH", f"/departments/{cast.sales}", {"name": "X"}),
        ("POST", "/departments", {"name": "X", "parent_id": cast.sales}),
        ("PATCH", f"/teams/{cast.hunters}", {"department_id": None}),
        ("POST", "/teams", {"name": "X", "department_id": cast.sales}),
        ("PATCH", f"/targets/{target}", {"value": 1}),
        ("DELETE", f"/targets/{target}", None),
        ("POST", f"/targets/{target}/assignments", {"assignee": {"kind": "organization"}, "value": 1}),
        ("POST", f"/targets/{own_target}/assignments", {"assignee": {"kind": "person", "id": cast.sam}, "value": 1}),
        ("POST", f"/targets/{own_target}/assignments", {"assignee": {"kind": "team", "id": cast.hunters}, "value": 1}),
        ("PATCH", f"/assignments/{share}", {"value": 1}),
        ("DELETE", f"/assignments/{share}", None),
    ]
    for address in reads:
        assert olga.get(address).problem[:2] == NOT_FOUND, address
    for method, address, body in writes:
        assert olga.call(method, address, body).problem[:2] == NOT_FOUND, (method, address)
    parent = {"assignee": {"kind": "person", "id": cast.olga}, "value": 1, "parent_id": share}
    assert olga.post(f"/targets/{own_target}/assignments", parent).status in {404, 422}
    assert everything(stage) == before
    assert olga.get(f"/assignments/{own_share}/progress").body["current"] == 0


def everything(stage: Stage) -> list[object]:
    """All that Acme's lists say."""
    lists = ("/people", "/departments", "/teams", "/targets", "/records/deals", "/metrics")
    return [stage.admin.get(address).items for address in lists]


def test_lists_have_only_ones_own(stage: Stage) -> None:
    stage.writer.send(won("D1", "Sam", 100_00))
    assert counts(stage.abroad.send(won("D1", "Sam", 7))) == {"created": 1}
    found = stage.abroad.get("/records/deals").items
    assert [(each["amount"], each["owner_id"]) for each in found] == [(7, None)]
    assert [each["name"] for each in stage.abroad.get("/people").items] == ["Olga"]
    assert stage.abroad.get(f"/records/deals?owner={stage.cast.sam}").items == []
    assert stage.abroad.get("/people?email=sam@acme.example").items == []
    for address in ("/departments", "/teams", "/targets"):
        assert stage.abroad.get(address).items == []


def test_names_ids_and_keys_are_free_in_each(stage: Stage) -> None:
    target = stage.writer.post("/targets", Q1, Idempotency_Key="same")
    theirs = stage.abroad.post("/targets", Q1, Idempotency_Key="same")
    assert (target.status, theirs.status) == (201, 201)
    assert target.body["id"] != theirs.body["id"]
    assert stage.abroad.post("/departments", {"name": "Sales"}).status == 201
    assert stage.abroad.post("/people", {"name": "Sam", "email": "sam@acme.example"}).status == 201
    with transaction.atomic():
        same = token(caller_scope(stage.cast.abroad.org_id, "olga"), "read", "rosa@acme.example")
    assert [each["name"] for each in stage.admin.bearing(same).get("/people").items] == ["Olga", "Sam"]


def test_a_tag_of_one_is_none_of_the_other(stage: Stage) -> None:
    ours = stage.admin.get("/metrics").tag
    assert stage.abroad.get("/metrics", If_None_Match=ours).status == 200
