"""A year and more of leads: where they come from, and which of them qualify."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from paceline.demo import words
from paceline.demo.company import Member, Stay
from paceline.demo.deals import STRANGER, Row
from paceline.demo.moment import Moment
from paceline.demo.rhythm import LEADS
from paceline.demo.teams import PROFILES

FIELDS = (
    "external_id",
    "name",
    "owner",
    "created",
    "status",
    "stage",
    "pipeline",
    "lead_source",
    "region",
    "qualified",
    "modified",
)
# What is made by today has its day by then.
_DAYS_AHEAD = 1
_STRANGE_ONE_IN = 900
# A lead is worked on for some days until it is clear what it is; some stay open for ever.
_WORKED_DAYS_MAX = 21
_FORGOTTEN_PERCENT = 12
_FRIDAY, _WEEK = 4, 7


def rows(members: list[Member], moment: Moment) -> list[Row]:
    """Every lead that there is at the moment, in the order they came."""
    made = [each for member in members for stay in member.stays for each in _of_stay(member, stay, moment)]
    made.sort(key=lambda each: (each[0], each[1]))
    return [(f"L-{number:05d}", *rest) for number, (_, *rest) in enumerate(made, start=1)]


def _of_stay(member: Member, stay: Stay, moment: Moment) -> Iterator[Row]:
    profile, chance = PROFILES[stay.team], Random(f"leads {member.name} {stay.team}")
    window = stay.window.clip(moment.until(_DAYS_AHEAD))
    if window is None:
        return
    per_year = profile.leads * member.strength * member.effort // 10_000
    for day in LEADS.days(chance, per_year, window):
        row = _lead(chance, member, profile.pipeline, day, moment)
        if row is not None:
            yield row


def _lead(chance: Random, member: Member, pipeline: str, day: date, moment: Moment) -> Row | None:
    """The lead behind the time it came; None if it has not come yet."""
    created = moment.time(chance, day)
    source = words.lead_source(chance)
    qualifies = chance.randrange(100) < words.LEAD_SOURCES[source][1]
    settled = _settled(chance, day, created, moment)
    owner = STRANGER if chance.randrange(_STRANGE_ONE_IN) == 0 else member.email
    name = words.customer(chance)[0]
    status = "open" if not moment.happened(settled) else "qualified" if qualifies else "disqualified"
    touched = moment.between(chance, created, created + timedelta(days=3))
    is_forgotten = chance.randrange(100) < _FORGOTTEN_PERCENT
    if status == "disqualified" and is_forgotten:
        status = "open"
    if not moment.happened(created):
        return None
    return (
        created,
        name,
        owner,
        created,
        status,
        status.capitalize() if status != "open" else "Contacted" if touched > created else "New",
        pipeline,
        source,
        member.region,
        settled if status == "qualified" else None,
        touched if status == "open" else settled,
    )


def _settled(chance: Random, day: date, created: datetime, moment: Moment) -> datetime:
    """When it is clear what the lead is."""
    late = day + timedelta(days=min(chance.randint(0, _WORKED_DAYS_MAX), chance.randint(0, _WORKED_DAYS_MAX)))
    late += timedelta(days=max(0, late.weekday() - _FRIDAY) and _WEEK - late.weekday())
    return max(moment.time(chance, late), created + timedelta(minutes=chance.randint(20, 300)))
