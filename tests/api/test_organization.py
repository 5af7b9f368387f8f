"""People, departments and teams: made, changed, moved from a day on, and listed."""

from tests.api.stage import Stage


def test_a_person_is_made_where_they_work(stage: Stage) -> None:
    cast = stage.cast
    given = {
        "name": " Nina ",
        "email": "nina@acme.example",
        "hire_date": "2025-02-01",
        "manager_id": cast.tariq,
        "quota_carrying": False,
        "department_id": cast.field,
        "team_ids": [cast.hunters],
        "external_ids": {"crm": "77"},
        "reason": "new",
    }
    made = stage.admin.made("/people", given)

    assert made == {
        "id": made["id"],
        "name": "Nina",
        "email": "nina@acme.example",
        "hire_date": "2025-02-01",
        "end_date": None,
        "manager_id": cast.tariq,
        "quota_carrying": False,
        "external_ids": {"crm": "77"},
        "memberships": [
            {
                "kind": "department",
                "id": cast.field,
                "from_date": "2025-02-01",
                "to_date": None,
                "primary": False,
                "lead": False,
            },
            {
                "kind": "team",
                "id": cast.hunters,
                "from_date": "2025-02-01",
                "to_date": None,
                "primary": True,
                "lead": False,
            },
        ],
    }
    assert stage.reader.get(f"/people/{made['id']}").body == made
    assert stage.reader.get("/people?email=NINA@acme.example").items == [made]
    assert [each["name"] for each in stage.reader.get("/people").items] == ["Rosa", "Tariq", "Eve", "Sam", "Nina"]


def test_a_person_changes_in_what_is_given(stage: Stage) -> None:
    sam = f"/people/{stage.cast.sam}"
    before = stage.reader.get(sam).body
    changed = stage.admin.patch(
        sam,
        {"name": "Sam Smith", "manager_id": stage.cast.rosa, "external_ids": {"crm": "9"}, "hire_date": "2024-12-01"},
    )
    assert changed.status == 200
    assert {name: value for name, value in changed.body.items() if value != before[name]} == {
        "name": "Sam Smith",
        "manager_id": stage.cast.rosa,
        "external_ids": {"crm": "9"},
        "hire_date": "2024-12-01",
        "memberships": [{**each, "from_date": "2024-12-01"} for each in before["memberships"]],
    }
    gone = stage.admin.patch(sam, {"external_ids": {"crm": None}, "manager_id": None, "email": None}).body
    assert (gone["external_ids"], gone["manager_id"], gone["email"]) == ({}, None, None)
    left = stage.admin.patch(sam, {"end_date": "2025-03-31"}).body
    assert (left["end_date"], {each["to_date"] for each in left["memberships"]}) == ("2025-03-31", {"2025-04-01"})
    assert stage.admin.patch(sam, {"end_date": None}).body["memberships"] == changed.body["memberships"]


def test_faults_of_a_person_are_named_by_the_fields_of_the_api(stage: Stage) -> None:
    cast, sam = stage.cast, f"/people/{stage.cast.sam}"

    def refused(body: object) -> dict[str, str]:
        status, code, faults = stage.admin.patch(sam, body).problem
        assert (status, code) == (422, "invalid_input")
        return faults

    assert refused({"manager_id": cast.sam}) == {"manager_id": "Sam cannot report to Sam"}
    assert refused({"end_date": "2024-12-31"}) == {"end_date": "2024-12-31 is before the hire day, 2025-01-01"}
    assert refused({"email": "eve@acme.example"}) == {"email": "eve@acme.example is Eve's"}
    assert refused({"email": "nobody"}) == {"email": "'nobody' is not an e-mail address"}
    assert refused({"name": None}) == {"name": "cannot be cleared"}
    assert refused({"name": "\0"}) == {"name": "holds a control character"}
    assert refused({"quota_carrying": None}) == {"quota_carrying": "cannot be cleared"}
    assert refused({"reason": "x" * 10_000}).keys() == {"reason"}
    moved = stage.admin.post(f"{sam}/moves", {"department_id": cast.partners, "from_date": "2024-06-01"})
    assert moved.problem[2] == {"from_date": "2024-06-01 is before Sam was hired, on 2025-01-01"}


def test_a_person_moves_from_a_day_on(stage: Stage) -> None:
    cast, moves = stage.cast, f"/people/{stage.cast.sam}/moves"

    def told(body: object) -> list[str]:
        answer = stage.admin.post(moves, body)
        assert answer.status == 200, answer.content
        return [
            f"{each['kind']} {each['id']} {each['from_date']} {each['to_date']}{' lead' if each['lead'] else ''}"
            for each in answer.body["memberships"]
        ]

    field, hunters = f"department {cast.field} 2025-01-01", f"team {cast.hunters} 2025-01-01"
    partners = f"department {cast.partners} 2025-03-01"
    assert told({"department_id": cast.partners, "from_date": "2025-03-01", "reason": "asked"}) == [
        f"{field} 2025-03-01",
        f"{hunters} None",
        f"{partners} None",
    ]
    assert told({"team_id": cast.hunters, "leave": True, "from_date": "2025-03-01"}) == [
        f"{field} 2025-03-01",
        f"{hunters} 2025-03-01",
        f"{partners} None",
    ]
    assert told({"team_id": cast.hunters, "lead": True, "primary": True, "from_date": "2025-04-01"})[-1] == (
        f"team {cast.hunters} 2025-04-01 None lead"
    )
    assert told({"department_id": None, "from_date": "2025-05-01"})[2] == f"{partners} 2025-05-01"


def test_a_move_says_where(stage: Stage) -> None:
    cast, moves = stage.cast, f"/people/{stage.cast.sam}/moves"

    def refused(body: dict[str, object]) -> dict[str, str]:
        return stage.admin.post(moves, {"from_date": "2025-03-01", **body}).problem[2]

    either = {"department_id": "give either department_id or team_id"}
    assert refused({}) == either
    assert refused({"department_id": cast.field, "team_id": cast.hunters}) == either
    assert refused({"team_id": None}) == {"team_id": "give a team"}
    assert stage.admin.post(moves, {"from_date": "2025-03-01", "team_id": 999}).problem[:2] == (404, "not_found")


def test_departments_stand_in_a_dated_tree(stage: Stage) -> None:
    cast = stage.cast
    north = stage.admin.made("/departments", {"name": "North", "parent_id": cast.sales})
    assert north == {
        "id": north["id"],
        "name": "North",
        "placements": [{"parent_id": cast.sales, "from_date": None, "to_date": None}],
    }
    moved = stage.admin.patch(
        f"/departments/{north['id']}", {"name": "Far North", "parent_id": cast.field, "from_date": "2025-04-01"}
    )
    assert moved.body == {
        "id": north["id"],
        "name": "Far North",
        "placements": [
            {"parent_id": cast.sales, "from_date": None, "to_date": "2025-04-01"},
            {"parent_id": cast.field, "from_date": "2025-04-01", "to_date": None},
        ],
    }
    top = stage.admin.patch(f"/departments/{north['id']}", {"parent_id": None}).body
    assert (top["placements"], stage.reader.get(f"/departments/{north['id']}").body) == ([], top)
    names = [each["name"] for page in stage.reader.pages("/departments", 3) for each in page]
    assert names == ["Sales", "Field", "Partners", "Far North"]


def test_departments_cannot_stand_in_a_circle_or_share_a_name(stage: Stage) -> None:
    cast = stage.cast
    circle = stage.admin.patch(f"/departments/{cast.sales}", {"parent_id": cast.field})
    twice = stage.admin.post("/departments", {"name": "FIELD"})
    nowhere = stage.admin.patch(f"/departments/{cast.field}", {"from_date": "2025-04-01"})
    assert circle.problem[2] == {"parent_id": "Sales cannot be under Field: Field is under Sales"}
    assert twice.problem[2] == {"name": "there is a department 'Field' already"}
    assert nowhere.problem[2] == {"parent_id": "say under which department it is from that day on; null is the top"}


def test_teams_hang_under_departments(stage: Stage) -> None:
    cast = stage.cast
    made = stage.admin.made("/teams", {"name": "Farmers", "department_id": cast.partners})
    assert made == {"id": made["id"], "name": "Farmers", "department_id": cast.partners}
    changed = stage.admin.patch(f"/teams/{made['id']}", {"name": "Growers", "department_id": None}).body
    assert changed == {"id": made["id"], "name": "Growers", "department_id": None}
    hunters = {"id": cast.hunters, "name": "Hunters", "department_id": cast.field}
    assert stage.reader.get("/teams").items == [hunters, changed]
    assert stage.reader.get(f"/teams/{cast.hunters}").body == hunters


def test_a_change_of_which_a_part_fails_is_not_made_at_all(stage: Stage) -> None:
    before = stage.reader.get(f"/departments/{stage.cast.field}").body
    refused = stage.admin.patch(f"/departments/{stage.cast.field}", {"name": "Outside", "parent_id": 999})
    assert refused.problem[:2] == (404, "not_found")
    assert stage.reader.get(f"/departments/{stage.cast.field}").body == before
