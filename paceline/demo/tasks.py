"""A year and more of calls, meetings and mails."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from paceline.demo import words
from paceline.demo.company import Member, Stay
from paceline.demo.deals import STRANGER, Row
from paceline.demo.moment import Moment
from paceline.demo.rhythm import TASKS
from paceline.demo.teams import PROFILES, Profile

FIELDS = ("external_id", "name", "owner", "created", "status", "type", "completed", "modified")
# What is made by today has its day by then.
_DAYS_AHEAD = 8
_STRANGE_ONE_IN = 2_000
_AHEAD_DAYS = (0, 0, 0, 1, 1, 2, 3, 4, 6)
# Of a hundred whose time has come, so many were called off, and so many are left open.
_CANCELLED_PERCENT, _FORGOTTEN_PERCENT = 6, 3


def rows(members: list[Member], moment: Moment) -> list[Row]:
    """Every task that there is at the moment, in the order they were made."""
    made = [each for member in members for stay in member.stays for each in _of_stay(member, stay, moment)]
    made.sort(key=lambda each: (each[0], each[1]))
    return [(f"T-{number:05d}", *rest) for number, (_, *rest) in enumerate(made, start=1)]


def _of_stay(member: Member, stay: Stay, moment: Moment) -> Iterator[Row]:
    profile, chance = PROFILES[stay.team], Random(f"tasks {member.name} {stay.team}")
    window = stay.window.clip(moment.until(_DAYS_AHEAD))
    if window is None:
        return
    for day in TASKS.days(chance, profile.tasks * member.strength // 100, window):
        row = _task(chance, member, profile, day, moment)
        if row is not None:
            yield row


def _task(chance: Random, member: Member, profile: Profile, day: date, moment: Moment) -> Row | None:
    """The task behind the time it was made; None if it is not made yet."""
    due = moment.time(chance, day)
    made = max(day - timedelta(days=chance.choice(_AHEAD_DAYS)), member.hire_day)
    created = min(moment.time(chance, made), due - timedelta(minutes=chance.randint(5, 90)))
    kind = words.task_type(chance, profile.call_percent, profile.meeting_percent)
    name = words.task(chance, kind)
    owner = STRANGER if chance.randrange(_STRANGE_ONE_IN) == 0 else member.email
    status = _status(chance.randrange(100)) if moment.happened(due) else "open"
    if not moment.happened(created):
        return None
    is_done = status == "completed"
    return created, name, owner, created, status, kind, due if is_done else None, created if status == "open" else due


def _status(drawn: int) -> str:
    if drawn < _CANCELLED_PERCENT:
        return "cancelled"
    return "open" if drawn < _CANCELLED_PERCENT + _FORGOTTEN_PERCENT else "completed"
