"""Acme's members with browsers, where the pages' stories play."""

import pytest

from tests.accounts.conftest import members
from tests.api.conftest import stage

__all__ = ["members", "stage"]


@pytest.fixture
def browsers(members):
    """A browser for each member, signed in once it is asked for: Rosa is admin, Tariq manager, Sam rep, Eve viewer."""
    from tests.accounts.browser import Browser

    class Browsers(dict):
        def __missing__(self, name: str) -> Browser:
            self[name] = Browser()
            self[name].sign_in(f"{name}@acme.example")
            return self[name]

    return Browsers()
