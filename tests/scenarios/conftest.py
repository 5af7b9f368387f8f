"""A database with real commits, and the command line on it."""

from pathlib import Path

import pytest

from tests.databases import Database
from tests.scenarios.shell import Shell

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def shell(committed: Database) -> Shell:
    """`paceline` on a database of the test's own."""
    return Shell(committed.parameters)


@pytest.fixture
def shared_data() -> Path:
    """The data that lies beside the checkout; a test that needs it is skipped where it does not."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/data does not exist")
    return SHARED
