"""The pages of records: lists with filters, a record with what it counts for, changing by hand, what is held out."""

import re

import pytest

DEALS = [
    {"external_id": "D1", "name": "Alpha", "owner": "Sam", "amount": 1000_50, "status": "won", "closed": "2025-01-10"},
    {"external_id": "D2", "name": "Beta", "owner": "Eve", "amount": 2000_00, "status": "open", "closed": None},
    {
        "external_id": "D3",
        "name": "Gamma",
        "owner": "Nobody",
        "amount": 300_00,
        "status": "won",
        "closed": "2025-01-20",
    },
    {"external_id": "D4", "name": "Delta", "owner": "Sam", "amount": None, "status": "won", "closed": "2025-01-20"},
]


@pytest.fixture
def acme(stage, browsers):
    """Acme with four deals; Rosa looks at them, and Sam at his own."""
    records = [{"created": "2025-01-02", "custom": {"seats": 5}, **each} for each in DEALS]
    answer = stage.writer.post("/records/deals", {"source": "crm", "records": records})
    assert answer.body["created"] == 4
    return stage


def rows(answer) -> list[str]:
    """The names of the records that are listed."""
    assert answer.status_code == 200
    return re.findall(r'<th scope="row"><a class="text-reset" href="[^"]+">([^<]+)</a>', answer.content.decode())


def record_id(acme, external_id: str) -> int:
    (found,) = acme.reader.get(f"/records/deals?external_id={external_id}").items
    return found["record_id"]


def said(answer) -> str:
    """The words that a page says at its top after something was done."""
    found = re.search(r'<div class="alert alert-success[^>]*>([^<]*)<', answer.content.decode())
    return found[1] if found else ""


def test_a_list_is_narrowed_by_each_filter_and_shows_who_nobody_knows(acme, browsers) -> None:
    rosa = browsers["rosa"]
    assert rows(rosa.get("/records")) == ["Delta", "Gamma", "Beta", "Alpha"]
    for asked, names in {
        "words=alp": ["Alpha"],
        "words=d3": ["Gamma"],
        "owner=sam": ["Delta", "Alpha"],
        "owner=nobody+at+all": [],
        "status=open": ["Beta"],
        "status=deleted": [],
        "source=crm": ["Delta", "Gamma", "Beta", "Alpha"],
        "closed_from=2025-01-11&closed_to=2025-01-20": ["Delta", "Gamma"],
        "created_to=2025-01-01": [],
    }.items():
        assert rows(rosa.get(f"/records/deals?{asked}")) == names, asked
    page = rosa.get("/records").content.decode()
    assert "€1,000.50" in page
    assert "Nobody<span" in page
    assert rosa.get("/records/cars").status_code == 404
    assert b"Nothing found" in rosa.get("/records/deals?words=zzz").content
    assert b"Enter a valid date" in rosa.get("/records/deals?closed_to=soon").content


def test_older_records_are_on_further_pages(acme, browsers) -> None:
    made = [{"external_id": f"T{number:03}", "owner": "Sam"} for number in range(120)]
    acme.writer.post("/records/tasks", {"records": made})
    found, path = [], "/records/tasks?owner=Sam"
    while path:
        answer = browsers["rosa"].get(path)
        found.append(rows(answer))
        older = re.search(r'href="([^"]+)" rel="next"', answer.content.decode())
        path = older[1].replace("&amp;", "&") if older else ""
    assert [len(each) for each in found] == [50, 50, 20]
    assert [name for names in found for name in names] == [f"T{number:03}" for number in reversed(range(120))]


def test_whoever_is_limited_sees_their_own_records_alone(acme, browsers) -> None:
    assert rows(browsers["sam"].get("/records")) == ["Delta", "Alpha"]
    assert rows(browsers["sam"].get("/records/deals?owner=eve")) == []
    assert browsers["sam"].get(f"/records/deals/{record_id(acme, 'D2')}").status_code == 403
    assert browsers["eve"].get(f"/records/deals/{record_id(acme, 'D2')}").status_code == 200
    assert browsers["sam"].get("/records/uncounted").status_code == 403
    for path in ("/records/deals/new", f"/records/deals/{record_id(acme, 'D2')}/edit"):
        assert browsers["eve"].get(path).status_code == 403
    assert b"/records/deals/new" not in browsers["eve"].get("/records").content


def test_a_record_says_what_it_counts_for_and_why_it_does_not(acme, browsers) -> None:
    acme.target()
    page = browsers["rosa"].get(f"/records/deals/{record_id(acme, 'D1')}").content.decode()
    assert "€1,000.50" in page
    assert "Jan 10, 2025" in page
    assert "seats" in page
    assert page.count(">counts<") == 1
    page = browsers["rosa"].get(f"/records/deals/{record_id(acme, 'D3')}").content.decode()
    assert "For nothing now." in page
    assert "its owner is a known person" in page
    assert page.count(">does not count<") == 1
    big = {"module": "deals", "unit": "count", "kind": "flow", "dated_by": "closed"}
    condition = {"field": "amount", "op": "at_least", "value": 5000_00}
    acme.admin.post("/metrics", {"key": "big", "name": "Big", "definition": {**big, "condition": condition}})
    page = browsers["rosa"].get(f"/records/deals/{record_id(acme, 'D1')}").content.decode()
    assert "amount is at least €5,000.00" in page


def test_a_record_is_added_edited_won_deleted_and_brought_back_by_hand(acme, browsers) -> None:
    rosa = browsers["rosa"]
    answer = rosa.send("/records/deals/new", name="Omega", owner="Sam", amount="1,2x", status="open", currency="XXY")
    assert answer.status_code == 422
    assert b"is not an amount" in answer.content
    assert b"ISO 4217" in answer.content
    fields = {"external_id": "H1", "name": "Omega", "owner": "Sam", "amount": "1,200", "currency": "EUR"}
    answer = rosa.send("/records/deals/new", status="open", created="2025-02-01", **fields)
    assert answer.status_code == 302
    path = answer["Location"]
    assert said(rosa.get(path)) == "Added. It counts €1,200.00 of Pipeline Value for Sam."
    assert b"a record of that id already" in rosa.send("/records/deals/new", status="open", **fields).content
    answer = rosa.send(f"{path}/finish", status="won", day="2025-02-10", amount="1,500.50")
    assert said(rosa.get(path)).startswith("Won. It counts €1,500.50 of Revenue for Sam; 1 of Deal Count for Sam")
    assert acme.verified() == []
    answer = rosa.send(
        f"{path}/edit",
        **{**fields, "amount": "1500.50", "status": "won", "closed": "2025-02-10", "created": "2025-02-01"},
    )
    assert said(rosa.get(path)) == "Nothing was changed."
    assert b"\xe2\x82\xac1,500.50 of Revenue for Sam" in rosa.get(f"{path}/delete").content
    rosa.send(f"{path}/delete")
    page = rosa.get(path)
    assert said(page).startswith("Deleted.")
    assert b"For nothing now." in page.content
    assert rows(rosa.get("/records/deals?status=deleted")) == ["Omega"]
    rosa.post(f"{path}/restore")
    assert "€1,500.50 of Revenue" in said(rosa.get(path))
    assert acme.verified() == []


def test_what_a_source_wrote_is_changed_by_hand_only_where_it_differs(acme, browsers) -> None:
    path = f"/records/deals/{record_id(acme, 'D1')}"
    acme.writer.post(
        "/records/deals",
        {
            "source": "crm",
            "records": [{"external_id": "D1", "closed": "2025-01-10T10:30:00Z", "modified": "2025-01-11"}],
        },
    )
    kept = {"name": "Alpha", "owner": "Sam", "amount": "1,000.50", "currency": "EUR", "status": "won"}
    browsers["rosa"].send(
        f"{path}/edit", created="2025-01-02", closed="2025-01-10", region="East", custom_0="x", **kept
    )
    assert acme.reader.get("/records/deals?external_id=D1").items[0]["region"] is None
    browsers["rosa"].send(
        f"{path}/edit", created="2025-01-02", closed="2025-01-10", region="East", custom_0="7", **kept
    )
    (found,) = acme.reader.get("/records/deals?external_id=D1").items
    assert (found["closed_at"], found["region"], found["custom"]) == ("2025-01-10T10:30:00+00:00", "East", {"seats": 7})
    older = {"external_id": "D1", "region": "West", "modified": "2025-02-01"}
    assert acme.writer.post("/records/deals", {"source": "crm", "records": [older]}).body["stale"] == 1


def test_a_record_that_changes_later_than_now_is_changed_at_its_source(acme, browsers) -> None:
    later = {"external_id": "D2", "modified": "2026-01-01"}
    acme.writer.post("/records/deals", {"source": "crm", "records": [later]})
    answer = browsers["rosa"].send(f"/records/deals/{record_id(acme, 'D2')}/finish", status="lost", day="2025-02-01")
    assert answer.status_code == 422
    assert b"change it there" in answer.content


def test_what_is_held_out_is_listed_with_the_reason(acme, browsers) -> None:
    answer = browsers["rosa"].get("/records/uncounted?metric=revenue")
    page = answer.content.decode()
    assert rows(answer) == ["Gamma", "Delta"]
    assert "Nobody is known as Nobody" in page
    assert "No value in amount" in page
    assert b"Nothing is held out" in browsers["rosa"].get("/records/uncounted?metric=leads_generated").content
