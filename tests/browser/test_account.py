"""The pages of an account in a real browser, whose policy forbids inline scripts and styles."""

import json

from playwright.sync_api import Page, expect

from tests.browser.test_tree import sign_in

PAGES = ("password", "two-factor/", "sessions", "organizations")


def test_signing_in_and_out_on_a_phone(page: Page, rosa: str, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)
    page.get_by_label("Email").fill("rosa@acme.example")
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(page, address, rosa)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for name in PAGES:
        page.goto(f"{address}/account/{name}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    page.get_by_role("button", name="Sign out").click()
    page.goto(address)
    expect(page).to_have_url(f"{address}/sign-in?next=/")


def test_a_passkey_is_added_and_signs_in(page: Page, rosa: str, address: str) -> None:
    # Browsers have passkeys for names, and on plain HTTP for this one alone.
    here = address.replace("127.0.0.1", "localhost")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    chosen = {**options, "isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": chosen})
    sign_in(page, here, rosa)
    page.goto(f"{here}/account/two-factor/webauthn/add/")
    page.get_by_label("Password").fill(rosa)
    page.keyboard.press("Enter")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery Codes")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme")
    assert json.dumps(page.context.cookies()).count("paceline_session") == 1
