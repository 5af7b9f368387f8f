"""People and units: listed, moved, ended, placed."""

from tests.cli.terminal import Terminal
from tests.cli.test_figures import of_csv


def field(terminal: Terminal) -> str:
    """What Field has of the first quarter."""
    rows = of_csv(terminal("progress", "Q1", "--format", "csv"))
    return next(row["current"] for row in rows if row["assignee_name"] == "Field")


def test_lists(acme: Terminal) -> None:
    names = [line.partition(": ")[2] for line in acme("person", "list").out.splitlines()]
    assert names == [
        "Eve <eve@acme.example>",
        "Rosa <rosa@acme.example>",
        "Sam <sam@acme.example>",
        "Tariq <tariq@acme.example>",
    ]
    assert acme("unit", "list").out.splitlines() == [
        "department:Field",
        "department:Partners",
        "department:Sales",
        "team:Hunters",
    ]


def test_a_move_leaves_what_was_won_before(acme: Terminal) -> None:
    assert field(acme) == "100050"
    move = ("person", "move", "sam@acme.example", "--department", "Partners", "--leave", "Hunters")
    assert acme(*move, "--from", "2025-01-11", "--reason", "a promotion").err == "moved\n"
    assert field(acme) == "100050"
    acme("person", "move", "3", "--department", "none", "--from", "2025-01-10")
    assert field(acme) == "0"
    acme("person", "move", "Sam", "--department", "Field", "--join", "Hunters", "--from", "2025-01-01")
    assert field(acme) == "100050"


def test_a_move_says_where_to(acme: Terminal) -> None:
    assert acme.refused("person", "move", "Sam", "--from", "2025-01-11") == (
        "person move: say where to: --department, --join or --leave"
    )
    assert acme.refused("person", "move", "Sam", "--from", "2025-01-11", "--leave", "Hunters", "--primary") == (
        "primary: it is said of the team to --join"
    )


def test_a_move_is_done_whole_or_not_at_all(acme: Terminal) -> None:
    acme.refused("person", "move", "Sam", "--department", "Partners", "--join", "Nobody's", "--from", "2025-01-01")
    assert field(acme) == "100050"


def test_an_end_and_a_return(acme: Terminal) -> None:
    assert acme("person", "end", "Sam", "--last-day", "2025-01-09").err == "ended\n"
    assert "Sam <sam@acme.example>, until 2025-01-09" in acme("person", "list").out
    assert field(acme) == "0"
    assert acme("person", "end", "Sam", "--last-day", "none").err == "not ended\n"
    assert field(acme) == "100050"


def test_units_are_placed_and_hung(acme: Terminal) -> None:
    acme("assign", "Q1", "--to", "department:Partners", "--value", "1")
    acme("unit", "place", "Field", "--under", "Partners", "--from", "2025-01-10", "--reason", "merged")
    rows = {row["assignee_name"]: row["current"] for row in of_csv(acme("progress", "Q1", "--format", "csv"))}
    assert (rows["Field"], rows["Partners"]) == ("100050", "300050")
    acme("unit", "place", "Field", "--under", "none", "--from", "2025-01-01")
    rows = {row["assignee_name"]: row["current"] for row in of_csv(acme("progress", "Q1", "--format", "csv"))}
    assert (rows["Field"], rows["Partners"]) == ("100050", "200000")
    assert acme("unit", "hang", "Hunters", "--under", "Partners").err == "hung\n"
    assert acme("unit", "hang", "Hunters", "--under", "none").err == "hung\n"
