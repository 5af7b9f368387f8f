"""A real browser, where there is one."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.cli.conftest import acme, terminal
from tests.cli.terminal import Terminal
from tests.databases import Database
from tests.scenarios.shell import Shell
from tests.served import serving

__all__ = ["acme", "terminal"]

# Root's browser has no sandbox of its own, and a test's browser calls nobody.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps a loop in this thread, in which Django would refuse to make and drop databases.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        launched = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def token(acme: Terminal) -> str:
    """A token that may write."""
    return acme("token", "create", "--email", "rosa@acme.example", "--scope", "write").out.strip()


@pytest.fixture
def rosa(acme: Terminal) -> str:
    """The password of rosa@acme.example, an admin."""
    acme("user", "create", "--email", "rosa@acme.example", "--password-stdin", given="a pump in the harbour\n")
    return "a pump in the harbour"


@pytest.fixture
def address(acme: Terminal, committed: Database) -> Iterator[str]:
    """Where Acme is served."""
    from django.db import connections

    connections.close_all()
    with serving(Shell(committed.parameters)) as found:
        yield found


def _is_fault(message: ConsoleMessage) -> bool:
    """Whether the console tells of a fault; a page that is left in the middle of a request is none."""
    return message.type == "error" and not message.text.startswith(("htmx:afterRequest", "htmx:send"))


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of the service at `address`; what its console says, and what the policy refused, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert faults == []
