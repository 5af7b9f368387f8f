"""What has not changed is not sent again, and whatever changes is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from tests.api.calls import won
from tests.api.stage import Stage, set_clock

LISTS = ("/metrics", "/people", "/departments", "/teams", "/records/deals", "/targets")


@pytest.fixture
def target(stage: Stage) -> int:
    made = stage.target()
    stage.share(made, "person", stage.cast.sam)
    return made


def test_what_has_not_changed_is_not_sent_again(stage: Stage, target: int) -> None:
    share = stage.reader.get(f"/targets/{target}/assignments").items[0]["id"]
    addresses = [
        *LISTS,
        f"/targets/{target}",
        f"/targets/{target}/progress",
        f"/targets/{target}/assignments",
        f"/people/{stage.cast.sam}",
        "/metrics/revenue",
        *(f"/assignments/{share}{each}" for each in ("", "/progress", "/series", "/records", "/history")),
    ]
    for address in addresses:
        first = stage.reader.get(address)
        again = stage.reader.get(address, If_None_Match=f'"x", W/{first.tag}')
        assert (again.status, again.content, again.tag) == (304, b"", first.tag), address
        assert first.headers["Cache-Control"] == "private, no-cache"
        assert "Content-Type" not in again.headers
        assert stage.reader.get(address, If_None_Match='"x"').status == 200


def test_every_kind_of_change_moves_the_tag(stage: Stage, target: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from paceline.plan.actions.settings import change_settings, set_rates

    cast, progress = stage.cast, f"/targets/{target}/progress"
    share = stage.reader.get(f"/targets/{target}/assignments").items[0]["id"]
    metric = {"module": "deals", "unit": "count", "kind": "flow", "condition": {"all": []}, "dated_by": "created"}
    seen: list[str] = []

    def moved(what: str) -> None:
        answer = stage.reader.get(progress, If_None_Match=", ".join(seen) or '"none"')
        assert answer.status == 200, what
        seen.append(answer.tag)

    moved("at first")
    stage.writer.send(won("D1", "Sam", 100_00))
    moved("a record")
    stage.writer.patch(f"/assignments/{share}", {"value": 5})
    moved("an assignment")
    stage.admin.post(f"/people/{cast.sam}/moves", {"department_id": cast.partners, "from_date": "2025-02-01"})
    moved("a move")
    stage.admin.patch(f"/people/{cast.sam}", {"name": "Samuel"})
    moved("the name of a person")
    stage.admin.patch(f"/teams/{cast.hunters}", {"name": "Gatherers"})
    moved("the name of a team")
    stage.admin.patch(f"/departments/{cast.field}", {"parent_id": None})
    moved("the place of a department")
    stage.writer.patch(f"/targets/{target}", {"name": "First"})
    moved("a target")
    stage.admin.made("/metrics", {"key": "made", "name": "Made", "definition": metric})
    moved("a metric")
    with transaction.atomic():
        change_settings(stage.scope, on_pace_percent=20)
    moved("a setting")
    with transaction.atomic():
        set_rates(stage.scope, {("USD", date(2025, 1, 1)): Decimal("0.9")})
    moved("a rate")
    set_clock(monkeypatch, later=timedelta(hours=12))
    moved("the next day")
    stage.writer.delete(f"/assignments/{share}")
    moved("an assignment that is gone")


def test_a_tag_is_of_one_question(stage: Stage, target: int) -> None:
    tags = {
        stage.reader.get(address).tag
        for address in (*LISTS, "/targets?limit=5", "/targets?limit=6", f"/targets/{target}/progress?as_of=2025-02-01")
    }
    assert len(tags) == len(LISTS) + 3


def test_an_answer_of_another_version_is_another(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = stage.reader.get("/targets").tag
    monkeypatch.setattr("paceline.__version__", "99")
    assert stage.reader.get("/targets", If_None_Match=tag).status == 200


def test_the_tag_of_one_thing_moves_with_it_alone(stage: Stage, target: int) -> None:
    tag = stage.reader.get(f"/targets/{target}").tag
    stage.writer.send(won("D1", "Sam", 1))
    stage.target(name="Other")
    assert stage.reader.get(f"/targets/{target}", If_None_Match=tag).status == 304
    stage.writer.patch(f"/targets/{target}", {"name": "New"})
    assert stage.reader.get(f"/targets/{target}", If_None_Match=tag).status == 200


def test_what_was_made_or_changed_comes_with_the_tag_of_its_next_edit(stage: Stage, target: int) -> None:
    share = stage.reader.get(f"/targets/{target}/assignments").items[0]["id"]
    made = stage.admin.post("/teams", {"name": "New"})
    assert made.tag == stage.admin.get(f"/teams/{made.body['id']}").tag
    for address, change in (
        (f"/targets/{target}", {"name": "First"}),
        (f"/assignments/{share}", {"value": 5}),
        (f"/people/{stage.cast.sam}", {"name": "Samuel"}),
        (f"/teams/{stage.cast.hunters}", {"name": "Gatherers"}),
    ):
        changed = stage.admin.patch(address, change)
        assert changed.tag == stage.admin.get(address).tag, address
        assert stage.admin.patch(address, change, If_Match=changed.tag).status == 200
