"""Measures the pages in a real browser, in an organization of 10,000: python bench/pages.py [--deals N ...].

Needs PYTHONPATH to name the checkout, and Chromium. Each page is opened by who would: with nothing kept by the browser
the first time, then again and again. Beside each time stands the same server's sign-in page, which shows nothing, and
what came over the wire. A tree is opened one level; an empty table has no rows that could make it slow.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine import DEPARTMENTS, TEAMS, paceline, vacuum, write_deals, write_people
from playwright.sync_api import Browser, Page, sync_playwright
from service import assign_everybody

DEALS = 100_000
TIMES = 7
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PASSWORD = "a pump in the harbour"  # noqa: S105 - of a service that lives for a minute
WHO = {"admin": "admin@example.com", "manager": "p1@example.com", "rep": "p2@example.com"}
PAGES = [
    ("admin", "/"),
    ("manager", "/"),
    ("rep", "/"),
    ("admin", "/targets"),
    ("admin", "/targets/1"),
    ("admin", "/assignments/{share}"),
    ("admin", "/boards"),
    ("admin", "/people"),
    ("admin", "/records"),
    ("admin", "/metrics"),
    ("admin", "/settings/audit"),
]
OK = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, nargs="+", default=[20_000, DEALS])
    for deals in parser.parse_args().deals:
        with tempfile.TemporaryDirectory(prefix="paceline-bench-") as folder:
            Path(folder).chmod(0o711)
            os.environ["PACELINE_HOME"] = f"{folder}/home"
            one(deals, Path(folder))


def one(deals: int, folder: Path) -> None:
    """One size."""
    paceline("organization", "create", "--name", "Bench", "--time-zone", "Europe/Berlin")
    write_people(folder / "people.csv")
    paceline("import", "people", str(folder / "people.csv"))
    write_deals(folder / "deals.csv", deals)
    paceline("import", "deals", str(folder / "deals.csv"))
    year = ("--period", "annual", "--start", "2025-01-01")
    paceline("target", "create", "--name", "Y", "--metric", "revenue", "--value", "1000000", *year)
    assign_everybody(folder)
    paceline("board", "create", "--name", "Revenue", "--metric", "revenue", "--period", "year")
    for role, email in WHO.items():
        command = [sys.executable, "-m", "paceline", "user", "create", "--email", email, "--role", role]
        subprocess.run(
            [*command, "--password-stdin"], input=f"{PASSWORD}\n", text=True, check=True, capture_output=True
        )
    vacuum()
    command = [sys.executable, "-m", "paceline", "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    print(f"\n## {deals:,} deals, {DEPARTMENTS} departments, {TEAMS} teams, 10,000 people\n")
    print("| page | first | again | times sign-in | first, over the wire |\n|---|---|---|---|---|")
    try:
        measure(server.stdout.readline().strip().removeprefix("Paceline is ready at "))
    finally:
        server.terminate()
        server.wait()


def measure(address: str) -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        empty = browser.new_context().new_page()
        empty.goto(f"{address}/sign-in")
        idle = statistics.median(opened(empty, f"{address}/sign-in")[0] for _ in range(TIMES))
        share = "1"
        for role, path in PAGES:
            page = signed_in(browser, address, WHO[role])
            url = address + path.format(share=share)
            # Signing in has brought the styles and scripts: without them it is what a first visit costs.
            page.context.new_cdp_session(page).send("Network.clearBrowserCache")
            first, wire = opened(page, url)
            again = statistics.median(opened(page, url)[0] for _ in range(TIMES))
            print(f"| {role} {path} | {first:.0f} ms | {again:.0f} ms | {again / idle:.1f} | {wire / 1000:.0f} kB |")
            if path == "/targets/1":
                print(f"| its tree, opened a level | | {expansion(page):.0f} ms | | |")
            page.context.close()


def signed_in(browser: Browser, address: str, email: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def opened(page: Page, url: str) -> tuple[float, int]:
    """Milliseconds until the page has been drawn with all that it needs, and the bytes that came."""
    answer = page.goto(url, wait_until="load")
    assert answer is not None
    assert answer.status == OK, (url, answer.status)
    return page.evaluate(
        """() => {
            const [page] = performance.getEntriesByType("navigation");
            const parts = performance.getEntriesByType("resource");
            const bytes = parts.reduce((sum, each) => sum + each.transferSize, page.transferSize);
            return [page.loadEventEnd || page.domComplete, bytes];
        }"""
    )


def expansion(page: Page) -> float:
    """Milliseconds from a click on a closed row to the rows below it."""
    times: list[float] = []
    for _ in range(TIMES):
        button = page.locator('button[data-below][aria-expanded="false"]').first
        rows = page.locator("tr[data-path]").count()
        began = time.perf_counter()
        button.click()
        page.wait_for_function("(rows) => document.querySelectorAll('tr[data-path]').length > rows", arg=rows)
        times.append((time.perf_counter() - began) * 1_000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
