"""Leaderboards on the command line."""

import json

from tests.cli.terminal import Terminal
from tests.cli.test_figures import of_csv
from tests.cli.test_planning import cells


def test_boards_are_made_listed_edited_and_deleted(acme: Terminal) -> None:
    made = acme("board", "create", "--name", "Sellers", "--metric", "revenue", "--period", "quarter")
    assert (made.out, made.err) == ("1\n", "made leaderboard Sellers\n")
    acme(
        "board", "create", "--name", "Quota", "--target", "Q1", "--scope", "department:Field", "--rank-by", "attainment"
    )
    assert cells(acme("board", "list"))[1:] == [
        ["1", "Sellers", "revenue", "value", "quarter", "everyone", "people", "10", "all"],
        ["2", "Quota", "target Q1", "attainment", "month", "department Field", "people", "10", "all"],
    ]
    first, second = of_csv(acme("board", "list", "--format", "csv"))
    assert (first["metric"], first["target_id"], second["scope_name"]) == ("revenue", "", "Field")
    changed = acme("board", "edit", "Sellers", "--count", "5", "--scope", "team:Hunters", "--name", "Hunting")
    told = "name from Sellers to Hunting, scope from everyone to team Hunters, count from 10 to 5"
    assert changed.err == f"changed leaderboard Sellers: {told}\n"
    assert acme("board", "edit", "hunting", "--count", "5").err == "leaderboard Hunting was so already\n"
    assert acme("board", "delete", "Quota").err == "deleted leaderboard Quota\n"
    assert len(json.loads(acme("board", "list", "--format", "json").out)) == 1


def test_standings_are_a_table_csv_and_json(acme: Terminal) -> None:
    acme("board", "create", "--name", "Sellers", "--metric", "revenue", "--period", "quarter")
    ran = acme("standings", "Sellers", "--person", "sam@acme.example")
    assert cells(ran) == [
        ["rank", "person", "value", "reached on"],
        ["1", "Eve", "2,000.00", "2025-02-01"],
        ["2", "Sam *", "1,000.50", "2025-01-10"],
        ["3", "Rosa", "0.00", "\u2013"],
        ["3", "Tariq", "0.00", "\u2013"],
    ]
    assert ran.err.startswith(
        "Sellers: revenue in EUR by value for 2025-01-01 to 2025-03-31, 4 people, as of 2025-02-15"
    )
    past = of_csv(acme("standings", "Sellers", "--as-of", "2025-01-31", "--format", "csv"))
    assert [(row["rank"], row["entrant_name"], row["value"]) for row in past][:2] == [
        ("1", "Sam", "100050"),
        ("2", "Eve", "0"),
    ]
    rows = json.loads(acme("standings", "Sellers", "--format", "json").out)
    assert rows[0]["entrant"]["name"] == "Eve"


def test_attainment_and_change_have_columns(acme: Terminal) -> None:
    acme("board", "create", "--name", "Quota", "--target", "Q1", "--rank-by", "attainment")
    assert cells(acme("standings", "Quota")) == [
        ["rank", "person", "value", "target", "attainment", "reached on"],
        ["1", "Sam", "1,000.50", "3,000.00", "33 %", "2025-01-10"],
    ]
    acme("board", "create", "--name", "Up", "--metric", "revenue", "--rank-by", "improved")
    assert cells(acme("standings", "Up"))[1] == ["1", "Eve", "2,000.00", "0.00", "2,000.00", "2025-02-01"]


def test_faults_are_told(acme: Terminal) -> None:
    made = ("board", "create", "--name", "X", "--metric", "revenue")
    assert acme.refused(*made, "--scope", "world") == "scope: 'world' is not everyone, department:NAME or team:NAME"
    assert "did you mean value?" in acme.refused(*made, "--rank-by", "valu")
    assert acme.refused(*made, "--count", "7") == "count: 7 is not 5, 10 or 20"
    assert "there is no leaderboard 'X'" in acme.refused("standings", "X")
    assert "is not a day" in acme.refused("standings", "X", "--as-of", "soon")
    acme(
        "board",
        "create",
        "--name",
        "Ops",
        "--metric",
        "revenue",
        "--scope",
        "department:Partners",
        "--entrants",
        "teams",
    )
    assert "nobody who carries a quota" in acme("standings", "Ops").err
