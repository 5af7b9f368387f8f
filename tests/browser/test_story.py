"""The manual's own story in a real browser: set, given out, cascaded, cut into months, and moved by a deal."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_home import opened
from tests.browser.test_records import go
from tests.cli.terminal import Terminal

PEOPLE = """name,email,department,team,manager
Rep A,a@acme.example,Sales,Enterprise,Rosa
Rep B,b@acme.example,Sales,Enterprise,Rosa
Rep C,c@acme.example,Sales,Enterprise,Rosa
Rep D,d@acme.example,Sales,SMB,Rosa
Rep E,e@acme.example,Sales,SMB,Rosa
Partner Manager,pm@acme.example,Partnerships,,Rosa
"""


@pytest.fixture
def company(acme: Terminal, rosa: str, tmp_path: Path) -> Terminal:
    """The organization of the manual beside the one of the other tests; Rep A signs in."""
    people = tmp_path / "manual.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    acme("import", "people", people)
    acme("user", "create", "--email", "a@acme.example", "--role", "rep", "--password-stdin", given=f"{rosa}\n")
    return acme


def row(page: Page, name: str) -> Locator:
    return page.locator("#tree tbody tr").filter(has=page.get_by_text(name, exact=True))


def do(page: Page, name: str, words: str) -> Locator:
    """The dialog of what is done with somebody's share."""
    row(page, name).get_by_role("button", name=f"What to do with the share of {name}").click()
    row(page, name).get_by_role("link", name=words).click()
    return page.get_by_role("dialog")


def cascade(page: Page, name: str, method: str, column: str, given: dict[str, str]) -> None:
    """Give the share of `name` to those `given`, and to nobody else."""
    dialog = do(page, name, "Cascade")
    dialog.get_by_label("Method").select_option(method)
    for box in dialog.get_by_role("checkbox").all():
        box.uncheck()
    for child, number in given.items():
        dialog.get_by_label(child, exact=True).check()
        dialog.get_by_label(f"{column} of {child}").fill(number)
    expect(dialog.locator("#preview tbody tr")).to_have_count(len(given))
    said = "1 of 1 share changes." if len(given) == 1 else f"{len(given)} of {len(given)} shares change."
    expect(dialog.locator("#preview")).to_contain_text(said)
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_be_hidden()


def values(page: Page, *names: str) -> list[str]:
    return [row(page, name).locator("td.of").inner_text() for name in names]


@pytest.mark.long
def test_the_story_of_the_manual(company: Terminal, page: Page, browser: Browser, address: str) -> None:
    year = datetime.now(UTC).date().replace(month=1, day=1)
    opened(page, address, "rosa")
    go(page, "Targets")
    page.get_by_role("link", name="Create target").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Company revenue")
    dialog.locator("#id_value").fill("2,000,000")
    dialog.locator("#id_period").select_option("annual")
    dialog.locator("#id_start_date").fill(year.isoformat())
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Company revenue")).to_be_visible()

    cascade(page, "Acme", "manual", "Value", {"Sales": "1,500,000", "Partnerships": "500,000"})
    cascade(page, "Sales", "weighted", "Weight", {"Enterprise": "2", "SMB": "1"})
    cascade(page, "Enterprise", "weighted", "Weight", {"Rep A": "40", "Rep B": "35", "Rep C": "25"})
    cascade(page, "SMB", "equal", "Minimum", {"Rep D": "", "Rep E": "250,000"})
    cascade(page, "Partnerships", "equal", "Minimum", {"Partner Manager": ""})
    names = ("Acme", "Sales", "Enterprise", "Rep A", "Rep B", "Rep C", "SMB", "Rep D", "Rep E", "Partnerships")
    told = ["2,000,000", "1,500,000", "1,000,000", "400,000", "350,000", "250,000", "500,000", "250,000", "250,000"]
    assert values(page, *names) == [f"€{each}" for each in (*told, "500,000")]

    do(page, "Acme", "Generate periods")
    dialog.get_by_label("Everybody below too").check()
    expect(dialog.locator("#preview")).to_contain_text("132 of 132 shares change.")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_be_hidden()
    target = page.url

    # A board, a wall and the first page of Rep A are open beside it when a deal is closed in one more window.
    go(page, "Leaderboards")
    page.get_by_role("link", name="Create leaderboard").first.click()
    dialog.get_by_label("Name").fill("Best of the year")
    dialog.get_by_label("Period").select_option("year")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Best of the year")).to_be_visible()
    rep = opened(browser.new_context().new_page(), address, "a")
    tree, closing = page.context.new_page(), page.context.new_page()
    tree.goto(target)
    moving = {
        "board": page.locator("#boards tr").filter(has_text="Rep A"),
        "tree": row(tree, "Rep A"),
        "above": row(tree, "Sales"),
        "card": rep.locator(".target-card").filter(has_text="Company revenue").first,
    }
    for each in (page, tree, rep):
        expect(each.locator("#live")).to_have_text("live")
        each.evaluate("document.body.dataset.stays = 'yes'")
    closing.goto(f"{address}/records")
    closing.get_by_role("link", name="Add", exact=True).click()
    form = closing.get_by_role("dialog")
    form.get_by_label("Name").fill("Harbour pumps")
    form.get_by_label("Owner").fill("a@acme.example")
    form.get_by_label("Amount").fill("12,345.67")
    form.get_by_label("Status").select_option("won")
    form.get_by_label("Closed").fill(datetime.now(UTC).date().isoformat())
    form.get_by_role("button", name="Add").click()
    for each in moving.values():
        expect(each).to_contain_text("€12,345")
    assert [each.evaluate("document.body.dataset.stays") for each in (page, tree, rep)] == ["yes"] * 3
    rep.context.close()
