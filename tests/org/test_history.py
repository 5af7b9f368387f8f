"""One person's history: any sequence of sayings against an oracle that keeps a note for every single day."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paceline.org.history import History, Row, in_team, moved, out_of_team, within

EPOCH = date(2025, 1, 1)
DAYS = 12
UNITS = (1, 2, 3)


def on(number: int) -> date:
    return EPOCH + timedelta(days=number)


def test_a_move_closes_one_row_and_opens_the_next():
    history = moved((Row(1, None, on(0), on(9)),), 2, on(4), on(9))
    assert history == (Row(1, None, on(0), on(4)), Row(2, None, on(4), on(9)))


def test_a_move_on_the_first_day_of_the_open_row_replaces_it():
    history = moved((Row(1, None, on(0), on(4)), Row(2, None, on(4), on(9))), 3, on(4), on(9))
    assert history == (Row(1, None, on(0), on(4)), Row(3, None, on(4), on(9)))


def test_a_move_into_the_past_rewrites_what_came_after():
    history = moved((Row(1, None, on(0), on(4)), Row(2, None, on(4), on(9))), 3, on(2), on(9))
    assert history == (Row(1, None, on(0), on(2)), Row(3, None, on(2), on(9)))


def test_a_move_to_where_one_is_changes_nothing():
    before = (Row(1, None, on(0), on(9)),)
    assert moved(before, 1, on(4), on(9)) == before


def test_the_first_team_is_primary_until_another_is_said_to_be():
    first = in_team((), 1, on(0), on(9))
    both = in_team(first, 2, on(2), on(9))
    said = in_team(both, 2, on(4), on(9), is_primary=True)
    assert both == (
        Row(None, 1, on(0), on(9), is_primary=True),
        Row(None, 2, on(2), on(9)),
    )
    assert said == (
        Row(None, 1, on(0), on(4), is_primary=True),
        Row(None, 2, on(2), on(4)),
        Row(None, 1, on(4), on(9)),
        Row(None, 2, on(4), on(9), is_primary=True),
    )


def test_when_the_primary_team_is_left_the_next_takes_its_place():
    both = in_team(in_team((), 2, on(0), on(9)), 1, on(2), on(9))
    assert out_of_team(both, 2, on(5)) == (
        Row(None, 2, on(0), on(5), is_primary=True),
        Row(None, 1, on(2), on(5)),
        Row(None, 1, on(5), on(9), is_primary=True),
    )


def test_a_team_said_not_to_be_primary_gives_way_to_another():
    both = in_team(in_team((), 1, on(0), on(9)), 2, on(0), on(9))
    assert in_team(both, 1, on(3), on(9), is_primary=False) == (
        Row(None, 1, on(0), on(3), is_primary=True),
        Row(None, 2, on(0), on(3)),
        Row(None, 1, on(3), on(9)),
        Row(None, 2, on(3), on(9), is_primary=True),
    )


@dataclass
class Note:
    """What the oracle knows of one day."""

    department: tuple[int, bool] | None = None
    teams: dict[int, bool] = field(default_factory=dict)
    primary: int | None = None


class Oracle:
    """Every day by itself: slow, and too simple to be wrong."""

    def __init__(self) -> None:
        self.first, self.last = 0, DAYS
        self.notes = {day: Note() for day in range(DAYS)}

    def move(self, department: int | None, day: int, lead: bool) -> None:
        for each in range(day, self.last):
            self.notes[each].department = None if department is None else (department, lead)

    def join(self, team: int, day: int, primary: bool | None, lead: bool) -> None:
        for each in range(day, self.last):
            note = self.notes[each]
            note.teams[team] = lead
            if primary:
                note.primary = team
            elif primary is False and note.primary == team:
                note.primary = None
        self._choose(avoid=team if primary is False else None)

    def leave(self, team: int, day: int) -> None:
        for each in range(day, self.last):
            note = self.notes[each]
            note.teams.pop(team, None)
            note.primary = None if note.primary == team else note.primary
        self._choose()

    def be_there(self, first: int, last: int) -> None:
        old, oldest, latest = self.notes, self.notes[self.first], self.notes[self.last - 1]
        self.notes = {day: Note() for day in range(DAYS)}
        for day in range(first, last):
            source = oldest if day < self.first else latest if day >= self.last else old[day]
            self.notes[day] = Note(source.department, dict(source.teams), source.primary)
        self.first, self.last = first, last

    def _choose(self, avoid: int | None = None) -> None:
        for day, note in self.notes.items():
            if note.primary is None and note.teams:
                note.primary = min(note.teams, key=lambda team: (team == avoid, self._since(team, day), team))

    def _since(self, team: int, day: int) -> int:
        while day > self.first and team in self.notes[day - 1].teams:
            day -= 1
        return day


def noted(history: History) -> dict[int, Note]:
    """The history told day by day; two rows for the same unit and day, or two departments, fail."""
    notes = {day: Note() for day in range(DAYS)}
    for row in history:
        for day in range((row.from_day - EPOCH).days, (row.to_day - EPOCH).days):
            note = notes[day]
            if row.team_id is None:
                assert note.department is None
                note.department = (row.department_id or 0, row.is_lead)
                continue
            assert row.team_id not in note.teams
            note.teams[row.team_id] = row.is_lead
            if row.is_primary:
                assert note.primary is None
                note.primary = row.team_id
    return notes


days = st.integers(0, DAYS - 1)
sayings = st.one_of(
    st.tuples(st.just("move"), st.sampled_from((*UNITS, None)), days, st.booleans()),
    st.tuples(st.just("join"), st.sampled_from(UNITS), days, st.sampled_from((None, True, False)), st.booleans()),
    st.tuples(st.just("leave"), st.sampled_from(UNITS), days),
    st.tuples(st.just("be there"), days, st.integers(1, DAYS)),
)


@given(st.lists(sayings, max_size=12))
def test_any_sequence_of_sayings_is_what_a_day_by_day_oracle_says(said):
    history: History = ()
    oracle = Oracle()
    for verb, *words in said:
        until = on(oracle.last)
        match verb, words:
            case "move", [department, day, lead] if oracle.first <= day < oracle.last:
                oracle.move(department, day, lead)
                history = moved(history, department, on(day), until, is_lead=lead)
            case "join", [team, day, primary, lead] if oracle.first <= day < oracle.last:
                oracle.join(team, day, primary, lead)
                history = in_team(history, team, on(day), until, is_primary=primary, is_lead=lead)
            case "leave", [team, day] if oracle.first <= day < oracle.last:
                oracle.leave(team, day)
                history = out_of_team(history, team, on(day))
            case "be there", [first, last] if first < last and first < oracle.last and oracle.first < last:
                was = (on(oracle.first), until)
                oracle.be_there(first, last)
                history = within(history, was, (on(first), on(last)))
        assert noted(history) == oracle.notes
