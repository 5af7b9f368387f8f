"""The suite's own ground: isolation between tests, and no database without asking."""

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection as django_connection
from django.db import transaction

from tests.databases import Database


def names(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("SELECT model FROM django_content_type WHERE app_label = 'test' ORDER BY 1")
    return [row[0] for row in found]


@pytest.mark.parametrize("turn", [1, 2])
def test_connection_is_rolled_back_and_shared_with_django(connection: psycopg.Connection, turn: int) -> None:
    assert names(connection) == []
    ContentType.objects.create(app_label="test", model="by_django")
    connection.execute("INSERT INTO django_content_type (app_label, model) VALUES ('test', 'by_psycopg')")
    assert names(connection) == ["by_django", "by_psycopg"]


def test_connection_lets_code_ask_for_its_own_transaction(connection: psycopg.Connection) -> None:
    with transaction.atomic(durable=True):
        ContentType.objects.create(app_label="test", model="inside")
    assert names(connection) == ["inside"]


@pytest.mark.parametrize("turn", [1, 2])
def test_committed_is_seen_by_others_and_thrown_away(committed: Database, turn: int) -> None:
    assert names(committed.connect()) == []
    ContentType.objects.create(app_label="test", model="by_django")
    with committed.connect() as other:
        other.execute("INSERT INTO django_content_type (app_label, model) VALUES ('test', 'by_psycopg')")
    assert names(committed.connect()) == ["by_django", "by_psycopg"]


def test_after_a_committed_test_connection_is_clean(connection: psycopg.Connection) -> None:
    assert names(connection) == []


def test_no_database_without_a_fixture() -> None:
    with pytest.raises(AssertionError, match="name the fixture"), django_connection.cursor():
        pass
