"""Acme and Globex, with accounts; and browsers to sign in with."""

import pytest
from django.core.cache import cache

from tests.api.conftest import stage

__all__ = ["stage"]


@pytest.fixture
def members(stage):
    """Rosa, Tariq, Sam and Eve as members of Acme, an admin, a manager, a rep and a viewer."""
    from tests.accounts.browser import Members

    cache.clear()
    return Members.of(stage)
