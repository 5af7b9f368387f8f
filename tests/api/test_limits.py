"""Whoever asks too often waits, and takes nothing from the others; bodies have a limit too."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from paceline import limits
from paceline.api.problems import MEDIA_TYPE
from paceline.environment import BadSetting, whole_number
from paceline.limits import BURST_SECONDS, CALLERS_MAX, Buckets
from tests.accounts.browser import PASSWORD, Members
from tests.accounts.conftest import members
from tests.api.stage import Stage

__all__ = ["members"]

TEAMS = "/api/v1/teams"


class Clock:
    """Stands still until it is moved."""

    seconds = 1_000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A service that stands 20 requests of a caller at once, and 10 of an address; its clock."""
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    monkeypatch.setattr(settings, "CALLER_RATE", 2)
    monkeypatch.setattr(settings, "ANONYMOUS_RATE", 1)
    return clock


def get(client: Client, path: str = TEAMS, token: str = "", address: str = "198.51.100.1") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get(path, headers=headers, REMOTE_ADDR=address)


def statuses(client: Client, times: int, **given: str) -> set[int]:
    return {get(client, **given).status_code for _ in range(times)}


def test_a_token_is_held_to_its_rate_wherever_it_comes_from(slow: Clock, stage: Stage) -> None:
    client = Client(SERVER_NAME="localhost")
    assert statuses(client, 20, token=stage.admin.token) == {200}
    assert statuses(client, 5, token=stage.admin.token) == {429}
    refused = get(client, token=stage.admin.token, address="198.51.100.2")
    assert (refused.status_code, refused["Content-Type"]) == (429, MEDIA_TYPE)
    assert refused.json()["code"] == "too_many_requests"
    assert refused["Retry-After"] == "1"
    # Nobody else waits: not the same address without it, not another organization's token.
    assert get(client).status_code == 401
    assert get(client, token=stage.abroad.token).status_code == 200
    slow.seconds += 0.6
    assert get(client, token=stage.admin.token).status_code == 200


def test_invented_tokens_count_for_their_address(slow: Clock, stage: Stage) -> None:
    client = Client(SERVER_NAME="localhost")
    assert get(client, token=stage.admin.token).status_code == 200
    seen = [get(client, token=f"invented-{number}").status_code for number in range(14)]
    assert seen == [401] * 9 + [429] * 5
    assert get(client, "/sign-in").status_code == 429
    assert get(client, "/health").status_code == 200
    # A good one goes on from there, and so does everybody at another address.
    assert get(client, token=stage.admin.token).status_code == 200
    assert get(client, address="198.51.100.2").status_code == 401


def test_a_customers_network_is_one_address(slow: Clock, stage: Stage) -> None:
    client = Client(SERVER_NAME="localhost")
    seen = [get(client, address=f"2001:db8::{number:x}").status_code for number in range(14)]
    assert seen == [401] * 10 + [429] * 4
    assert get(client, address="2001:db8:0:1::1").status_code == 401


def test_a_session_has_a_rate_of_its_own(slow: Clock, members: Members) -> None:
    client = Client(SERVER_NAME="localhost")
    client.post("/sign-in", {"login": "sam@acme.example", "password": PASSWORD}, REMOTE_ADDR="198.51.100.1")
    assert statuses(client, 20) == {200}
    assert statuses(client, 5) == {429}
    assert get(Client(SERVER_NAME="localhost")).status_code == 401


def test_buckets_fill_evenly() -> None:
    buckets = Buckets(300)
    asked = sum(buckets.wait("one", 100.0) == 0 for _ in range(10_000))
    assert asked in (300 * BURST_SECONDS, 300 * BURST_SECONDS - 1)
    # An integration that keeps to the rate is never held up.
    assert all(buckets.wait("two", 100 + number / 300) == 0 for number in range(20_000))
    assert buckets.wait("one", 101.0) == 0
    assert not any(Buckets(0).wait("one", 100.0) for _ in range(10_000))


def test_buckets_are_bounded_and_cost_little() -> None:
    buckets = Buckets(1)
    began = time.process_time()
    for number in range(CALLERS_MAX + 10):
        buckets.wait(str(number), 100.0)
    seconds = time.process_time() - began
    assert "9" not in buckets
    assert str(CALLERS_MAX) in buckets
    assert seconds / CALLERS_MAX < 0.000_1


@pytest.mark.parametrize("text", ["-1", "fast", "1.5", "1" * 10, "٣"])
def test_a_rate_is_a_whole_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PACELINE_CALLER_RATE", text)
    with pytest.raises(BadSetting, match="PACELINE_CALLER_RATE"):
        whole_number("PACELINE_CALLER_RATE", 1_000)
