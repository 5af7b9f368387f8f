"""The pages of records in a real browser: a file with faults comes in, and a deal is closed and counts at once."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

DEALS = """Deal ID,Deal owner,Deal Stage,Amount,Create Date,Close Date
H1,sam@acme.example,Closed Won,"1,200.50",03/02/2025,04/02/2025
H2,sam@acme.example,Negotiation,800,03/02/2025,
H3,Eve,Closed Won,12.5.1,03/02/2025,05/02/2025
"""


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill("rosa@acme.example")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def go(page: Page, words: str) -> None:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=words).click()
    expect(page.get_by_role("heading", name=words, exact=True)).to_be_visible()


def bring(page: Page, content: str, path: Path) -> None:
    path.write_text(content, encoding="utf-8")
    page.get_by_label("Where it comes from").fill("hub")
    page.get_by_label("CSV or XLSX file").set_input_files(path)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    # What a column is stands in its own row.
    for row in page.locator(".record-columns tbody tr").filter(has=page.locator("select")).all():
        line, box = row.bounding_box(), row.locator("select").bounding_box()
        assert line
        assert box
        assert line["y"] <= box["y"] < box["y"] + box["height"] <= line["y"] + line["height"]


def figures(page: Page) -> list[str]:
    return page.locator(".h1.mb-0").all_inner_texts()


def test_a_file_is_imported_step_by_step_and_a_deal_of_it_is_closed(
    page: Page, rosa: str, address: str, tmp_path: Path
) -> None:
    sign_in(page, address, rosa)
    go(page, "Records")
    page.get_by_role("link", name="Import").click()
    bring(page, DEALS, tmp_path / "hub.csv")
    assert page.get_by_label("What Deal owner is").input_value() == "owner"
    page.get_by_role("button", name="Check all 3 rows").click()
    expect(page.get_by_role("alert")).to_contain_text("say in which order they are written")
    page.get_by_label("day first").check()
    expect(page.get_by_text("→ Feb 4, 2025")).to_be_visible()
    page.get_by_role("button", name="Check all 3 rows").click()
    expect(page.get_by_role("heading", name="What would become of hub.csv")).to_be_visible()
    assert figures(page) == ["2", "0", "0", "0", "1", "3"]
    expect(page.locator(".record-faults")).to_contain_text("12.5.1")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_role("heading", name="hub.csv is imported")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Rejected rows").click()
    mended = waiting.value.path().read_text("utf-8-sig").replace("12.5.1", "12.51")
    page.get_by_role("link", name="Bring the mended file").click()
    bring(page, mended, tmp_path / "mended.csv")
    page.get_by_role("button", name="Check all 1 rows").click()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("heading", name="mended.csv is imported")).to_be_visible()
    page.get_by_role("link", name="See the deals").click()
    expect(page.locator("table.records tbody tr")).to_have_count(3)
    page.get_by_role("link", name="H2").click()
    expect(page.locator("#live")).to_have_text("live")
    page.get_by_role("link", name="Won or lost").click()
    page.locator("#dialog #id_day").fill("2025-02-10")
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("status").filter(has_text="Won.")).to_contain_text("€800.00 of Revenue for Sam")
    expect(page.locator("table.records").first).to_contain_text(re.compile("Revenue.*€800.00"))
