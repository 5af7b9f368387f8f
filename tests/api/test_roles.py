"""Every operation by every role, the stranger and whoever is nobody; and how far a manager reaches.

Tariq manages: Sam is below him, by the reporting line and in the Hunters, whom he leads. Eve is not. Rosa is above.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from paceline.domain.access import Role, TokenScope
from tests.api.calls import Api, won
from tests.api.stage import Stage, member

ADMIN, MANAGER, REP, VIEWER = Role.ADMIN, Role.MANAGER, Role.REP, Role.VIEWER
EVERYBODY = {*Role}
READERS = {ADMIN, MANAGER, VIEWER}
PLANNERS = {ADMIN, MANAGER}
ADMINS = {ADMIN}
ALL_SEEING = {ADMIN, VIEWER}
Q2 = {"name": "Q2", "metric": "revenue", "value": 900_00, "period": "quarterly", "start_date": "2025-04-01"}
METRIC = {
    "key": "made",
    "name": "Made",
    "definition": {
        "module": "deals",
        "unit": "count",
        "kind": "flow",
        "condition": {"all": []},
        "dated_by": "created",
    },
}
REASON = {"reason": "as agreed"}
SHEET = "kind,reference,value\nperson,sam@acme.example,7.00\n"
TOKEN = {"token": "0" * 40}

# By operation: whom it lets in, and with what it is called. What is Sam's stands for what is below the manager, and is
# not the rep's, who is Eve. A new operation fails here until it is decided.
OPERATIONS: dict[str, tuple[set[Role], Any]] = {
    "GET /audit": (ADMINS, None),
    "GET /metrics": (EVERYBODY, None),
    "POST /metrics": (ADMINS, METRIC),
    "GET /metrics/{key}": (EVERYBODY, None),
    "PATCH /metrics/{key}": (ADMINS, {"name": "Other"}),
    "DELETE /metrics/{key}": (ADMINS, None),
    "GET /people": (EVERYBODY, None),
    "POST /people": (ADMINS, {"name": "New"}),
    "GET /people/{person_id}": (EVERYBODY, None),
    "PATCH /people/{person_id}": (ADMINS, {"name": "Samuel"}),
    "POST /people/{person_id}/moves": (ADMINS, {"department_id": None, "from_date": "2025-02-01"}),
    "GET /departments": (EVERYBODY, None),
    "POST /departments": (ADMINS, {"name": "New"}),
    "GET /departments/{department_id}": (EVERYBODY, None),
    "PATCH /departments/{department_id}": (ADMINS, {"name": "Other"}),
    "GET /teams": (EVERYBODY, None),
    "POST /teams": (ADMINS, {"name": "New"}),
    "GET /teams/{team_id}": (EVERYBODY, None),
    "PATCH /teams/{team_id}": (ADMINS, {"name": "Other"}),
    "GET /records/deals": (EVERYBODY, None),
    "POST /records/deals": (ADMINS, {"records": []}),
    "GET /records/leads": (EVERYBODY, None),
    "POST /records/leads": (ADMINS, {"records": []}),
    "GET /records/tasks": (EVERYBODY, None),
    "POST /records/tasks": (ADMINS, {"records": []}),
    "GET /targets": (EVERYBODY, None),
    "POST /targets": (ADMINS, Q2),
    "GET /targets/{target_id}": (READERS, None),
    "PATCH /targets/{target_id}": (ADMINS, {"name": "Other"}),
    "DELETE /targets/{target_id}": (ADMINS, None),
    "GET /targets/{target_id}/assignments": (READERS, None),
    "POST /targets/{target_id}/assignments": (PLANNERS, {"assignee": {"kind": "team", "id": 0}, "value": 1}),
    "POST /targets/{target_id}/assignments/bulk": (PLANNERS, {"changes": [{"assignment_id": 0, "value": 7}]}),
    "GET /targets/{target_id}/plan": (ALL_SEEING, None),
    "POST /targets/{target_id}/plan/preview": (
        PLANNERS,
        {"csv": SHEET},
    ),
    "POST /targets/{target_id}/plan": (PLANNERS, TOKEN),
    "POST /targets/{target_id}/copy/preview": (ADMINS, {}),
    "POST /targets/{target_id}/copy": (ADMINS, TOKEN),
    "POST /targets/{target_id}/undo": (PLANNERS, REASON),
    "GET /targets/{target_id}/progress": (READERS, None),
    "GET /assignments/{assignment_id}": (READERS, None),
    "PATCH /assignments/{assignment_id}": (PLANNERS, {"value": 5}),
    "DELETE /assignments/{assignment_id}": (PLANNERS, None),
    "GET /assignments/{assignment_id}/progress": (READERS, None),
    "GET /assignments/{assignment_id}/series": (READERS, None),
    "GET /assignments/{assignment_id}/records": (READERS, None),
    "GET /assignments/{assignment_id}/history": (READERS, None),
    "POST /assignments/{assignment_id}/cascade/preview": (PLANNERS, {}),
    "POST /assignments/{assignment_id}/cascade": (PLANNERS, TOKEN),
    "POST /assignments/{assignment_id}/periods/preview": (PLANNERS, {"every": "month"}),
    "POST /assignments/{assignment_id}/periods": (PLANNERS, TOKEN),
    "POST /assignments/{assignment_id}/rebalance/preview": (PLANNERS, {}),
    "POST /assignments/{assignment_id}/rebalance": (PLANNERS, TOKEN),
    "GET /leaderboards": (EVERYBODY, None),
    "POST /leaderboards": (PLANNERS, {"name": "New", "metric": "revenue"}),
    "GET /leaderboards/{leaderboard_id}": (PLANNERS, None),
    "PATCH /leaderboards/{leaderboard_id}": (PLANNERS, {"name": "Other"}),
    "DELETE /leaderboards/{leaderboard_id}": (PLANNERS, None),
    "GET /leaderboards/{leaderboard_id}/standings": (PLANNERS, None),
    "GET /explain": (READERS, None),
    "GET /members": (ADMINS, None),
    "POST /members": (ADMINS, {"email": "nia@acme.example", "role": "rep"}),
    "PATCH /members/{member_id}": (ADMINS, {"role": "manager"}),
    "DELETE /members/{member_id}": (ADMINS, None),
    "GET /invitations": (ADMINS, None),
    "DELETE /invitations/{invitation_id}": (ADMINS, None),
    "GET /tokens": (ADMINS, None),
    "POST /tokens": (ADMINS, {"email": "ops@acme.example", "scope": "read"}),
    "DELETE /tokens/{token_id}": (ADMINS, None),
    "POST /tokens/{token_id}/rotate": (ADMINS, {}),
}
# Streams have tests of their own.
ELSEWHERE = {"GET /live"}


@dataclass(frozen=True, slots=True)
class Company:
    """The members by role, and what there is to be asked for."""

    stage: Stage
    members: dict[Role, Api]
    ids: dict[str, int | str]

    def path(self, operation: str) -> str:
        address = operation.partition(" ")[2].format(**self.ids)
        return f"{address}?record=D1&target={self.ids['target_id']}" if address == "/explain" else address

    def body(self, operation: str) -> object:
        given = OPERATIONS[operation][1]
        if operation == "POST /targets/{target_id}/assignments":
            return {**given, "assignee": {"kind": "team", "id": self.ids["team_id"]}}
        if operation.endswith("/bulk"):
            return {"changes": [{"assignment_id": self.ids["assignment_id"], "value": 7}]}
        return given


@pytest.fixture
def company(stage: Stage) -> Company:
    cast = stage.cast
    stage.writer.send(won("D1", "Sam", 100_00))
    target = stage.target()
    share = stage.share(target, "person", cast.sam)
    board = stage.admin.made("/leaderboards", {"name": "Q", "metric": "revenue", "visibility": "managers"})
    people = {ADMIN: cast.rosa, MANAGER: cast.tariq, REP: cast.eve, VIEWER: None}
    program = stage.admin.made("/tokens", {"email": "program@acme.example", "scope": "read"})
    invited = stage.admin.made("/members", {"email": "zoe@acme.example", "role": "rep"})
    member(stage, REP)
    ids: dict[str, int | str] = {
        "token_id": program["id"],
        "invitation_id": invited["id"],
        "member_id": stage.admin.get("/members").items[-1]["id"],
        "key": stage.admin.made("/metrics", {**METRIC, "key": "custom"})["key"],
        "person_id": cast.sam,
        "department_id": cast.partners,
        "team_id": cast.hunters,
        "target_id": target,
        "assignment_id": share,
        "leaderboard_id": board["id"],
    }
    return Company(stage, {role: member(stage, role, person) for role, person in people.items()}, ids)


def operations() -> Iterator[str]:
    from paceline.api.app import api

    document = orjson.loads(orjson.dumps(dict(api.get_openapi_schema()), option=orjson.OPT_NON_STR_KEYS))
    for path, methods in document["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path.removeprefix('/api/v1')}"


def test_every_operation_is_decided(stage: Stage) -> None:
    assert set(operations()) - ELSEWHERE == set(OPERATIONS)


@pytest.mark.parametrize("role", Role)
def test_each_role_is_let_in_where_it_may_and_nowhere_else(company: Company, role: Role) -> None:
    from django.db import transaction

    for operation, (let_in, _) in OPERATIONS.items():
        method = operation.partition(" ")[0]
        # What is read is read in a snapshot of its own, and what is changed is taken back for the next operation.
        with nullcontext() if method == "GET" else transaction.atomic():
            answer = company.members[role].call(method, company.path(operation), company.body(operation))
            if method != "GET":
                transaction.set_rollback(True)
        if role in let_in:
            # What no preview was made for is not found, and a thing in use is not deleted: both come after the door.
            assert answer.status not in {401, 403}, (operation, answer.content)
        else:
            assert answer.problem[:2] == (403, "not_allowed"), operation


def test_strangers_find_nothing_and_nobody_gets_in(company: Company) -> None:
    for operation in OPERATIONS:
        method, _, template = operation.partition(" ")
        path, body = company.path(operation), company.body(operation)
        assert Api("").call(method, path, body).problem[:2] == (401, "not_signed_in"), operation
        if "{" in template or template == "/explain":
            assert company.stage.abroad.call(method, path, body).problem[:2] == (404, "not_found"), operation


def test_a_manager_sees_and_plans_for_those_below_alone(company: Company) -> None:
    stage, target, tariq = company.stage, company.ids["target_id"], company.members[MANAGER]
    shares = {
        "Acme": stage.share(int(target), "organization"),
        "Field": stage.share(int(target), "department", stage.cast.field),
        "Hunters": stage.share(int(target), "team", stage.cast.hunters),
        "Tariq": stage.share(int(target), "person", stage.cast.tariq),
        "Eve": stage.share(int(target), "person", stage.cast.eve),
    }
    seen = {each["assignee"]["name"] for each in tariq.get(f"/targets/{target}/progress").items}
    assert seen == {"Hunters", "Tariq", "Sam"}
    assert {each["assignee"]["name"] for each in tariq.get(f"/targets/{target}/assignments").items} == seen
    for name, share in shares.items():
        assert (tariq.get(f"/assignments/{share}").status == 200) == (name in seen), name
        for part in ("progress", "series", "records", "history"):
            assert (tariq.get(f"/assignments/{share}/{part}").status == 200) == (name in seen), (name, part)
        may = name == "Hunters"
        assert (tariq.patch(f"/assignments/{share}", {"value": 6}).status == 200) == may, name
    # Who comes to the team is seen from that day on, and no longer once gone.
    stage.admin.post(f"/people/{stage.cast.eve}/moves", {"team_id": stage.cast.hunters, "from_date": "2025-02-10"})
    assert tariq.get(f"/assignments/{shares['Eve']}/progress").status == 200
    assert tariq.get(f"/assignments/{shares['Eve']}/progress?as_of=2025-02-09").status == 403
    # Who led then sees the figures of then, of a target as of a share; of today none.
    stage.admin.patch(f"/people/{stage.cast.sam}", {"manager_id": None})
    own = stage.target(name="Hunters alone")
    theirs = stage.share(own, "team", stage.cast.hunters)
    gone = {"team_id": stage.cast.hunters, "lead": False, "from_date": "2025-02-10"}
    assert stage.admin.post(f"/people/{stage.cast.tariq}/moves", gone).status == 200
    for path in (f"/targets/{own}/progress", f"/assignments/{theirs}/progress"):
        assert tariq.get(path).problem[:2] == (403, "not_allowed"), path
        assert tariq.get(f"{path}?as_of=2025-02-09").status == 200, path
    (row,) = tariq.get(f"/targets/{own}/progress?as_of=2025-02-09").items
    assert row["assignment_id"] == theirs


def test_a_rep_sees_their_own_and_the_boards(company: Company) -> None:
    stage, eve = company.stage, company.members[REP]
    assert eve.get("/targets").items == []
    share = stage.share(int(company.ids["target_id"]), "person", stage.cast.eve)
    stage.writer.send(won("D2", "Eve", 50_00))
    assert [each["id"] for each in eve.get("/targets").items] == [company.ids["target_id"]]
    assert [each["current"] for each in eve.get(f"/targets/{company.ids['target_id']}/progress").items] == [50_00]
    assert [each["external_id"] for each in eve.get("/records/deals").items] == ["D2"]
    assert eve.get(f"/records/deals?owner={stage.cast.sam}").problem[:2] == (403, "not_allowed")
    assert eve.get(f"/assignments/{share}/records").items[0]["external_id"] == "D2"
    assert eve.get(f"/explain?record=D2&target={company.ids['target_id']}").status == 200
    board = stage.admin.made("/leaderboards", {"name": "All", "metric": "revenue"})["id"]
    assert [each["id"] for each in eve.get("/leaderboards").items] == [board]
    rows = eve.get(f"/leaderboards/{board}/standings").items
    assert [each["entrant"]["name"] for each in rows if each["is_own"]] == ["Eve"]


@pytest.mark.parametrize("role", [ADMIN, MANAGER])
def test_nobody_changes_their_own_quota_by_any_way(company: Company, role: Role) -> None:
    stage, target = company.stage, int(company.ids["target_id"])
    own, api = {ADMIN: stage.cast.rosa, MANAGER: stage.cast.tariq}[role], company.members[role]
    team = stage.share(target, "team", stage.cast.hunters, 900_00)
    department = stage.share(target, "department", stage.cast.sales, 900_00)
    name = {ADMIN: "Rosa", MANAGER: "Tariq"}[role]
    not_allowed = (403, "not_allowed")
    given = {"assignee": {"kind": "person", "id": own}, "value": 1}
    assert api.post(f"/targets/{target}/assignments", given).problem[:2] == not_allowed
    above = {ADMIN: department, MANAGER: team}[role]
    named = {"children": [f"person:{own}"]}
    assert api.post(f"/assignments/{above}/cascade/preview", named).problem[:2] == not_allowed
    share = stage.share(target, "person", own, 100_00)
    previewed = stage.admin.post(f"/assignments/{above}/cascade/preview", {}).body
    taken = api.post(f"/assignments/{above}/cascade", {"token": previewed["token"]})
    assert taken.problem[:2] == (409, "plan_changed_since_preview")
    assert api.patch(f"/assignments/{share}", {"value": 1}).problem[:2] == not_allowed
    assert api.patch(f"/assignments/{share}", {"locked": True}).problem[:2] == not_allowed
    assert api.delete(f"/assignments/{share}").problem[:2] == not_allowed
    change = {"changes": [{"assignment_id": share, "value": 1}]}
    assert api.post(f"/targets/{target}/assignments/bulk", change).problem[:2] == not_allowed
    sheet = {"csv": f"kind,reference,value\nperson,{name.lower()}@acme.example,1.00\n"}
    assert api.post(f"/targets/{target}/plan/preview", sheet).problem[:2] == not_allowed
    assert api.post(f"/assignments/{share}/periods/preview", {"every": "month"}).problem[:2] == not_allowed
    applied = stage.admin.post(f"/assignments/{above}/cascade", {"token": previewed["token"]})
    assert applied.status == 200
    assert api.post(f"/targets/{target}/undo", REASON).problem[:2] == not_allowed
    assert stage.admin.post(f"/targets/{target}/undo", REASON).status == 200
    assert stage.admin.get(f"/assignments/{share}").body["value"] == 100_00


def test_planning_leaves_ones_own_share_as_it_is(company: Company) -> None:
    stage, target = company.stage, int(company.ids["target_id"])
    rosa, admin = stage.cast.rosa, company.members[ADMIN]
    department = stage.share(target, "department", stage.cast.sales, 900_00)
    share = stage.share(target, "person", rosa, 100_00)
    stage.admin.patch(f"/people/{rosa}", {"quota_carrying": True})
    asked = {
        f"/assignments/{department}/cascade/preview": {"method": "equal", "levels": "all"},
        f"/assignments/{department}/periods/preview": {"every": "month", "whole_tree": True},
        f"/targets/{target}/copy/preview": {},
    }
    for path, options in asked.items():
        mine, theirs = (api.post(path, options).body for api in (admin, stage.admin))
        told = [
            {(row["assignee"]["kind"], row["assignee"].get("id")) for row in each["rows"]} for each in (mine, theirs)
        ]
        assert [("person", rosa) in each for each in told] == [False, True], path
        assert any("somebody above you" in note for note in mine["notes"]), path
    token = admin.post(f"/assignments/{department}/cascade/preview", {"method": "equal"}).body["token"]
    assert admin.post(f"/assignments/{department}/cascade", {"token": token}).status == 200
    assert stage.admin.get(f"/assignments/{share}").body["value"] == 100_00


def test_a_token_never_does_more_than_its_owner(company: Company) -> None:
    stage = company.stage
    for role in Role:
        reads = member(stage, role, None, TokenScope.READ)
        assert reads.post("/targets", Q2).problem[:2] == (403, "not_allowed")
        writes = member(stage, role, None, TokenScope.WRITE)
        assert writes.post("/people", {"name": "X"}).problem[:2] == (403, "not_allowed")
        assert (writes.post("/targets", Q2).status == 201) == (role == ADMIN)


def test_an_ended_grant_takes_its_tokens_with_it(company: Company) -> None:
    from datetime import UTC, datetime

    from paceline import edge
    from paceline.org.models import Grant

    eve = company.members[REP]
    assert eve.get("/metrics").status == 200
    with edge.unscoped():
        Grant.objects.filter(role=REP, person=company.stage.cast.eve).update(ended_at=datetime.now(UTC))
    assert eve.get("/metrics").problem[:2] == (401, "not_signed_in")
