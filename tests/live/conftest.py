"""A service on committed data, started once for a module's tests, which only add to what is there."""

from collections.abc import Iterator

import pytest

from tests.api.conftest import stage
from tests.databases import DatabaseMaker

__all__ = ["stage"]


@pytest.fixture(scope="module")
def served(database_maker: DatabaseMaker) -> Iterator[object]:
    """Acme and Globex, served by a process of its own."""
    # Django is set up only after the first conftest files are read.
    from tests.live.service import running

    try:
        with running(database_maker.database()) as found:
            yield found
    finally:
        database_maker.discard()
