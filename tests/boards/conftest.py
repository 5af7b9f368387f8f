"""The cast of this room's stories, in a database that forgets each of them."""

import psycopg
import pytest

from tests.org.cast import Cast


@pytest.fixture
def cast(connection: psycopg.Connection) -> Cast:
    """Acme and Globex with the built-in metrics."""
    # Django is set up only after the first conftest files are read.
    from tests.plan.cast import hired

    return hired(connection)
