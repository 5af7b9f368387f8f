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
    assert acme(*move, "--from", "2025-01-11", "--reason", "a promotion").err == (
        "Sam from 2025-01-11 on: moved to Partners, left Hunters\n"
    )
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
    assert acme("person", "end", "Sam", "--last-day", "2025-01-09").err == "the last day of Sam is 2025-01-09\n"
    assert "Sam <sam@acme.example>, until 2025-01-09" in acme("person", "list").out
    assert field(acme) == "0"
    assert acme("person", "end", "Sam", "--last-day", "none").err == "Sam has no last day\n"
    assert field(acme) == "100050"


def test_units_are_placed_and_hung(acme: Terminal) -> None:
    acme("assign", "Q1", "--to", "department:Partners", "--value", "1")
    placed = acme("unit", "place", "Field", "--under", "Partners", "--from", "2025-01-10", "--reason", "merged")
    assert placed.err == "Field is under Partners from 2025-01-10 on\n"
    rows = {row["assignee_name"]: row["current"] for row in of_csv(acme("progress", "Q1", "--format", "csv"))}
    assert (rows["Field"], rows["Partners"]) == ("100050", "300050")
    acme("unit", "place", "Field", "--under", "none", "--from", "2025-01-01")
    rows = {row["assignee_name"]: row["current"] for row in of_csv(acme("progress", "Q1", "--format", "csv"))}
    assert (rows["Field"], rows["Partners"]) == ("100050", "200000")
    assert acme("unit", "hang", "Hunters", "--under", "Partners").err == "Hunters hangs under Partners\n"
    assert acme("unit", "hang", "Hunters", "--under", "none").err == "Hunters stands alone\n"


def test_a_person_is_made(acme: Terminal) -> None:
    made = acme(
        *("person", "create", "--name", "Nora", "--email", "nora@acme.example", "--hired", "2025-01-01"),
        *("--manager", "Rosa", "--department", "field", "--team", "hunters", "--external-id", "crm=17"),
        *("--external-id", "csv=18", "--no-quota", "--reason", "hired"),
    )
    from paceline import edge
    from paceline.org.models import ExternalId, Membership, Person

    with edge.unscoped():
        nora = Person.objects.get(id=int(made.out))
        assert made.err == "made person Nora in field, hunters\n"
        assert (nora.name, nora.email, str(nora.hire_day), nora.quota_carrying) == (
            "Nora",
            "nora@acme.example",
            "2025-01-01",
            False,
        )
        assert nora.manager == Person.objects.get(name="Rosa")
        assert dict(ExternalId.objects.filter(person=nora).values_list("source", "external_id")) == {
            "crm": "17",
            "csv": "18",
        }
        assert Membership.objects.filter(person=nora).count() == 2


def test_records_of_a_person_that_is_made_count_at_once(acme: Terminal) -> None:
    """D4 of 300 came in for Nobody."""
    acme("person", "create", "--name", "Nobody", "--department", "Field")
    assert field(acme) == "130050"


def test_a_person_is_edited(acme: Terminal) -> None:
    given = ("--email", "samuel@acme.example", "--hired", "2025-01-05", "--manager", "Rosa", "--no-quota")
    assert acme("person", "edit", "Sam", *given, "--external-id", "crm=17").err == (
        "changed Sam: email from sam@acme.example to samuel@acme.example, hired from nothing to 2025-01-05,"
        " manager from Tariq to Rosa, external ids from csv=3 to crm=17 csv=3, quota from yes to no\n"
    )
    back = ("--email", "none", "--hired", "none", "--manager", "none", "--quota", "--name", "Samuel")
    assert acme("person", "edit", "17", *back, "--external-id", "crm=none").err == (
        "changed Sam: name from Sam to Samuel, email from samuel@acme.example to nothing,"
        " hired from 2025-01-05 to nothing, manager from Rosa to nothing,"
        " external ids from crm=17 csv=3 to csv=3, quota from no to yes\n"
    )
    assert acme("person", "edit", "Samuel", *back).err == "Samuel was so already\n"


def test_a_person_is_edited_whole_or_not_at_all(acme: Terminal) -> None:
    assert acme.refused("person", "edit", "Sam", "--name", "Samuel", "--manager", "Nobody's").startswith(
        "there is no person"
    )
    assert "Sam <sam@acme.example>" in acme("person", "list").out
    assert acme.refused("person", "edit", "Sam", "--external-id", "17") == (
        "external-id: '17' is not SOURCE=ID, such as crm=17; crm=none removes it"
    )


def test_units_are_made_and_renamed(acme: Terminal) -> None:
    made = acme("unit", "create", "department:Inside Sales", "--under", "Sales", "--from", "2025-01-01")
    assert (made.out, made.err) == (
        "department:Inside Sales\n",
        "made department Inside Sales under Sales from 2025-01-01 on\n",
    )
    assert acme("unit", "create", "team:Farmers", "--under", "field").err == "made team Farmers under Field\n"
    assert acme("unit", "create", "department:Service").err == "made department Service\n"
    assert acme("unit", "rename", "team:farmers", "--name", "Gardeners").err == (
        "team Farmers is now called Gardeners\n"
    )
    assert acme("unit", "list").out.splitlines() == [
        "department:Field",
        "department:Inside Sales",
        "department:Partners",
        "department:Sales",
        "department:Service",
        "team:Gardeners",
        "team:Hunters",
    ]
    assert acme.refused("unit", "create", "team:Hunters") == "name: there is a team 'Hunters' already"
    for wrong in ("Hunters", "squad:Hunters", "team: "):
        assert acme.refused("unit", "create", wrong) == f"unit: {wrong!r} is not department:NAME or team:NAME"
    assert "put --under another" in acme.refused("unit", "create", "team:X", "--from", "2025-01-01")
