"""Loading the sample organization is all or nothing."""

import psycopg
import pytest

from tests.demo.days import TODAY, noon


def test_a_load_that_ends_in_the_middle_leaves_nothing(connection: psycopg.Connection) -> None:
    from paceline.demo import load

    def stop(_what: str, done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    assert not load.is_loaded()
    with pytest.raises(KeyboardInterrupt):
        load.load(connection, TODAY, noon(TODAY).now, stop)
    assert not load.is_loaded()
    assert connection.execute("SELECT count(*) FROM deal").fetchone() == (0,)
