"""Where the service may listen."""

import socket

import pytest

from paceline import serve
from paceline.serve import NotSafe, PortTaken

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is refused
OWN = ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_needs_no_settings(host: str) -> None:
    serve.check_safe(host, OWN, is_secure=False, may_be_plain=False)


@pytest.mark.parametrize(
    ("hosts", "is_secure", "may_be_plain", "mended_by"),
    [
        (OWN, True, False, "PACELINE_HOSTS"),
        (["*"], True, False, "PACELINE_HOSTS"),
        (["paceline.example.com"], False, False, "PACELINE_TLS"),
        (["paceline.example.com"], True, False, None),
        (["paceline.example.com"], False, True, None),
    ],
)
def test_others_are_let_in_by_safe_settings_only(
    hosts: list[str], is_secure: bool, may_be_plain: bool, mended_by: str | None
) -> None:
    if mended_by is None:
        serve.check_safe(EVERYWHERE, hosts, is_secure=is_secure, may_be_plain=may_be_plain)
        return
    with pytest.raises(NotSafe, match=mended_by):
        serve.check_safe(EVERYWHERE, hosts, is_secure=is_secure, may_be_plain=may_be_plain)


def test_a_port_that_is_taken_is_said() -> None:
    with serve.bind("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1 port {port}: .*--port"):
            serve.bind("127.0.0.1", port)
    with serve.bind("127.0.0.1", port) as again:
        assert again.family == socket.AF_INET


def test_a_host_that_is_none_is_said() -> None:
    with pytest.raises(PortTaken, match="cannot listen on nowhere"):
        serve.bind("nowhere.invalid", 8000)
