"""The organization of this room's stories, and how hard its property tests look.

HYPOTHESIS_PROFILE=deep makes a long hunt of them.
"""

import os

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from paceline.facts.scope import Scope
from tests.facts.cast import found_acme

# An example is many statements, and one connection, rolled back after each, serves them all.
_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("facts", deadline=None, max_examples=12, suppress_health_check=_QUIET)
settings.register_profile("deep", deadline=None, max_examples=5_000, suppress_health_check=_QUIET)
IS_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
STORIES = settings.get_profile("deep" if IS_DEEP else "facts")


@pytest.fixture
def scope(connection: psycopg.Connection) -> Scope:
    """Acme, where Sam and Tariq are Hunters of Sales and Eve sells in Partners, below Sales."""
    return found_acme(connection)
