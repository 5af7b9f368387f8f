"""The pages of people in a real browser: the tree, a dated move with its preview, and taking it back."""

from playwright.sync_api import Page, expect


def sign_in(page: Page, address: str, password: str, path: str) -> None:
    page.goto(f"{address}/sign-in?next={path}")
    page.get_by_label("Email").fill("rosa@acme.example")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    page.wait_for_load_state()


def test_a_person_is_found_in_the_tree_and_moved_with_a_preview(page: Page, rosa: str, address: str) -> None:
    sign_in(page, address, rosa, "/people")
    page.get_by_role("button", name="Those in Hunters").click()
    page.get_by_role("link", name="Sam", exact=True).click()
    page.get_by_role("link", name="Move", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("No figure moves by this.")).to_be_visible()
    dialog.get_by_label("Department").select_option(label="Sales / Partners")
    dialog.get_by_label("From").fill("2025-01-01")
    preview = page.locator("#move-preview")
    expect(preview).to_contain_text("From Jan 1, 2025 Sam counts for Partners instead of Field.")
    expect(preview.get_by_role("row").filter(has_text="€1,000")).to_contain_text("nothing")
    dialog.get_by_label("Department").focus()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Move", exact=True).click()
    dialog.get_by_label("Department").select_option(label="Sales / Partners")
    dialog.get_by_label("From").fill("2025-02-01")
    expect(preview).to_contain_text("From Feb 1, 2025")
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_text("Moved.")).to_be_visible()
    expect(page.locator(".people-stays tbody tr").first).to_contain_text("Partners")
    page.get_by_role("link", name="Undo the move to Partners").click()
    expect(preview).to_contain_text("Sam counts for Field instead of Partners")
    dialog.get_by_role("button", name="Move").click()
    expect(page.locator(".people-stays tbody")).not_to_contain_text("Partners")
