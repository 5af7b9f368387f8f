"""The people and units of the sample organization, who moved, who came and who left."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from unicodedata import normalize

from paceline.demo.teams import DEPARTMENTS, GROWTH, PARTNERS, PROFILES, SALES
from paceline.domain.calendar import DAY_NEVER, Window, fiscal_quarter_of

NAME, SLUG, CURRENCY = "Northwind Instruments", "demo", "USD"
TIME_ZONE, HOLIDAY_COUNTRY = "America/New_York", "US"
DOMAIN = "northwind.example"
REGIONS = ("Americas", "Europe", "Asia Pacific")

DIRECTOR, ANALYST = "Margaret Osei", "Felix Brandt"
HEADS = {SALES: "Rosa Delgado", GROWTH: "Henrik Lindqvist", PARTNERS: "Aiko Tanaka"}
# The first of each team leads it.
TEAMS: dict[str, tuple[str, ...]] = {
    "Enterprise": (
        "Tariq Haddad", "Grace Kim", "Olivia Bennett", "Mateo Rossi", "Ingrid Solheim", "Dwayne Carter",
        "Priya Raman", "Stephen Walsh",
    ),
    "Mid-Market": (
        "Naomi Fischer", "Carlos Mendoza", "Emily Zhang", "Kwame Boateng", "Laura Petit", "Vikram Desai",
        "Hannah Cohen", "Tomas Novak", "Jasmine Reed",
    ),
    "Small Business": (
        "Ben Adeyemi", "Sofia Marino", "Liam Murphy", "Mei Lin", "Andre Dubois", "Fatima Zahra", "Noah Jensen",
        "Camila Torres", "Ravi Shankar",
    ),
    "Sales Development": (
        "Chloe Martin", "Diego Alvarez", "Amara Nwosu", "Jonas Weber", "Yuki Sato", "Ella Johnson", "Omar Farouk",
        "Lucia Romero",
    ),
    "Renewals": ("Patricia Gomez", "David Goldberg", "Thandi Dlamini", "Marco Bianchi", "Susan Clark", "Bao Nguyen"),
    "Expansion": ("Samuel Okafor", "Zoë Laurent", "Arjun Mehta", "Katarina Horvat", "Michael Brown", "Leila Karimi"),
    "Resellers": ("Elena Popescu", "George Papadakis", "Nadia Rahman", "William Turner", "Ana Sousa"),
    "Research Institutes": ("Joanna Kowalska", "Peter Schmidt", "Wei Chen", "Isabelle Moreau"),
}  # fmt: skip
# Each of them is a story that the figures can be read by.
MOVER, MOVED_TO = "Mei Lin", "Mid-Market"
JOINER, LEAVER, IN_TWO_TEAMS, SECOND_TEAM = "Jasmine Reed", "Stephen Walsh", "Emily Zhang", "Research Institutes"

_HIRED_DAYS_AGO = (900, 3_600)
_JOINED_DAYS_AGO, _LEFT_DAYS_AGO = 110, 47
# So many days into a quarter somebody may have moved in its middle.
_MIDDLE_DAYS_MIN = 24
_STRENGTHS = (58, 70, 79, 86, 92, 96, 100, 104, 108, 112, 118, 127, 140)
_LEADS_SELL_PERCENT = 60


@dataclass(frozen=True, slots=True)
class Stay:
    """The days that someone is in a team as their primary one."""

    team: str
    window: Window


@dataclass(frozen=True, slots=True)
class Member:
    """Someone of the organization. `strength` and `effort` are per cent of a usual person's and of a full quota."""

    name: str
    department: str | None
    hire_day: date
    end_day: date | None = None
    manager: str | None = None
    quota_carrying: bool = True
    is_lead: bool = False
    stays: tuple[Stay, ...] = ()
    strength: int = 100
    effort: int = 100
    region: str = REGIONS[0]

    @property
    def email(self) -> str:
        """The e-mail address, by which records name their owner."""
        return email(self.name)

    def stay_in(self, window: Window) -> Stay | None:
        """Where they stand in the target tree of the window: where they are first in it."""
        return next((each for each in self.stays if each.window.clip(window)), None)


def email(name: str) -> str:
    """Someone's address, such as mei.lin@northwind.example."""
    plain = normalize("NFD", name).encode("ascii", "ignore").decode()
    return f"{plain.lower().replace(' ', '.')}@{DOMAIN}"


def people(today: date) -> list[Member]:
    """Everybody, managers before those whom they manage."""
    first = Member(DIRECTOR, None, _hired(DIRECTOR, today), quota_carrying=False)
    analyst = Member(ANALYST, None, _hired(ANALYST, today), manager=DIRECTOR, quota_carrying=False)
    heads = [
        Member(name, department, _hired(name, today), manager=DIRECTOR, quota_carrying=False, is_lead=True)
        for department, name in HEADS.items()
    ]
    return [first, analyst, *heads, *(each for team in TEAMS for each in _of_team(team, today))]


def moved_on(today: date) -> date:
    """The middle of what is over of the quarter; early in one, the middle of the quarter before."""
    quarter = fiscal_quarter_of(today, 1)
    if (today - quarter.start).days < _MIDDLE_DAYS_MIN:
        quarter = fiscal_quarter_of(quarter.start - timedelta(days=1), 1)
    return quarter.start + (min(today, quarter.end) - quarter.start) // 2


def units() -> list[tuple[str, str]]:
    """Each team with its department."""
    return [(team, profile.department) for team, profile in PROFILES.items() if profile.department in DEPARTMENTS]


def _of_team(team: str, today: date) -> list[Member]:
    return [_member(team, number, name, today) for number, name in enumerate(TEAMS[team])]


def _member(team: str, number: int, name: str, today: date) -> Member:
    chance = Random(f"person {name}")
    department, is_lead = PROFILES[team].department, number == 0
    hired = _hired(name, today)
    made = Member(
        name,
        department,
        hired,
        manager=HEADS[department] if is_lead else TEAMS[team][0],
        is_lead=is_lead,
        stays=(Stay(team, Window(hired, DAY_NEVER)),),
        strength=chance.choice(_STRENGTHS),
        effort=_LEADS_SELL_PERCENT if is_lead else 100,
        region=chance.choices(REGIONS, (6, 4, 2))[0],
    )
    return _with_story(made, team, today)


def _with_story(made: Member, team: str, today: date) -> Member:
    if made.name == MOVER:
        moved = moved_on(today)
        stays = Stay(team, Window(made.hire_day, moved)), Stay(MOVED_TO, Window(moved, DAY_NEVER))
        return replace(made, stays=stays, strength=112)
    if made.name == LEAVER:
        end_day = today - timedelta(days=_LEFT_DAYS_AGO)
        stay = Stay(team, Window(made.hire_day, end_day + timedelta(days=1)))
        return replace(made, end_day=end_day, stays=(stay,))
    return made


def _hired(name: str, today: date) -> date:
    ago = _JOINED_DAYS_AGO if name == JOINER else Random(f"hired {name}").randint(*_HIRED_DAYS_AGO)
    return today - timedelta(days=ago)
