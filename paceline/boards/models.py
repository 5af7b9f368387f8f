"""The table of the room: leaderboards as they are set up. What they show is computed, never kept."""

from django.db import models

from paceline.org.models import Organization
from paceline.plan.models import Metric, Target

BOARD_NAME_CHARACTERS_MAX = 120
COUNTS = (5, 10, 20)


class RankBy(models.TextChoices):
    """What decides who is first."""

    ATTAINMENT = "attainment"
    IMPROVED = "improved"
    VALUE = "value"


class BoardPeriod(models.TextChoices):
    """Which days count: the week, month, quarter or year of the organization's calendar that has the day asked for."""

    MONTH = "month"
    QUARTER = "quarter"
    WEEK = "week"
    YEAR = "year"


class ScopeKind(models.TextChoices):
    """Among whom."""

    DEPARTMENT = "department"
    EVERYONE = "everyone"
    TEAM = "team"


class Entrants(models.TextChoices):
    """Who stands on the board."""

    PEOPLE = "people"
    TEAMS = "teams"


class Visibility(models.TextChoices):
    """Whom the board is for."""

    ALL = "all"
    MANAGERS = "managers"


class Leaderboard(models.Model):
    """A board ranks by a metric, or by a target and then by what that one measures.

    Everyone as scope has the id 0. Nothing rests on a board, so it is deleted; what it was stays on the trail.
    """

    id: int
    org_id: int
    metric_id: int | None
    target_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=BOARD_NAME_CHARACTERS_MAX)
    metric = models.ForeignKey(Metric, null=True, on_delete=models.PROTECT, db_index=False, related_name="boards")
    target = models.ForeignKey(Target, null=True, on_delete=models.PROTECT, db_index=False, related_name="boards")
    rank_by = models.CharField(max_length=10, choices=RankBy.choices)
    period = models.CharField(max_length=10, choices=BoardPeriod.choices)
    scope_kind = models.CharField(max_length=10, choices=ScopeKind.choices)
    scope_id = models.BigIntegerField(default=0)
    entrants = models.CharField(max_length=10, choices=Entrants.choices)
    count = models.PositiveSmallIntegerField()
    visibility = models.CharField(max_length=10, choices=Visibility.choices)

    class Meta:
        db_table = "board_leaderboard"
        constraints = [
            models.CheckConstraint(
                name="board_leaderboard_one_measure",
                condition=models.Q(metric__isnull=False, target__isnull=True)
                | models.Q(metric__isnull=True, target__isnull=False),
            ),
            models.CheckConstraint(name="board_leaderboard_count", condition=models.Q(count__in=COUNTS)),
        ]
        indexes = [models.Index(fields=["org", "name"], name="board_leaderboard_name")]

    @property
    def measured(self) -> Metric:
        """The metric whose values count: a target's with its filter."""
        return self.chosen if self.target is None else self.target.measured_by

    @property
    def chosen(self) -> Metric:
        """The metric by its own name: a target's without its filter."""
        found = self.metric if self.target is None else self.target.metric
        if found is None:
            raise ValueError("a leaderboard has a metric or a target")
        return found
