"""The API on a database of the test's own, at noon of the 45th day of the first quarter."""

import pytest

from tests.databases import Database


@pytest.fixture
def stage(committed: Database, monkeypatch: pytest.MonkeyPatch):
    """Acme and Globex, with tokens."""
    # Django is set up only after the first conftest files are read.
    from tests.api.stage import forget, set_clock, set_stage

    forget()
    set_clock(monkeypatch)
    return set_stage()
