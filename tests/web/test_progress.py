"""The page of an assignment: every figure opens into what it is made of, on both clocks; and why a record counts."""

import re

from tests.accounts.browser import Browser, Members
from tests.api.calls import won
from tests.web.test_home import shares, words

__all__ = ["shares"]


def test_a_figure_opens_into_its_records_and_days(browsers: dict[str, Browser], shares: dict[str, int]) -> None:
    said = words(browsers["sam"], f"/assignments/{shares['Sam']}")
    assert "€1,000 of €3,000 33 %" in said
    assert "Expected by now €1,500 Still missing €2,000" in said
    assert "The deals behind €1,000.00" in said
    assert "D1 Sam" in said
    assert "Assigned €3,000.00" in said


def test_who_is_below_stands_with_who_is_behind_first(browsers: dict[str, Browser], shares: dict[str, int]) -> None:
    said = words(browsers["tariq"], f"/assignments/{shares['Hunters']}")
    assert "Below, furthest behind first" in said
    assert "€5,000 Unallocated" not in said
    assert "Unallocated €3,000" in said


def test_others_are_not_opened(browsers: dict[str, Browser], shares: dict[str, int]) -> None:
    assert browsers["sam"].get(f"/assignments/{shares['Eve']}").status_code == 403
    assert browsers["tariq"].get(f"/assignments/{shares['Acme']}").status_code == 403
    assert browsers["eve"].get("/assignments/4040").status_code == 404


def test_both_clocks_look_back(browsers: dict[str, Browser], members: Members, shares: dict[str, int]) -> None:
    path = f"/assignments/{shares['Sam']}"
    known = members.stage.reader.get(f"/assignments/{shares['Sam']}/progress").body["known_at"]
    members.stage.writer.send(won("D2", "Sam", 700_00))
    assert "€1,700 of" in words(browsers["sam"], path)
    said = words(browsers["sam"], f"{path}?known_at={known.replace('+', '%2B')}")
    assert "This is how it looked" in said
    assert "€1,000 of" in said
    assert "€0 of" in words(browsers["sam"], f"{path}?as_of=2025-01-01")
    for query, fault in (
        ("as_of=soon", "as_of: is not a day"),
        ("known_at=x", "is not a time"),
        ("as_of=2031-01-01", "after"),
    ):
        answer = browsers["sam"].get(f"{path}?{query}")
        assert answer.status_code == 422
        assert fault.partition(": ")[2] in answer.content.decode()


def test_many_records_come_page_by_page(browsers: dict[str, Browser], members: Members, shares: dict[str, int]) -> None:
    for number in range(60):
        members.stage.writer.send(won(f"M{number}", "Sam", 1_00))
    path = f"/assignments/{shares['Sam']}"
    first = browsers["sam"].get(path).content.decode()
    more = first.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
    assert more.startswith(f"{path}/records?after=")
    rest = browsers["sam"].get(more).content.decode()
    assert (first.count("/records/deals/"), rest.count("/records/deals/"), "Show more" in rest) == (50, 11, False)


def test_why_a_record_counts_or_not(browsers: dict[str, Browser], members: Members, shares: dict[str, int]) -> None:
    members.stage.writer.send({**won("D2", "Sam", 5_00), "status": "open"})
    target = members.stage.admin.get(f"/assignments/{shares['Sam']}").body["target_id"]
    assert "It counts €1,000.00 for Sam" in words(browsers["sam"], f"/targets/{target}/why?record=D1")
    said = words(browsers["sam"], f"/targets/{target}/why?record=D2")
    assert "It does not count, for this does not hold: " in said
    assert "does not hold: " in said
    assert "There is no" in words(browsers["sam"], f"/targets/{target}/why?record=D9")
    # By its name, among those that one sees.
    members.stage.writer.send(won("D3", "Sam", 9_00, name="Tall oak"), won("D4", "Eve", 8_00, name="Tall elm"))
    named = browsers["sam"].get(f"/targets/{target}/why?record=tall").content.decode()
    assert re.findall(r'href="(/targets/\d+/why\?record=\w+)', named) == [f"/targets/{target}/why?record=D3"]
    assert "It counts €9.00 for Sam" in words(browsers["sam"], f"/targets/{target}/why?record=D3")


def test_nobody_is_offered_to_change_their_own(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    target = members.stage.admin.get(f"/assignments/{shares['Sam']}").body["target_id"]
    own = members.stage.share(target, "person", members.stage.cast.tariq, 1_000_00)
    pages = {
        number: browsers["tariq"].get(f"/assignments/{number}").content.decode() for number in (own, shares["Sam"])
    }
    offered = [
        [f"/assignments/{number}/{what}" in text for what in ("edit", "periods")] for number, text in pages.items()
    ]
    assert offered == [[False, False], [True, True]]
