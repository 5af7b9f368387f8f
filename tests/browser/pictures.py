"""Takes a picture of every page of the demo, at a desk's width and a phone's, in light and dark: `make screenshots`.

They go into docs/images/pages, which is not kept; what the README shows is copied from there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parents[2] / "docs" / "images" / "pages"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PERSONS = {
    "admin": "admin@example.com",
    "manager": "tariq.haddad@northwind.example",
    "rep": "grace.kim@northwind.example",
}
# By name: who looks, and the address.
PAGES: dict[str, tuple[str, str]] = {
    "home-admin": ("admin", "/"),
    "home-manager": ("manager", "/"),
    "home-rep": ("rep", "/"),
    "targets": ("admin", "/targets"),
    "target": ("admin", "/targets/1"),
    "target-new": ("admin", "/targets/new"),
    "target-rep": ("rep", "/targets/1"),
    "assign": ("admin", "/targets/1/assign"),
    "copy": ("admin", "/targets/1/copy"),
    "assignment": ("admin", "/assignments/5"),
    "cascade": ("admin", "/assignments/2/cascade"),
    "periods": ("admin", "/assignments/2/periods"),
    "why": ("admin", "/targets/1/why?record=D-00506"),
    "boards": ("rep", "/boards"),
    "wall": ("admin", "/boards/wall"),
    "people": ("admin", "/people"),
    "person": ("admin", "/people/10"),
    "move": ("admin", "/people/10/move"),
    "records": ("admin", "/records"),
    "record": ("admin", "/records/deals/1"),
    "uncounted": ("admin", "/records/uncounted"),
    "imports": ("admin", "/records/imports"),
    "metrics": ("admin", "/registry"),
    "metric-new": ("admin", "/registry/new"),
    "settings": ("admin", "/settings/organization"),
    "members": ("admin", "/settings/members"),
    "tokens": ("admin", "/settings/tokens"),
    "audit": ("admin", "/settings/audit"),
    "sessions": ("admin", "/account/sessions"),
}
# What the README shows, of these.
SHOWN = {
    "home": "home-admin-desk",
    "tree": "target-desk",
    "assignment": "assignment-desk",
    "cascade": "cascade-desk",
    "phone": "home-rep-phone-dark",
}
# Width, height and whether it is dark.
VIEWS = {
    "desk": (1280, 900, False),
    "desk-dark": (1280, 900, True),
    "phone": (390, 844, False),
    "phone-dark": (390, 844, True),
}


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """The demo's address and password, in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="paceline-pictures-") as home:
        command = [sys.executable, "-m", "paceline", "demo", "--port", "0"]
        environment = {**os.environ, "PACELINE_HOME": home}
        running = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert running.stdout
            said = running.stdout.readline().strip()
            yield said.removeprefix("Paceline is ready at "), (Path(home) / "demo_password").read_text().strip()
        finally:
            running.terminate()
            running.wait(30)


def signed_in(browser: Browser, address: str, password: str, who: str, view: str) -> Page:
    width, height, is_dark = VIEWS[view]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if is_dark else "light"
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(PERSONS[who])
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def take(folder: Path) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        for view in VIEWS:
            for who in PERSONS:
                page = signed_in(browser, address, password, who, view)
                for name, (looks, path) in PAGES.items():
                    if looks == who:
                        page.goto(f"{address}{path}")
                        page.wait_for_timeout(900)
                        page.screenshot(path=folder / f"{name}-{view}.png", full_page=view == "phone")
                page.context.close()
    for name, picture in SHOWN.items():
        shutil.copy(folder / f"{picture}.png", PICTURES.parent / f"{name}.png")


if __name__ == "__main__":
    take(PICTURES)
