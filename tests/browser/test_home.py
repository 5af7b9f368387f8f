"""The first page and a wall screen in a real browser: a deal closes by the API, and all move without a reload."""

from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cli.terminal import Terminal

PASSWORD = "a pump in the harbour"


@pytest.fixture
def year(acme: Terminal, rosa: str) -> Terminal:
    """This year's target of Acme, of Field and of Sam, who signs in like Tariq above him."""
    start = datetime.now(UTC).date().replace(month=1, day=1)
    times = ("--period", "annual", "--start", start.isoformat())
    acme("target", "create", "--name", "Year", "--metric", "revenue", "--value", "9000", *times)
    for to, value in (("organization", "9000"), ("department:Field", "4000"), ("person:sam@acme.example", "3000")):
        acme("assign", "Year", "--to", to, "--value", value)
    for name, role in (("sam", "rep"), ("tariq", "manager")):
        who = ("--email", f"{name}@acme.example", "--role", role)
        acme("user", "create", *who, "--password-stdin", given=f"{rosa}\n")
    return acme


def opened(page: Page, address: str, name: str) -> Page:
    page.goto(address)
    page.get_by_label("Email").fill(f"{name}@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#home")).to_be_visible()
    return page


def test_all_open_pages_move_when_a_deal_closes(
    year: Terminal, page: Page, browser: Browser, token: str, address: str
) -> None:
    api = httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"})
    board = {"name": "Best", "metric": "revenue", "rank_by": "value", "period": "year", "entrants": "people"}
    assert api.post("/leaderboards", json=board).status_code == 201
    contexts = [browser.new_context(), browser.new_context()]
    rep, manager = (
        opened(each.new_page(), address, name) for each, name in zip(contexts, ("sam", "tariq"), strict=True)
    )
    admin = opened(page, address, "rosa")
    wall = page.context.new_page()
    wall.goto(f"{address}/boards/wall")
    moving = {
        "rep": rep.locator(".target-card").first,
        "manager": manager.locator("table.figures tr").filter(has_text="Sam"),
        "admin": admin.locator(".target-card").first,
        "wall": wall.locator(".places tr").filter(has_text="Sam"),
    }
    for who, each in moving.items():
        if who != "wall":
            expect(each).to_contain_text("€0")
            expect(each).not_to_contain_text("€500")
    # A board on which nobody has anything takes no turn.
    expect(wall.get_by_text("Nothing to show yet")).to_be_visible()
    for each in (rep, manager, admin, wall):
        expect(each.locator("#live")).to_have_text("live")
        each.evaluate("document.body.dataset.stays = 'yes'")
    deal = {"external_id": "H1", "owner": "Sam", "amount": 500_00, "status": "won"}
    today = datetime.now(UTC).date().isoformat()
    assert api.post("/records/deals", json={"records": [{**deal, "closed": today}]}).json()["created"] == 1
    for each in moving.values():
        expect(each).to_contain_text("€500")
    # These are the pages that were opened: none was loaded anew.
    assert [each.evaluate("document.body.dataset.stays") for each in (rep, manager, admin, wall)] == ["yes"] * 4
    api.close()
    for each in contexts:
        each.close()
