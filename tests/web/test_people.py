"""The pages of people and units: the tree, lists, a person, moves with their preview, units; for admins alone."""

import re

import pytest

from tests.plan.cast import on


@pytest.fixture
def acme(stage, browsers):
    """Acme, where Sam has won 1,000 and 200 euros towards a target of the first quarter."""
    deals = [("D1", 1000_00, "2025-01-10"), ("D2", 200_00, "2025-02-10")]
    records = [
        {"external_id": key, "owner": "Sam", "amount": amount, "status": "won", "closed": day, "created": "2025-01-02"}
        for key, amount, day in deals
    ]
    stage.writer.post("/records/deals", {"records": records})
    stage.share(stage.target(), "person", stage.cast.sam)
    return stage


def names(answer) -> list[str]:
    """The names in the first column of a page's tables."""
    assert answer.status_code == 200
    return re.findall(r'<th scope="row"[^>]*>.*?<a class="(?:name )?text-reset" href="[^"]+">([^<]+)</a>', text(answer))


def text(answer) -> str:
    return answer.content.decode()


def said(answer) -> str:
    found = re.search(r'<div class="alert alert-success[^>]*>([^<]*)<', text(answer))
    return found[1] if found else ""


def preview(browser, path: str, **fields: str) -> str:
    """What the preview of a form says, without its marks."""
    token = browser.client.cookies["paceline_csrf"].value
    sent = {"csrfmiddlewaretoken": token, "preview": "1", **fields}
    headers = {"HX-Request": "true", "HX-Target": "move-preview"}
    return " ".join(re.sub(r"<[^>]+>", " ", text(browser.client.post(path, sent, headers=headers))).split())


def history(acme, person: int) -> list[str]:
    from paceline import edge
    from tests.org.cast import history as told

    with edge.reading():
        return told(acme.scope, person)


def paths(acme) -> list[str]:
    """Every page of the family."""
    sam, field, team = acme.cast.sam, acme.cast.field, acme.cast.hunters
    own = ["", "/targets", "/edit", "/manager", "/id", "/move", "/join", f"/leave/{team}", "/end"]
    unit = ["", "/below", "/rename", "/place"]
    return [
        "/people",
        *(f"/people/{each}" for each in ("list", "suggested", "new", "new-unit")),
        *(f"/people/{sam}{each}" for each in own),
        *(f"/people/department/{field}{each}" for each in unit),
    ]


def test_nobody_but_an_admin_gets_at_them_and_strangers_ids_are_not_found(acme, browsers) -> None:
    for path in paths(acme):
        assert browsers["rosa"].get(path).status_code == 200, path
        for name in ("tariq", "sam", "eve"):
            assert browsers[name].get(path).status_code == 403, (name, path)
    assert b'href="/people"' in browsers["rosa"].get("/targets").content
    assert b'href="/people"' not in browsers["tariq"].get("/targets").content
    for path in (
        f"/people/{acme.cast.olga}",
        "/people/team/99999",
        "/people/person/1",
        f"/people/{acme.cast.olga}/move",
    ):
        assert browsers["rosa"].get(path).status_code == 404, path
    answer = browsers["sam"].post(f"/people/{acme.cast.sam}/end", end_day="2025-03-01")
    assert answer.status_code == 403
    assert sorted(history(acme, acme.cast.sam)) == ["Field 0-", "Hunters* 0-"]


def test_the_tree_opens_level_by_level(acme, browsers) -> None:
    rosa, cast = browsers["rosa"], acme.cast
    assert names(rosa.get("/people"))[:1] == ["Sales"]
    assert {"Field", "Partners", "Hunters", "Rosa"} <= set(names(rosa.get("/people")))
    assert names(rosa.get(f"/people/department/{cast.sales}/below"))[-2:] == ["Field", "Partners"]
    assert names(rosa.get(f"/people/team/{cast.hunters}/below")) == ["Sam", "Tariq"]
    rows = text(rosa.get(f"/people/team/{cast.hunters}/below"))
    assert f'data-path="d{cast.sales}/d{cast.field}/t{cast.hunters}/p{cast.sam}/"' in rows
    assert '<span class="badge bg-blue-lt">lead</span>' in rows


def test_people_are_found_by_name_e_mail_and_id_a_page_at_a_time(acme, browsers) -> None:
    rosa = browsers["rosa"]
    assert names(rosa.get("/people/list")) == ["Eve", "Rosa", "Sam", "Tariq"]
    assert names(rosa.get("/people/list?words=tar")) == ["Tariq"]
    assert names(rosa.get("/people/list?words=sam@acme")) == ["Sam"]
    assert b"Nobody found" in rosa.get("/people/list?words=zzz").content
    acme.admin.patch(f"/people/{acme.cast.sam}", {"external_ids": {"crm": "S-17"}})
    assert names(rosa.get("/people/list?words=s-17")) == ["Sam"]
    acme.admin.patch(f"/people/{acme.cast.eve}", {"end_date": "2025-02-01"})
    assert names(rosa.get("/people/list?show=gone")) == ["Eve"]
    assert names(rosa.get("/people/list?show=there")) == ["Rosa", "Sam", "Tariq"]
    for number in range(60):
        acme.admin.made("/people", {"name": f"Zoe {number:02}"})
    first = rosa.get("/people/list?show=unplaced&words=zoe")
    assert len(names(first)) == 50
    more = re.search(r'href="([^"]+)" rel="next"', text(first))
    assert more is not None
    assert names(rosa.get(more[1].replace("&amp;", "&"))) == [f"Zoe {number:02}" for number in range(50, 60)]
    assert b"60 people are in no department" in rosa.get("/people").content


def test_a_person_is_added_edited_and_given_a_manager_and_an_id(acme, browsers) -> None:
    rosa, cast = browsers["rosa"], acme.cast
    answer = rosa.send("/people/new", name="", email="sam@acme.example", manager="Nobody")
    assert answer.status_code == 422
    assert b"there is no person" in answer.content.lower()
    answer = rosa.send("/people/new", name="", email="sam@acme.example")
    assert b"give a name" in answer.content
    assert b"is Sam&#x27;s" in answer.content
    fields = {"name": "Uma", "email": "uma@acme.example", "hire_day": "2025-02-01", "quota_carrying": "on"}
    answer = rosa.send("/people/new", department=str(cast.field), team=str(cast.hunters), manager="Tariq", **fields)
    path = answer["Location"]
    uma = int(path.rpartition("/")[2])
    assert said(rosa.get(path)) == "Uma was added."
    assert sorted(history(acme, uma)) == ["Field 31-", "Hunters* 31-"]
    rosa.send(f"{path}/edit", name="Uma U", email="uma@acme.example", hire_day="2025-02-01")
    rosa.send(f"{path}/id", source="crm", external_id="U-1")
    rosa.send(f"{path}/manager", manager="rosa@acme.example")
    shown = acme.reader.get(f"/people/{uma}").body
    assert (shown["name"], shown["quota_carrying"], shown["external_ids"]) == ("Uma U", False, {"crm": "U-1"})
    assert shown["manager_id"] == cast.rosa
    assert b"cannot report to" in rosa.send(f"/people/{cast.rosa}/manager", manager="Uma U").content


def test_a_move_is_previewed_exactly_made_and_undone(acme, browsers) -> None:
    rosa, cast = browsers["rosa"], acme.cast
    path = f"/people/{cast.sam}/move"
    before = history(acme, cast.sam)
    rosa.get(path)
    given = {"department": str(cast.partners), "from_day": on(31).isoformat()}
    words = preview(rosa, path, **given)
    assert words.startswith("From Feb 1, 2025 Sam counts for Partners instead of Field.")
    assert "Q1 €1,000 €200" in words
    assert "figures that were shown already change" in words
    assert history(acme, cast.sam) == before
    assert "nothing" in preview(rosa, path, **{**given, "from_day": on(60).isoformat()})
    assert "shows here once all is chosen" in preview(rosa, path, department=str(cast.partners), from_day="soon")
    assert "No figure moves" in preview(rosa, path, department=str(cast.field), from_day=on(31).isoformat())
    answer = rosa.send(path, **given, reason="to the partners")
    assert said(rosa.get(answer["Location"])) == "Moved."
    assert [each for each in history(acme, cast.sam) if "Hunters" not in each] == ["Field 0-31", "Partners 31-"]
    undo = re.search(rf'href="({path}\?day=2025-02-01&amp;to={cast.field})"', text(rosa.get(f"/people/{cast.sam}")))
    assert undo is not None
    form = text(rosa.get(undo[1].replace("&amp;", "&")))
    assert f'<option value="{cast.field}" selected>' in form
    assert 'value="2025-02-01"' in form
    rosa.send(path, department=str(cast.field), from_day="2025-02-01")
    assert history(acme, cast.sam) == before
    assert acme.verified() == []


def test_teams_are_joined_led_and_left_and_a_last_day_is_set_and_taken_back(acme, browsers) -> None:
    rosa, cast = browsers["rosa"], acme.cast
    before = history(acme, cast.eve)
    path = f"/people/{cast.eve}"
    rosa.get(f"{path}/join")
    assert "too." in preview(rosa, f"{path}/join", team=str(cast.hunters), from_day="2025-02-15")
    rosa.send(f"{path}/join", team=str(cast.hunters), from_day="2025-02-15", is_primary="on", is_lead="on")
    assert "Hunters*+ 45-" in history(acme, cast.eve)
    rosa.send(f"{path}/leave/{cast.hunters}", from_day="2025-02-15")
    assert history(acme, cast.eve) == before
    answer = rosa.send(f"{path}/join", from_day="2025-02-15")
    assert answer.status_code == 422
    words = preview(rosa, f"/people/{cast.sam}/end", end_day="2025-01-31")
    assert "counts no more for" in words
    assert "€200" in words
    rosa.send(f"{path}/end", end_day="2025-01-31")
    assert b">left<" in rosa.get(path).content
    assert "is after Eve" in preview(rosa, f"{path}/move", department=str(cast.field), from_day="2025-02-15")
    rosa.send(f"{path}/end", end_day="")
    assert history(acme, cast.eve) == before


def test_units_are_made_named_and_placed(acme, browsers) -> None:
    rosa, cast = browsers["rosa"], acme.cast
    assert b"already" in rosa.send("/people/new-unit", kind="department", name="Field").content
    path = rosa.send("/people/new-unit", kind="department", name="North", under=str(cast.sales))["Location"]
    assert b"North" in rosa.get(path).content
    rosa.send(f"{path}/rename", name="Nord")
    assert names(rosa.get(f"/people/department/{cast.sales}/below"))[-2:] == ["Nord", "Partners"]
    rosa.send(f"{path}/place", under=str(cast.field), from_day="2025-02-01")
    assert "Nord" in names(rosa.get(f"/people/department/{cast.field}/below"))
    answer = rosa.send(f"/people/department/{cast.field}/place", under=path.rpartition("/")[2], from_day="2025-02-01")
    assert b"cannot be under" in answer.content
    team = rosa.send("/people/new-unit", kind="team", name="Farmers")["Location"]
    rosa.send(f"{team}/place", under=str(cast.partners))
    assert "Farmers" in names(rosa.get(f"/people/department/{cast.partners}/below"))


def test_asking_takes_no_more_queries_for_more_people(acme, browsers) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    rosa, counts = browsers["rosa"], []
    for size in (2, 30):
        for number in range(size):
            unit = acme.admin.made("/teams", {"name": f"T{size}-{number}", "department_id": acme.cast.field})["id"]
            given = {"name": f"P{size}-{number}", "department_id": acme.cast.field, "team_ids": [unit]}
            acme.admin.made("/people", given)
        rosa.get("/people")
        counts.append([])
        for path in ("/people", "/people/list", f"/people/department/{acme.cast.field}"):
            with CaptureQueriesContext(
                connection,
            ) as found:
                rosa.get(path)
            counts[-1].append(len(found))
    assert counts[0] == counts[1]
