"""The demo as a newcomer starts it: made once, kept as it is changed, started over on request."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import httpx
import pytest

from tests.cli.conftest import terminal
from tests.cli.terminal import Terminal
from tests.scenarios.shell import REPOSITORY, Shell

__all__ = ["terminal"]

PASSWORD, TOKEN = "Sign in with the password ", "Programs call the API with the token "
ACCOUNTS = {
    "admin@example.com": "admin",
    "tariq.haddad@northwind.example": "manager",
    "grace.kim@northwind.example": "rep",
    "felix.brandt@northwind.example": "viewer",
}


@contextmanager
def demo(shell: Shell, home: str, *options: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The demo's address and the headers of its admin, while it runs."""
    command = [sys.executable, "-m", "paceline", "demo", "--port", "0", *options]
    running = subprocess.Popen(
        command,
        env=shell.environment() | {"PACELINE_HOME": home},
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    assert running.stderr
    try:
        address = running.stdout.readline().strip().removeprefix("Paceline is ready at ")
        # The log goes to standard error too, a line of JSON for a request.
        words = (line.strip() for line in running.stderr if not line.startswith("{"))
        said = list(islice(words, 2 + len(ACCOUNTS)))
        assert said[1:-1] == [f"{email} ({role})" for email, role in ACCOUNTS.items()]
        check_accounts(address, said[0].removeprefix(PASSWORD).removesuffix(" as"))
        assert said[-1].startswith(TOKEN), said
        yield address, {"Authorization": f"Bearer {said[-1].removeprefix(TOKEN)}"}
    finally:
        running.terminate()
        running.communicate(timeout=20)
    assert running.returncode in {0, 143}


def check_accounts(address: str, password: str) -> None:
    """Everybody signs in."""
    for email in ACCOUNTS:
        with httpx.Client(base_url=address, follow_redirects=True) as browser:
            page = browser.get("/sign-in").text
            token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            given = {"csrfmiddlewaretoken": token, "login": email, "password": password}
            assert browser.post("/sign-in", data=given).url.path == "/", email


def names(address: str, headers: dict[str, str]) -> list[str]:
    answer = httpx.get(f"{address}/api/v1/targets", headers=headers)
    return [each["name"] for each in answer.json()["items"]]


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_demo_is_made_kept_and_started_over(shell: Shell, tmp_path) -> None:
    with demo(shell, str(tmp_path)) as (address, headers):
        made = names(address, headers)
        assert len(made) >= 8
        target = httpx.get(f"{address}/api/v1/targets?limit=1", headers=headers).json()["items"][0]
        changed = {"name": "Mine"}
        httpx.patch(f"{address}/api/v1/targets/{target['id']}", json=changed, headers=headers).raise_for_status()
    with demo(shell, str(tmp_path)) as (address, again):
        assert again == headers
        assert "Mine" in names(address, again)
    with demo(shell, str(tmp_path), "--reset") as (address, new):
        assert names(address, new) == made
        assert httpx.get(f"{address}/api/v1/targets", headers=headers).status_code == 401


def test_the_demo_stays_out_of_the_way_of_organizations(terminal: Terminal) -> None:
    terminal("organization", "create", "--name", "Acme")
    assert "PACELINE_HOME" in terminal.refused("demo", "--port", "0", "--reset")
    assert terminal("organization", "show").out
