"""Setting a target and giving it out in a real browser, as the manual tells; and what a rep sees of it."""

from playwright.sync_api import Locator, Page, expect

from tests.cli.terminal import Terminal


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator("#live, main").first).to_be_visible()
    page.wait_for_url(f"{address}/")


def row(page: Page, name: str) -> Locator:
    return page.locator("#tree tbody tr").filter(has=page.get_by_text(name, exact=True))


def assign(page: Page, kind: str, value: str, **chosen: str) -> None:
    page.get_by_role("link", name="Add assignment").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(kind, exact=True).first.check()
    if "department" in chosen:
        dialog.locator("#id_department").select_option(label=chosen["department"])
    if "person" in chosen:
        dialog.locator("#id_person").fill(chosen["person"])
    dialog.locator("#id_value").fill(value)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="The share is given.")).to_be_visible()


def comes_back(page: Page, field: Locator, opener: Locator) -> None:
    """A dialog begins at its first field, and whoever leaves it is where they were."""
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def changes_in_its_place(page: Page, name: str) -> Locator:
    """Escape leaves the value, Enter changes it, and the focus stays."""
    value = row(page, name).get_by_role("button", name=f"change the value of {name}")
    for typed, key in (("1", "Escape"), ("250,000", "Enter")):
        value.click()
        row(page, name).locator("input[name=value]").fill(typed)
        page.keyboard.press(key)
        expect(value).to_be_focused()
    expect(value).to_have_text("€250,000")
    return value


def test_a_target_is_set_and_given_out_as_the_manual_tells(page: Page, rosa: str, acme: Terminal, address: str) -> None:
    acme("user", "create", "--email", "sam@acme.example", "--role", "rep", "--password-stdin", given=f"{rosa}\n")
    sign_in(page, address, "rosa@acme.example", rosa)
    page.goto(f"{address}/targets")
    create = page.get_by_role("link", name="Create target")
    create.click()
    dialog = page.get_by_role("dialog")
    comes_back(page, dialog.get_by_label("Name"), create)
    create.click()
    dialog.get_by_label("Name").fill("Q2 revenue")
    dialog.locator("#id_value").fill("500,000")
    dialog.locator("#id_period").select_option("quarterly")
    dialog.locator("#id_start_date").fill("2025-04-01")
    expect(dialog.locator("#window")).to_contain_text("Apr 1, 2025 to Jun 30, 2025: 91 days, 65 of them working days")
    dialog.get_by_text("Count only some of them").click()
    dialog.get_by_label("Field 1").select_option("amount")
    dialog.get_by_label("Comparison 1").select_option("at_least")
    expect(dialog.get_by_label("Comparison 1")).to_have_value("at_least")
    dialog.get_by_label("Value 1").fill("1,000")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Q2 revenue")).to_be_visible(timeout=15_000)
    assign(page, "Department", "300,000", department="Field")
    assign(page, "Individual", "200,000", person="sam@acme.example")

    value = changes_in_its_place(page, "Sam")

    # What a menu opened leads back to the menu.
    menu = row(page, "Sam").get_by_role("button", name="What to do with the share of Sam")
    menu.click()
    row(page, "Sam").get_by_role("link", name="Change", exact=True).click()
    comes_back(page, dialog.locator("#id_value"), menu)

    # Two that are chosen, by five per cent, shown before it is done.
    for name in ("Field", "Sam"):
        page.get_by_label(f"Choose {name}").check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.get_by_role("button", name="Change those chosen").click()
    dialog.locator("#id_percent").fill("5")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("+€12,500")).to_be_visible()
    dialog.get_by_role("button", name="Change as shown").click()
    expect(page.get_by_role("status").filter(has_text="2 shares are changed.")).to_be_visible()
    expect(value).to_have_text("€262,500")

    page.get_by_label("Find a person or unit").press_sequentially("sam")
    expect(page.locator("#tree tbody tr")).to_have_count(1)
    expect(page.locator("#tree [role=status]")).to_have_text("1 found")
    target = page.url.partition("?")[0]

    # A rep sees their own share and nothing to change it with.
    page.context.clear_cookies()
    sign_in(page, address, "sam@acme.example", rosa)
    page.goto(target)
    expect(page.locator("#tree tbody tr")).to_have_count(1)
    expect(row(page, "Sam")).to_contain_text("€262,500")
    for control in ("Add assignment", "Cascade"):
        expect(page.get_by_role("link", name=control)).to_have_count(0)
    expect(page.locator("#tree .pick, #tree .btn-value")).to_have_count(0)
