"""What the log of the service tells of a refused request: never the link that it was sent to."""

import logging

import pytest
from django.conf import settings
from pythonjsonlogger.json import JsonFormatter

from paceline.logs import LOGGING, Routes
from tests.accounts.browser import Browser, Members

SECRET = "MQ:let-me-in"


def test_a_link_that_is_refused_is_not_in_the_log(members: Members, caplog: pytest.LogCaptureFixture) -> None:
    browser = Browser()
    with caplog.at_level(logging.INFO):
        statuses = [
            browser.get(f"/invitation/{SECRET}").status_code,
            browser.client.post(f"/invitation/{SECRET}").status_code,
            browser.client.post(f"/account/password/new/1-{SECRET}").status_code,
            browser.get(f"/nowhere/{SECRET}?token={SECRET}").status_code,
        ]
    assert statuses == [410, 403, 403, 404]
    told = [each for each in caplog.records if SECRET in each.getMessage() + str(each.__dict__)]
    assert len(told) == 4
    written = [JsonFormatter("%(message)s").format(each) for each in told if Routes().filter(each)]
    assert len(written) == 4
    assert not [each for each in written if SECRET in each]
    assert "invitation/<str:text>" in written[0]


def test_nothing_else_says_how_the_service_logs() -> None:
    assert settings.LOGGING_CONFIG is None
    assert LOGGING["handlers"]["stderr"]["filters"] == ["routes"]
