"""The first page: a rep's own cards, a manager's team, an admin's organization; and where a new one begins."""

import html
import re

import pytest

from tests.accounts.browser import Browser, Members
from tests.api.calls import won


@pytest.fixture
def shares(members: Members) -> dict[str, int]:
    """A quarter of 9,000 for Acme, of which the Hunters have 6,000 and Sam 3,000; Sam has won 1,000."""
    stage, cast = members.stage, members.stage.cast
    target = stage.target(name="First quarter", value=9_000_00)
    made = {
        "Acme": stage.share(target, "organization", None, 9_000_00),
        "Hunters": stage.share(target, "team", cast.hunters, 6_000_00),
        "Sam": stage.share(target, "person", cast.sam, 3_000_00),
        "Eve": stage.share(target, "person", cast.eve, 1_000_00),
    }
    stage.writer.send(won("D1", "Sam", 1_000_00))
    return made


def words(browser: Browser, path: str = "/") -> str:
    """What the page says, without its markup."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content[-900:]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def test_a_new_organization_is_told_where_to_begin(browsers: dict[str, Browser]) -> None:
    said = words(browsers["rosa"])
    assert "First steps" in said
    assert "done: Bring your people" in said
    assert "done: Set a target" not in said
    assert "done: Invite those who sell" in said


def test_a_rep_sees_their_own_cards_alone(browsers: dict[str, Browser], shares: dict[str, int]) -> None:
    said = words(browsers["sam"])
    assert "First quarter behind" in said
    assert "€1,000 of €3,000 33 %" in said
    # 45 of 90 days are over.
    assert "€500 behind" in said
    assert "Projected finish €2,000" in said
    assert ("Departments and teams" in said, "My team" in said, "Eve" in said) == (False, False, False)


def test_a_manager_sees_their_team_behind_first(browsers: dict[str, Browser], shares: dict[str, int]) -> None:
    said = words(browsers["tariq"])
    assert "My team, furthest behind first" in said
    table = said[said.index("My team") :]
    assert table.index("Hunters") < table.index("Sam")
    assert "Eve" not in said
    assert "0 % 0 of 1" in said


def test_a_manager_sees_the_burn_up_and_what_moved_today(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    assert "What moved today Nothing has counted for Revenue today yet." in words(browsers["tariq"])
    today = "2025-02-15"
    for number, owner, day in ((2, "Sam", today), (3, "Eve", today), (4, "Sam", "2025-02-14"), (5, "Sam", today)):
        members.stage.writer.send(won(f"D{number}", owner, number * 100_00, day, name=f"Deal {number}"))
    members.stage.writer.send(won("D5", "Sam", 450_00, today, name="Deal 5"))
    said = words(browsers["tariq"])
    assert "Burn-up of First quarter Hunters" in said
    # The newest first; Eve is not below Tariq, and what was won yesterday moved yesterday.
    assert "What moved today +€650 in 2 deals Sam +€450 Deal 5" in said
    moved = said[said.index("What moved today") :]
    assert moved.index("Deal 5") < moved.index("Deal 2")
    assert ("Deal 3" in said, "Deal 4" in said) == (False, False)
    assert ("What moved today" in words(browsers["sam"]), "What moved today" in words(browsers["rosa"])) == (False,) * 2


def test_no_more_than_ten_of_today_are_shown(
    browsers: dict[str, Browser], members: Members, shares: dict[str, int]
) -> None:
    members.stage.writer.send(
        *(won(f"T{number}", "Sam", 1_00, "2025-02-15", name=f"Deal {number}") for number in range(12))
    )
    said = words(browsers["tariq"])
    assert "+€12 in 12 deals" in said
    assert said.count("Sam +€1 Deal") == 10
    assert "All 12" in said


def test_an_admin_sees_the_organization(browsers: dict[str, Browser], shares: dict[str, int]) -> None:
    members_said = words(browsers["rosa"])
    assert "€1,000 of €9,000 11 %" in members_said
    assert "Hunters €3,000 left" in members_said
    assert "0 % 0 of 2; 0 of them have reached it already" in members_said
    assert "Every record that should count for Revenue does." in members_said


def test_what_does_not_count_is_told(browsers: dict[str, Browser], members: Members, shares: dict[str, int]) -> None:
    members.stage.writer.send(won("D2", "Nobody", 7_00))
    assert "1 would count for Revenue, and something is missing. No known owner 1 See why" in words(browsers["eve"])


def test_what_comes_next_is_told_before_it_begins(browsers: dict[str, Browser], members: Members) -> None:
    stage, cast = members.stage, members.stage.cast
    target = stage.target(name="Second quarter", value=9_000_00, start_date="2025-04-01")
    stage.share(target, "person", cast.sam, 3_000_00)
    assert "Coming next Second quarter €3,000 Revenue, from Apr 1, 2025" in words(browsers["sam"])
    assert "Second quarter" not in words(browsers["eve"])


def test_a_part_of_the_page_is_asked_for_alone(browsers: dict[str, Browser], shares: dict[str, int]) -> None:
    browsers["sam"].get("/")
    part = browsers["sam"].client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="home"')
    assert "<html" not in part


def test_a_milestone_is_a_badge(browsers: dict[str, Browser], members: Members, shares: dict[str, int]) -> None:
    assert "50 %" not in words(browsers["sam"])
    members.stage.writer.send(won("D3", "Sam", 500_00))
    assert "50 % of the target reached" in browsers["sam"].get("/").content.decode()
