"""What the records of the sample organization speak of: customers, products, sources of leads, kinds of tasks."""

from collections.abc import Sequence
from random import Random

# What they sell: how dear it is beside the others and how often it is sold, both in per cent.
PRODUCTS = {"Spectra": (150, 25), "Flowline": (100, 25), "Insight": (90, 20), "Calibra": (70, 15), "Care": (60, 15)}
# Where leads come from: how many in a hundred, and how many in a hundred of those qualify.
LEAD_SOURCES = {
    "Website": (30, 30),
    "Outbound": (22, 24),
    "Webinar": (14, 34),
    "Trade fair": (12, 40),
    "Referral": (12, 62),
    "Advertising": (10, 18),
}
STAGES = ("Qualification", "Discovery", "Proposal", "Negotiation")
INDUSTRIES = {
    "Pharma": "Life sciences",
    "Biotech": "Life sciences",
    "Foods": "Food and drink",
    "Dairy": "Food and drink",
    "Chemicals": "Chemicals",
    "Coatings": "Chemicals",
    "Water": "Utilities",
    "Energy": "Utilities",
    "Semiconductors": "Electronics",
    "Optics": "Electronics",
    "Aerospace": "Manufacturing",
    "Motors": "Manufacturing",
    "Laboratories": "Research",
    "Institute": "Research",
}
_NAMES = (
    "Aldergrove", "Arden", "Baltic", "Beacon", "Birchwood", "Blue Ridge", "Bramble", "Caldera", "Cascade", "Cedar",
    "Corvus", "Delta", "Eastgate", "Ember", "Falcon", "Fjord", "Granite", "Halcyon", "Harbor", "Ironwood", "Juniper",
    "Kestrel", "Lakeside", "Lumen", "Meridian", "Monarch", "Northstar", "Oakfield", "Orion", "Pacific", "Peregrine",
    "Quarry", "Redwood", "Sable", "Silverline", "Summit", "Tamarack", "Union", "Vanguard", "Westbrook",
)  # fmt: skip
_TASKS = {
    "call": ("Call", "Discovery call with", "Follow-up call with", "Pricing call with"),
    "meeting": ("Meeting with", "Demonstration for", "Site visit at", "Review with"),
    "email": ("Send quote to", "Send summary to", "Answer questions of", "Write to"),
}
TASK_TYPES = tuple(_TASKS)
# Parts of a usual amount, in per cent, few of them large; their mean is 100.
SPREAD = (28, 38, 46, 54, 62, 70, 78, 88, 98, 110, 125, 145, 178, 280)


class Deck:
    """Cards that are drawn in a chance order, all of them before any comes again: luck that evens out."""

    def __init__(self, chance: Random, cards: Sequence[int]) -> None:
        self._chance, self._cards, self._left = chance, cards, list[int]()

    def draw(self) -> int:
        """The next card."""
        if not self._left:
            self._left = self._chance.sample(self._cards, len(self._cards))
        return self._left.pop()


def customer(chance: Random) -> tuple[str, str]:
    """A customer's name, and its industry."""
    kind = chance.choice(tuple(INDUSTRIES))
    return f"{chance.choice(_NAMES)} {kind}", INDUSTRIES[kind]


def product(chance: Random) -> str:
    """What is sold."""
    return chance.choices(tuple(PRODUCTS), [often for _, often in PRODUCTS.values()])[0]


def amount(chance: Random, usual: int, part: int, sold: str) -> int:
    """An amount in cents, of tens of dollars: so many per cent of a usual one in whole dollars, of that product."""
    dear, _ = PRODUCTS[sold]
    return max(1, usual * part * dear * chance.randint(90, 110) // 10_000_000) * 1_000


def lead_source(chance: Random) -> str:
    """Where a lead comes from."""
    return chance.choices(tuple(LEAD_SOURCES), [many for many, _ in LEAD_SOURCES.values()])[0]


def task_type(chance: Random, call_percent: int, meeting_percent: int) -> str:
    """What kind of task it is."""
    weights = call_percent, meeting_percent, 100 - call_percent - meeting_percent
    return chance.choices(TASK_TYPES, weights)[0]


def task(chance: Random, kind: str) -> str:
    """What a task of that kind is called."""
    return f"{chance.choice(_TASKS[kind])} {customer(chance)[0]}"
