"""What every page does alike: who gets in, how a refusal looks, what a dialog is, and what is kept by nobody else."""

from typing import Any

import pytest
from django.test import RequestFactory

from tests.accounts.browser import Browser, Members

PARTIAL = {"HX-Request": "true"}
DIALOG = {**PARTIAL, "HX-Target": "dialog-content"}


def test_nobody_gets_in_without_signing_in(members: Members) -> None:
    browser = Browser()
    assert browser.get("/targets?status=draft").headers["Location"] == "/sign-in?next=/targets%3Fstatus%3Ddraft"
    part = browser.client.get("/targets", headers=PARTIAL)
    # A page that is open is brought anew, and so comes to the sign-in page as a whole.
    assert (part.status_code, part.headers["HX-Refresh"], part.content) == (204, "true", b"")


def test_a_page_takes_only_what_it_says(browsers: dict[str, Browser]) -> None:
    answer = browsers["rosa"].post("/targets/1/rows")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert browsers["rosa"].client.head("/targets").status_code == 200


def test_what_is_not_there_is_said_on_a_page(browsers: dict[str, Browser]) -> None:
    answer = browsers["rosa"].get("/targets/404")
    assert answer.status_code == 404
    assert "Not here" in answer.content.decode()
    assert "There is no such target" in answer.content.decode()
    part = browsers["rosa"].client.get("/targets/404/rows", headers=PARTIAL)
    assert (part.status_code, part.headers["Content-Type"], part.content) == (
        404,
        "text/plain",
        b"there is no such target",
    )


def test_a_dialog_says_its_refusal_in_its_place(browsers: dict[str, Browser]) -> None:
    answer = browsers["rosa"].client.get("/targets/404", headers=DIALOG)
    # Anything but a success would not be put there.
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ("modal-body" in text, "<html" in text) == (True, False)
    assert "There is no such target" in text


@pytest.mark.parametrize(
    ("came", "leads"),
    [
        ("http://localhost/targets?status=draft", "/targets?status=draft"),
        ("http://localhost//evil.example/x", "/evil.example/x"),
        ("http://localhost/\\evil.example", "/evil.example"),
        ("http://evil.example/targets", "/boards"),
        ("", "/boards"),
    ],
)
def test_going_back_leads_nowhere_else(came: str, leads: str) -> None:
    from paceline.api.callers import Caller
    from paceline.domain.access import TokenScope
    from paceline.web.page import Page

    request = RequestFactory().post("/assignments/1/lock", headers={"Referer": came, "Host": "localhost"})
    assert Page(request, Caller(1, "rosa", TokenScope.ADMIN)).back("boards").headers["Location"] == leads


def test_a_page_is_kept_by_its_reader_alone(browsers: dict[str, Browser]) -> None:
    headers: Any = browsers["rosa"].get("/targets").headers
    assert set(headers["Cache-Control"].split(", ")) == {"private", "no-cache"}
    assert {"Cookie", "Accept-Language", "HX-Request", "HX-Target"} <= {
        each.strip() for each in headers["Vary"].split(",")
    }


def test_nothing_is_inline(browsers: dict[str, Browser]) -> None:
    answer = browsers["rosa"].get("/targets")
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    text = answer.content.decode()
    assert (" style=" in text, "<style" in text, "<script>" in text, " onclick=" in text) == (
        False,
        False,
        False,
        False,
    )


def test_figures_are_written_for_the_reader(browsers: dict[str, Browser], members: Members) -> None:
    members.stage.target(name="Half", value=1_234_500_00)
    german = browsers["rosa"].client.get("/targets", headers={"Accept-Language": "de-DE"}).content.decode()
    american = browsers["rosa"].get("/targets").content.decode()
    assert ("1.234.500\u00a0€" in german, "€1,234,500" in american) == (True, True)
