"""Making a metric in a real browser: what it would count is shown while its conditions are chosen."""

from playwright.sync_api import Page, expect

from tests.browser.test_records import go, sign_in


def test_a_metric_is_made_while_it_says_what_it_would_count(page: Page, rosa: str, address: str) -> None:
    sign_in(page, address, rosa)
    go(page, "Metrics")
    page.get_by_role("link", name="Make a metric").first.click()
    trial = page.locator("#trial")
    page.locator("#id_name").fill("Big deals")
    page.get_by_label("Field 1").select_option("status")
    page.get_by_label("Value 1").select_option("won")
    expect(trial).to_contain_text("status is won")
    page.get_by_label("Field 2").select_option("amount")
    page.get_by_label("Comparison 2").select_option("at_least")
    page.get_by_label("Value 2").fill("1,500")
    page.get_by_label("Each adds").select_option("money:amount")
    expect(trial).to_contain_text("€2,000.00")
    expect(trial).to_contain_text("Beta")
    expect(page.locator("#id_name")).to_have_value("Big deals")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Big deals", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="is made")).to_contain_text("1 stored record")
