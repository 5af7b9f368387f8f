"""The teams of the sample organization and what a full year of somebody there looks like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """What one person of usual strength does in a year; `amount` is a usual won deal in whole dollars."""

    department: str
    pipeline: str = "New business"
    closings: int = 0
    won_percent: int = 0
    amount: int = 0
    cycle_days: int = 30
    leads: int = 0
    tasks: int = 0
    call_percent: int = 45
    meeting_percent: int = 20

    @property
    def wins(self) -> int:
        """Deals won in a year."""
        return self.closings * self.won_percent // 100


SALES, GROWTH, PARTNERS = "Sales", "Customer Growth", "Partnerships"
DEPARTMENTS = (SALES, GROWTH, PARTNERS)

PROFILES: dict[str, Profile] = {
    "Enterprise": Profile(
        SALES, closings=44, won_percent=34, amount=78_000, cycle_days=95, leads=44, tasks=250, meeting_percent=34
    ),
    "Mid-Market": Profile(
        SALES, closings=88, won_percent=32, amount=27_000, cycle_days=55, leads=72, tasks=270, meeting_percent=26
    ),
    "Small Business": Profile(
        SALES, closings=200, won_percent=30, amount=6_800, cycle_days=24, leads=105, tasks=300, call_percent=58
    ),
    "Sales Development": Profile(SALES, leads=560, tasks=1_150, call_percent=66, meeting_percent=8),
    "Renewals": Profile(
        GROWTH, "Renewals", closings=70, won_percent=78, amount=14_000, cycle_days=45, leads=28, tasks=230
    ),
    "Expansion": Profile(
        GROWTH, "Renewals", closings=64, won_percent=45, amount=19_000, cycle_days=50, leads=56, tasks=240
    ),
    "Resellers": Profile(
        PARTNERS, "Partners", closings=66, won_percent=40, amount=31_000, cycle_days=60, leads=92, tasks=220
    ),
    "Research Institutes": Profile(
        PARTNERS, "Partners", closings=48, won_percent=38, amount=46_000, cycle_days=80, leads=58, tasks=210
    ),
}
