"""What the stream of changes sees of the organization: who is there, and which of their records it may touch."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random

from paceline.demo.load import SOURCE
from paceline.demo.teams import PROFILES, Profile
from paceline.domain.calendar import Window
from paceline.domain.metric import Definition
from paceline.domain.record import Module
from paceline.facts import breakdown, clock, ingest
from paceline.facts.breakdown import Counted, Figure
from paceline.facts.ingest import Batch
from paceline.facts.scope import Scope
from paceline.facts.sums import Assignee
from paceline.org import directory
from paceline.org.calendar import today as today_of
from paceline.org.models import Membership, Organization, Person
from paceline.plan import registry, rules

# Whoever is in no team of the sample's own is taken for one of this team.
_USUAL_TEAM = "Mid-Market"


@dataclass(frozen=True)
class Scene:
    """The organization at a moment. Its lock is held; `chance` decides everything."""

    chance: Random
    scope: Scope
    now: datetime

    @cached_property
    def organization(self) -> Organization:
        return directory.own_organization(self.scope)

    @cached_property
    def today(self) -> date:
        return today_of(self.organization, self.now)

    @cached_property
    def sellers(self) -> list[tuple[Person, Profile]]:
        """Whoever carries a quota, is there today and can be named as an owner, each with how their team works."""
        own = Person.objects.filter(org_id=self.scope.org_id, quota_carrying=True, email__isnull=False).order_by("id")
        there = {"from_day__lte": self.today, "to_day__gt": self.today, "is_primary": True}
        rows = Membership.objects.filter(org_id=self.scope.org_id, **there)
        teams = dict(rows.values_list("person_id", "team__name"))
        usual = PROFILES[_USUAL_TEAM]
        return [(each, PROFILES.get(teams.get(each.id, ""), usual)) for each in own if each.is_there(self.today)]

    def gained_today(self, metric: str) -> int:
        """What the whole organization has of a flow today."""
        number, _ = self._metric(metric)
        return sum(breakdown.days_of_everybody(self.scope, number, self.last_days(1)).values())

    def records(self, metric: str, person: Person, window: Window) -> list[Counted]:
        """The records of the sample behind someone's figure; those of other sources are somebody's own."""
        number, made = self._metric(metric)
        assignee, known_at = Assignee("person", person.id), clock.known_now(self.scope)
        figure = Figure(number, made.module, made.kind, assignee, window, known_at)
        return [each for each in breakdown.records(self.scope, figure) if each.source == SOURCE]

    def last_days(self, count: int) -> Window:
        """So many days up to today, with it."""
        return Window(self.today - timedelta(days=count - 1), self.today + timedelta(days=1))

    def write(self, module: Module, external_id: str, **fields: object) -> None:
        """Write one record, changed just now."""
        given = {"external_id": external_id, **fields, "modified": self.now}
        ingest.write(self.scope, Batch(module, SOURCE, tuple(given), [tuple(given.values())]))

    def new_id(self, letter: str) -> str:
        """An id that no record has."""
        return f"{letter}-{self.now:%y%m%d%H%M%S}-{self.chance.getrandbits(32):08x}"

    def _metric(self, key: str) -> tuple[int, Definition]:
        found = registry.metric(self.scope, key)
        return found.id, rules.definition(found)
