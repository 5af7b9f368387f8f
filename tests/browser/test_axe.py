"""No page has a serious fault that axe-core finds, in light or in dark; and none is wider than a phone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.test_tree import close_deal

# Every page that somebody opens by itself; forms are looked at as pages, which is what they are as dialogs.
PAGES = (
    "/",
    "/targets",
    "/targets/new",
    "/targets/1",
    "/targets/1/assign",
    "/targets/1/edit",
    "/targets/1/copy",
    "/targets/1/delete",
    "/targets/1/import",
    "/targets/1/why?record=W1",
    "/assignments/1",
    "/assignments/1?as_of=2025-05-02",
    "/assignments/1/cascade",
    "/assignments/1/periods",
    "/boards",
    "/boards/new",
    "/boards/wall",
    "/people",
    "/people/1",
    "/people/1/move",
    "/people/import",
    "/people/new",
    "/records",
    "/records/uncounted",
    "/records/imports",
    "/records/deals/new",
    "/registry",
    "/registry/new",
    "/settings/organization",
    "/settings/rates",
    "/settings/members",
    "/settings/tokens",
    "/settings/audit",
    "/account/sessions",
    "/account/password",
)
SERIOUS = {"serious", "critical"}


def faults(page: Any, axe: Axe, options: dict[str, Any] | None = None) -> list[str]:
    # What passed is not told of: it is far more, and read by nobody.
    found = axe.run(page, options={"resultTypes": ["violations"], **(options or {})}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in SERIOUS]


@pytest.mark.long
def test_no_page_shuts_anybody_out(browser: Browser, rosa: str, token: str, address: str) -> None:
    close_deal(address, token, 500_00)
    # The policy refuses scripts of others, of which axe is one.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True, reduced_motion="reduce")
    page, axe, told = context.new_page(), Axe(), list[str]()
    page.goto(f"{address}/sign-in")
    told += [f"/sign-in {each}" for each in faults(page, axe)]
    page.get_by_label("Email").fill("rosa@acme.example")
    page.get_by_label("Password").fill(rosa)
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    for path in PAGES:
        answer = page.goto(f"{address}{path}")
        assert answer
        assert answer.status == 200, path
        told += [f"{path} {each}" for each in faults(page, axe)]
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        only = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        told += [f"{path} in the dark {each}" for each in faults(page, axe, only)]
        page.set_viewport_size({"width": 360, "height": 740})
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            told.append(f"{path} is wider than a phone")
        page.set_viewport_size({"width": 1280, "height": 900})
    context.close()
    assert told == [], "\n".join(told)
