"""The page of a target in a real browser: it signs in, shows the tree, and moves by itself."""

import httpx
from playwright.sync_api import Page, expect


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/targets?when=past")
    expect(page).to_have_url(f"{address}/sign-in?next=/targets%3Fwhen%3Dpast")
    page.get_by_label("Email").fill("rosa@acme.example")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="Q1").click()
    expect(page.locator("tr.k-organization")).to_be_visible()


def cells(page: Page, name: str) -> list[str]:
    row = page.locator("table.figures tbody tr").filter(has=page.get_by_text(name, exact=True))
    return row.locator("td").all_inner_texts()


def close_deal(address: str, token: str, amount: int, owner: str = "Sam") -> None:
    record = {"external_id": "W1", "owner": owner, "amount": amount, "status": "won", "closed": "2025-01-15"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{address}/api/v1/records/deals", json={"records": [record]}, headers=headers)
    assert answer.json()["created"] == 1


def test_the_page_moves_by_itself_when_a_deal_closes(page: Page, rosa: str, token: str, address: str) -> None:
    sign_in(page, address, rosa)
    expect(page.locator("#live")).to_have_text("live")
    assert cells(page, "Acme")[1:3] == ["€3,000", "€9,000"]
    assert cells(page, "Sam")[1:4] == ["€1,000", "€3,000", "33 %"]
    close_deal(address, token, 500_00)
    expect(page.get_by_role("row").filter(has_text="Sam").locator("td").nth(1)).to_have_text("€1,500")
    expect(page.get_by_role("row").filter(has_text="Acme").locator("td").nth(1)).to_have_text("€3,500")
    expect(page.get_by_role("row").filter(has_text="Field").locator("td").nth(1)).to_have_text("€1,500")
