"""Leaderboards in the browser: made, changed, deleted, read by whom they are for, and shown on a wall."""

import re

from tests.accounts.browser import Browser, Members
from tests.api.calls import won
from tests.web.test_home import words

BOARD = {
    "name": "Revenue of the quarter",
    "measure": "metric:revenue",
    "rank_by": "value",
    "period": "quarter",
    "among": "",
    "entrants": "people",
    "count": "5",
    "visibility": "all",
}


def number_of(browser: Browser) -> str:
    found = re.search(r'"/boards/(\d+)"', browser.get("/boards").content.decode())
    assert found
    return found[1]


def test_the_story_of_a_board(browsers: dict[str, Browser], members: Members) -> None:
    rosa, sam = browsers["rosa"], browsers["sam"]
    assert "No leaderboard yet" in words(rosa, "/boards")
    assert rosa.send("/boards/new", **BOARD).headers["Location"] == "/boards"
    members.stage.writer.send(won("D1", "Sam", 1_000_00))
    members.stage.writer.send(won("D2", "Eve", 2_000_00))
    said = words(sam, "/boards")
    assert "Revenue, everyone, Jan 1, 2025 to Mar 31, 2025" in said
    assert "1 Eve €2,000" in said
    assert "2 Sam you €1,000" in said
    assert "Revenue of the quarter" in words(sam)
    number = number_of(rosa)
    assert rosa.send(f"/boards/{number}/edit", **{**BOARD, "name": "Best", "visibility": "managers"}).status_code == 302
    assert "Best" in words(rosa, "/boards")
    assert "Best" not in words(sam, "/boards")
    assert sam.get(f"/boards/{number}").status_code == 403
    assert "Best" in words(browsers["tariq"], "/boards/wall")
    assert "Nothing else rests on a leaderboard" in words(rosa, f"/boards/{number}/delete")
    assert rosa.send(f"/boards/{number}/delete").headers["Location"] == "/boards"
    assert "Best is gone." in words(rosa, "/boards")


def test_faults_stand_beside_their_fields(browsers: dict[str, Browser]) -> None:
    answer = browsers["rosa"].send("/boards/new", **{**BOARD, "name": " ", "count": "7"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert ("id_name_error" in text, "id_count_error" in text, "id_period_error" in text) == (True, True, False)


def test_boards_are_made_by_managers_and_admins(browsers: dict[str, Browser]) -> None:
    assert [browsers[name].get("/boards/new").status_code for name in ("rosa", "tariq", "sam", "eve")] == [
        200,
        200,
        403,
        403,
    ]
    assert browsers["sam"].send("/boards/new", **BOARD).status_code == 403


def test_a_board_is_asked_for_on_any_day(browsers: dict[str, Browser], members: Members) -> None:
    browsers["rosa"].send("/boards/new", **BOARD)
    number = number_of(browsers["rosa"])
    members.stage.writer.send(won("D1", "Sam", 1_000_00))
    assert "Nobody has anything" not in words(browsers["sam"], f"/boards/{number}")
    assert "This is how it stood on Jan 2, 2025" in words(browsers["sam"], f"/boards/{number}?as_of=2025-01-02")
    assert "Only the first 5" in words(browsers["sam"], f"/boards/{number}?all=1")
    assert "is not a day such as" in browsers["sam"].get(f"/boards/{number}?as_of=soon").content.decode()


def test_a_board_on_which_nobody_has_anything_says_so(browsers: dict[str, Browser], members: Members) -> None:
    rosa = browsers["rosa"]
    for rank_by in ("value", "improved"):
        rosa.send("/boards/new", **{**BOARD, "name": f"By {rank_by}", "rank_by": rank_by})
    said = words(rosa, "/boards")
    assert said.count("Nobody has any Revenue in this period yet. 4 people stand on the board") == 2
    assert "Nothing to show yet" in words(rosa, "/boards/wall")
    # What somebody had in the period before is something to be compared with.
    members.stage.writer.send(won("D1", "Sam", 1_000_00, "2024-10-05"))
    said = words(rosa, "/boards")
    assert said.count("Nobody has any") == 1
    assert ("Revenue, against the period before, everyone" in said, "\u20ac0, before \u20ac1,000" in said) == (
        True,
        True,
    )
    assert "\u2212\u20ac1,000" in said or "-\u20ac1,000" in said


def test_a_wall_shows_the_boards_that_were_chosen(browsers: dict[str, Browser], members: Members) -> None:
    rosa = browsers["rosa"]
    for name in ("First", "Second", "Third"):
        rosa.send("/boards/new", **{**BOARD, "name": name})
    members.stage.writer.send(won("D1", "Sam", 1_000_00))
    wall = rosa.get("/boards/wall").content.decode()
    ids = [int(each) for each in re.findall(r'name="board" value="(\d+)" checked', wall)]
    assert len(ids) == 3
    assert wall.count("wall-panel") == 3
    assert '<html lang="en" data-only-theme="dark">' in wall
    chosen = rosa.get(f"/boards/wall?board={ids[0]}&board={ids[2]}").content.decode()
    assert chosen.count("wall-panel") == 2
    assert [int(each) for each in re.findall(r'name="board" value="(\d+)" checked', chosen)] == [ids[0], ids[2]]
    assert ">Second</a>" not in chosen
    # It asks for itself anew with what was chosen.
    assert f'hx-get="/boards/wall?board={ids[0]}&amp;board={ids[2]}"' in chosen
