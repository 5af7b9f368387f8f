"""A year and more of deals: won, lost and open, as the seasons, the teams and the people make them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from paceline.demo import words
from paceline.demo.company import DOMAIN, REGIONS, TEAMS, Member, Stay, email
from paceline.demo.moment import Moment
from paceline.demo.rhythm import DEALS
from paceline.demo.teams import PROFILES, Profile
from paceline.demo.words import Deck
from paceline.domain.calendar import DAY_NEVER, Window

FIELDS = (
    "external_id",
    "name",
    "owner",
    "created",
    "amount",
    "currency",
    "status",
    "stage",
    "pipeline",
    "product",
    "region",
    "expected_close",
    "closed",
    "modified",
    "custom",
)
Row = tuple[object, ...]
# Nobody of that name is in the organization.
STRANGER = f"former.colleague@{DOMAIN}"
# In which currency some deals are; there are rates for the first and none for the second.
RATED, UNRATED = "EUR", "CHF"
_RATED_OF_EUROPE_PERCENT = 16
# How many of somebody's customers are in their own region.
_AT_HOME_PERCENT = 85
# One deal in so many is of a stranger, or without a rate; one open deal in so many has no amount yet.
_STRANGE_ONE_IN, _UNRATED_ONE_IN, _BLANK_ONE_IN = 420, 330, 26
# What somebody leaves behind that the team's lead then wins or loses.
_TAKEN_OVER_PERCENT = 45
_SETTLED_DAYS = 21
# Which of a hundred are won, by dozens: the cards of a deck.
_OUTCOMES = tuple(range(4, 100, 8))
_CYCLES = (45, 60, 75, 85, 95, 105, 120, 145, 180)


@dataclass(frozen=True, slots=True)
class _Luck:
    """How someone's deals turn out, evened out over a few of them: which are won, and how large those are."""

    outcomes: Deck
    won: Deck
    lost: Deck

    def draw(self, won_percent: int) -> tuple[bool, int]:
        """Whether the next is won, and its amount in per cent of a usual one."""
        is_won = self.outcomes.draw() < won_percent
        return is_won, (self.won if is_won else self.lost).draw()


@dataclass(frozen=True, slots=True)
class _Deal:
    """A deal's whole life, whatever of it is over; `closes` may be still to come."""

    name: str
    industry: str
    owner: str
    created: datetime
    closes: datetime
    is_won: bool
    amount: int
    currency: str
    product: str
    region: str
    pipeline: str
    expected: date
    is_blank: bool


def rows(members: list[Member], moment: Moment) -> list[Row]:
    """Every deal that there is at the moment, in the order they were made."""
    made = [each for member in members for stay in member.stays for each in _of_stay(member, stay, moment)]
    begun = sorted((each for each in made if moment.happened(each.created)), key=lambda each: (each.created, each.name))
    return [_row(f"D-{number:05d}", each, moment) for number, each in enumerate(begun, start=1)]


def _of_stay(member: Member, stay: Stay, moment: Moment) -> Iterator[_Deal]:
    profile, chance = PROFILES[stay.team], Random(f"deals {member.name} {stay.team}")
    settled = max(stay.window.start, member.hire_day + timedelta(days=_SETTLED_DAYS))
    # What someone who left had begun is closed after the last day too.
    window = Window(settled, DAY_NEVER if member.end_day else stay.window.end).clip(moment.window)
    if window is None:
        return
    per_year = profile.closings * member.strength * member.effort // 10_000
    luck = _Luck(Deck(chance, _OUTCOMES), Deck(chance, words.SPREAD), Deck(chance, words.SPREAD))
    for day in DEALS.days(chance, per_year, window):
        made = _deal(chance, luck, member, profile, day, moment)
        gone = member.end_day is not None and day > member.end_day
        if not gone:
            yield made
        elif made.created.date() < stay.window.end and chance.randrange(100) < _TAKEN_OVER_PERCENT:
            yield replace(made, owner=email(TEAMS[stay.team][0]))


def _deal(chance: Random, luck: _Luck, member: Member, profile: Profile, day: date, moment: Moment) -> _Deal:
    closes = moment.time(chance, day)
    days = max(2, profile.cycle_days * chance.choice(_CYCLES) // 100)
    begun = _working_day(max(day - timedelta(days=days), member.hire_day + timedelta(days=2)))
    sold = words.product(chance)
    is_won, part = luck.draw(profile.won_percent)
    customer, industry = words.customer(chance)
    region = member.region if chance.randrange(100) < _AT_HOME_PERCENT else chance.choice(REGIONS)
    return _Deal(
        name=f"{customer}, {sold}",
        industry=industry,
        owner=STRANGER if chance.randrange(_STRANGE_ONE_IN) == 0 else member.email,
        created=min(moment.time(chance, begun), closes - timedelta(hours=1)),
        closes=closes,
        is_won=is_won,
        amount=words.amount(chance, profile.amount, part, sold),
        currency=_currency(chance, region),
        product=sold,
        region=region,
        pipeline=profile.pipeline,
        expected=max(begun, day + timedelta(days=chance.randint(-12, 14))),
        is_blank=chance.randrange(_BLANK_ONE_IN) == 0,
    )


def _working_day(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _currency(chance: Random, region: str) -> str:
    if chance.randrange(_UNRATED_ONE_IN) == 0:
        return UNRATED
    return RATED if region == "Europe" and chance.randrange(100) < _RATED_OF_EUROPE_PERCENT else "USD"


def _row(external_id: str, deal: _Deal, moment: Moment) -> Row:
    chance = Random(external_id)
    is_open = not moment.happened(deal.closes)
    status = "open" if is_open else "won" if deal.is_won else "lost"
    stage = _stage(deal, moment) if is_open else f"Closed {status}"
    return (
        external_id,
        deal.name,
        deal.owner,
        deal.created,
        None if is_open and deal.is_blank else deal.amount,
        deal.currency,
        status,
        stage,
        deal.pipeline,
        deal.product,
        deal.region,
        deal.expected,
        None if is_open else deal.closes,
        moment.between(chance, deal.created, moment.now) if is_open else deal.closes,
        {"industry": deal.industry},
    )


def _stage(deal: _Deal, moment: Moment) -> str:
    over, whole = moment.now - deal.created, deal.closes - deal.created
    return words.STAGES[min(len(words.STAGES) - 1, over * len(words.STAGES) // whole)]
