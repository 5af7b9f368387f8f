"""Measures the pages in a real browser, in an organization of 10,000: python bench/pages.py [--people N ...].

Needs PYTHONPATH to name the checkout, and Chromium. Each page is opened by who would: with nothing kept by the browser
the first time, then again and again. Beside the time to the first byte stands that of the same server's /health, which
shows nothing, in the same browser; and what came over the wire at the first visit, and how many statements the page
asks of the database, with nothing kept of the control plane and again. With --home FOLDER the organization is made
there once and used again.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from engine import PEOPLE, paceline, vacuum, write_deals, write_people
from playwright.sync_api import Browser, Page, sync_playwright

TODAY = datetime.now(UTC).date()
# So many deals for each of the people, and so many targets beside the one that everybody has a share of.
DEALS_EACH = 10
TARGETS = 40
TIMES = 7
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PASSWORD = "a pump in the harbour"  # noqa: S105 - of a service that lives for a minute
WHO = {"admin": "admin@example.com", "manager": "p1@example.com", "rep": "p2@example.com"}
PAGES = [
    ("admin", "/", "home"),
    ("manager", "/", "home"),
    ("rep", "/", "home"),
    ("admin", "/targets?status=all", "the list of targets"),
    ("admin", "/targets/1", "a target with its tree"),
    ("manager", "/targets/1", "a target with its tree"),
    ("admin", "/targets/1?find=Person+77", "its tree, searched"),
    ("admin", "/targets/1?only=behind", "its tree, those behind"),
    ("admin", "/assignments/{whole}", "the organization's share"),
    ("admin", "/assignments/{own}", "a person's share"),
    ("admin", "/targets/1/why?record={deal}", "why a record counts"),
    ("admin", "/boards", "the leaderboards"),
    ("admin", "/boards/wall", "the wall"),
    ("admin", "/people", "the people's tree"),
    ("admin", "/people/list", "the people's list"),
    ("admin", "/people/{person}", "a person"),
    ("admin", "/records", "the records"),
    ("rep", "/records", "the records"),
    ("admin", "/records?status=won&owner=Person+77", "the records, filtered"),
    ("admin", "/records?words=Deal+77", "the records, searched"),
    ("admin", "/records?before={old}", "the records, the last page"),
    ("admin", "/registry", "the metrics"),
    ("admin", "/registry/revenue", "a metric"),
    ("admin", "/settings/audit", "the trail"),
]
OK = 200
# From a click on a closed row until the rows below it are there and the next picture is drawn, in milliseconds.
OPEN = """(button) => new Promise((done) => {
    const began = performance.now();
    const watch = new MutationObserver((changes) => {
        const rows = changes.some((each) => [...each.addedNodes].some((node) => node.matches?.("tr[data-path]")));
        if (!rows) return;
        watch.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    });
    watch.observe(document.body, { childList: true, subtree: true });
    button.click();
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[60, PEOPLE])
    parser.add_argument("--deals", type=int, help="Default: ten for each of the people.")
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    for people in given.people:
        deals = given.deals or people * DEALS_EACH
        with tempfile.TemporaryDirectory(prefix="paceline-bench-") as made:
            folder = (given.home or Path(made)) / f"{people}-{deals}"
            folder.mkdir(parents=True, exist_ok=True)
            for each in (folder.parent, folder):
                each.chmod(0o711)
            os.environ["PACELINE_HOME"] = f"{folder}/home"
            if not (folder / "ready").exists():
                prepare(people, deals, folder)
            one(people, deals, folder)


def prepare(people: int, deals: int, folder: Path) -> None:
    """The organization, with a share of the year for everybody, more targets, boards, and who signs in."""
    paceline("organization", "create", "--name", "Bench", "--time-zone", "Europe/Berlin")
    write_people(folder / "people.csv", people)
    paceline("import", "people", str(folder / "people.csv"))
    write_deals(folder / "deals.csv", deals, people=people, first_day=date(TODAY.year - 2, 1, 1))
    paceline("import", "deals", str(folder / "deals.csv"))
    year = f"{TODAY.year}-01-01"
    annual = ("--period", "annual", "--start", year)
    paceline("target", "create", "--name", "The year", "--metric", "revenue", "--value", "20000000000", *annual)
    ours("make", TARGETS)
    for role, email in WHO.items():
        command = [sys.executable, "-m", "paceline", "user", "create", "--email", email, "--role", role]
        subprocess.run(
            [*command, "--password-stdin"], input=f"{PASSWORD}\n", text=True, check=True, capture_output=True
        )
    vacuum()
    (folder / "ready").touch()


def ours(what: str, *arguments: object) -> Any:
    """What a function of pages_inside.py answers, in a process that is set up as the service is."""
    command = [sys.executable, str(Path(__file__).with_name("pages_inside.py")), what, *map(str, arguments)]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(made.stdout or "null")


def one(people: int, deals: int, folder: Path) -> None:
    """One size."""
    ids = ours("ids")
    pages = [(role, path.format(**ids), words) for role, path, words in PAGES]
    asked = [(WHO[role], path) for role, path, _ in pages]
    statements = ours("statements", PASSWORD, json.dumps(asked))
    command = [sys.executable, "-m", "paceline", "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    print(f"\n## {people:,} people, {deals:,} deals, {TARGETS + 1} targets\n")
    print(
        "| page | first byte | times /health | drawn, first visit | drawn, again | over the wire | statements |\n"
        "|---|---|---|---|---|---|---|"
    )
    try:
        address = server.stdout.readline().strip().removeprefix("Paceline is ready at ")
        with sync_playwright() as playwright:
            program = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            measure(browser, address, pages, statements, ids, folder)
    finally:
        server.terminate()
        server.wait()


def measure(
    browser: Browser,
    address: str,
    pages: list[tuple[str, str, str]],
    statements: list[list[int]],
    ids: dict[str, Any],
    folder: Path,
) -> None:
    roles = {role: signed_in(browser, address, email) for role, email in WHO.items()}
    health = f"{address}/health"
    opened(roles["rep"], health)
    idle = statistics.median(opened(roles["rep"], health)[0] for _ in range(TIMES))
    print(f"| /health | {idle:.0f} ms | 1 | | | | |", flush=True)
    for (role, path, words), (cold, warm) in zip(pages, statements, strict=True):
        page = roles[role]
        # Without the styles and scripts that other pages have brought it is what a first visit costs.
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        _, first, wire = opened(page, address + path)
        times = [opened(page, address + path) for _ in range(TIMES)]
        byte, again = (statistics.median(each[place] for each in times) for place in (0, 1))
        print(
            f"| {words}, {role} | {byte:.0f} ms | {byte / idle:.1f} | {first:.0f} ms | {again:.0f} ms"
            f" | {wire / 1000:.0f} kB | {cold}, {warm} |",
            flush=True,
        )
    parts(roles["admin"], address, ids, folder)


def parts(page: Page, address: str, ids: dict[str, Any], folder: Path) -> None:
    """What is asked for on a page that is open."""

    def told(words: str, took: float) -> None:
        print(f"| {words} | | | | {took:.0f} ms | | |", flush=True)

    for path, words in (("/targets/1", "a target's tree"), ("/people", "the people's tree")):
        page.goto(address + path, wait_until="load")
        for level, took in expansions(page).items():
            told(f"{words}, a row of level {level} opened", took)
    whole = ids["whole"]
    for path, words in (("cascade", "a cascade"), ("periods", "periods")):
        link = f'a[href$="/assignments/{whole}/{path}"]'
        took = [dialog(page, f"{address}/targets/1", link) for _ in range(3)]
        told(f"{words}, its dialog opened", statistics.median(took))
        if path == "cascade":
            name, value = "levels", "all"
        else:
            name, value = "every", "quarter"
        told(f"{words} of the whole tree, previewed anew", chosen(page, name, value))
    told("an import of 1,000 deals, looked at", brought(page, address, folder))


def signed_in(browser: Browser, address: str, email: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def opened(page: Page, url: str) -> tuple[float, float, int]:
    """Milliseconds until the first byte, and until the page was loaded with all that it needs; the bytes that came."""
    answer = page.goto(url, wait_until="load")
    assert answer is not None
    assert answer.status == OK, (url, answer.status)
    return tuple(
        page.evaluate(
            """() => {
                const [page] = performance.getEntriesByType("navigation");
                const parts = performance.getEntriesByType("resource");
                const bytes = parts.reduce((sum, each) => sum + each.transferSize, page.transferSize);
                return [page.responseStart, page.loadEventEnd || page.domComplete, bytes];
            }"""
        )
    )


def clock(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def expansions(page: Page) -> dict[int, float]:
    """Milliseconds from a click on a closed row to the rows below it, by the level of the row."""
    found: dict[int, list[float]] = {}
    closed = page.locator('button[data-below][aria-expanded="false"]')
    for number in range(TIMES * 3):
        paths = closed.evaluate_all("all => all.slice(0, 60).map((each) => each.closest('tr').dataset.path)")
        levels = [path.count("/") for path in paths]
        if not levels:
            break
        # Down to the deepest, and then another of the uppermost.
        level = min(levels) if number % 4 == 0 else max(levels)
        found.setdefault(level, []).append(closed.nth(levels.index(level)).evaluate(OPEN))
    return {level: statistics.median(times) for level, times in sorted(found.items())}


def dialog(page: Page, url: str, link: str) -> float:
    """Milliseconds from asking for a dialog to its preview."""
    page.goto(url, wait_until="load")

    def ask() -> None:
        page.locator(link).first.evaluate("each => each.click()")
        page.locator(".modal.show #preview table tbody tr").first.wait_for(timeout=120_000)

    return clock(ask)


def chosen(page: Page, name: str, value: str) -> float:
    """Milliseconds from another choice in the dialog to its preview."""

    def choose() -> None:
        with page.expect_response(lambda answer: answer.request.method == "POST", timeout=120_000) as answer:
            page.locator(f".modal.show [name={name}]").select_option(value)
        assert answer.value.status == OK
        answer.value.finished()

    return clock(choose)


def brought(page: Page, address: str, folder: Path) -> float:
    """Milliseconds from the file to what would become of each of its rows."""
    lines = (folder / "deals.csv").read_text(encoding="utf-8").splitlines()[:1_001]
    page.goto(f"{address}/records/imports")
    page.locator("input[type=file]").set_input_files(
        {"name": "deals.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )

    def look() -> None:
        page.locator("#content form button[type=submit], main form button[type=submit]").first.click()
        page.locator("button[value=check]").click()
        page.get_by_text("What would become of").wait_for(timeout=120_000)

    return clock(look)


if __name__ == "__main__":
    main()
