"""No page asks more of the database for more rows: every statement is counted, Django's and the data plane's alike."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.accounts.browser import Browser, Members
from tests.api.calls import won
from tests.api.stage import forget

# Who opens which lists.
PAGES = [
    ("sam", "/"),
    ("tariq", "/"),
    ("rosa", "/"),
    ("sam", "/targets?status=all"),
    ("tariq", "/targets"),
    ("rosa", "/targets"),
    ("rosa", "/targets/{target}"),
    ("rosa", "/targets/{target}?find=a"),
    ("rosa", "/assignments/{share}"),
    ("rosa", "/people"),
    ("rosa", "/people/list"),
    ("rosa", "/people/{sam}"),
    ("sam", "/records"),
    ("rosa", "/records"),
    ("rosa", "/records/uncounted"),
    ("rosa", "/registry"),
    ("rosa", "/settings/members"),
    ("rosa", "/settings/audit"),
]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many statements this process has run since it was last asked."""
    really = psycopg.Cursor.execute
    run: list[Any] = []

    def execute(self: psycopg.Cursor[Any], query: Any, *given: Any, **named: Any) -> Any:
        run.append(query)
        return really(self, query, *given, **named)

    def count() -> int:
        found = len(run)
        run.clear()
        return found

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    return count


def grow(members: Members, numbers: range) -> dict[str, int]:
    """So many targets with shares, people, metrics, boards' deals and records that do not count; the last's ids."""
    from django.db import transaction

    from paceline.org.actions import people

    stage, cast = members.stage, members.stage.cast
    made: dict[str, int] = {"sam": cast.sam}
    for number in numbers:
        with transaction.atomic():
            named = people.create_person(stage.scope, name=f"Person {number}", email=f"n{number}@acme.example").id
        metric = ("revenue", "pipeline_value")[number % 2]
        period, first = ("quarterly", "2025-01-01") if number % 2 else ("monthly", "2025-02-01")
        made["target"] = stage.target(name=f"Target {number}", metric=metric, period=period, start_date=first)
        made["share"] = stage.share(made["target"], "organization", None, 9_000_00)
        for kind, of in (("team", cast.hunters), ("person", cast.sam), ("person", named)):
            stage.share(made["target"], kind, of, 1_000_00)
        today = "2025-02-15"
        stage.writer.send(won(f"D{number}", "Sam", 1_000_00, today), won(f"N{number}", f"Stranger {number}", 1_00))
    return made


def test_three_times_the_rows_are_no_more_statements(
    browsers: dict[str, Browser], members: Members, counted: Callable[[], int]
) -> None:
    found: list[dict[tuple[str, str], int]] = []
    for numbers in (range(2), range(2, 6)):
        ids = grow(members, numbers)
        found.append({})
        for who, path in PAGES:
            browser = browsers[who]
            # What is kept of the control plane must not be what keeps the count.
            forget()
            counted()
            answer = browser.get(path.format(**ids))
            assert answer.status_code == 200, (path, answer.content[-900:])
            found[-1][who, path] = counted()
    few, many = found
    assert {page: (few[page], count) for page, count in many.items() if count > few[page]} == {}
    assert all(count > 3 for count in found[0].values())
