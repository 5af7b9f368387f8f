"""The tables of the room: metrics, targets, assignments and what their values have been."""

from datetime import date, timedelta

from django.db import models
from django.db.models.functions import Now

from paceline.domain.calendar import Period
from paceline.domain.pace import Basis
from paceline.org.columns import NAME_CHARACTERS_MAX
from paceline.org.models import Organization

KEY_CHARACTERS_MAX = 60
TARGET_NAME_CHARACTERS_MAX = 120
DESCRIPTION_CHARACTERS_MAX = 2_000
TOKEN_CHARACTERS_MAX = 43


class TargetStatus(models.TextChoices):
    """Where a target is in its life. Only an active one is shown to everybody."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DRAFT = "draft"


class Origin(models.TextChoices):
    """Where an assignment's value came from."""

    CASCADE = "cascade"
    IMPORT = "import"
    MANUAL = "manual"
    PERIODS = "periods"


class AssigneeKind(models.TextChoices):
    """Whom an assignment is for."""

    DEPARTMENT = "department"
    ORGANIZATION = "organization"
    PERSON = "person"
    TEAM = "team"


class Metric(models.Model):
    """A metric: built in, made by an admin, or another one narrowed by a target's filter.

    `definition` is what the compiler takes. A narrowed metric has none of its own: it is `narrowed_from` with `filter`,
    so that editing the one edits the other. A retired metric yields only what targets still rest on; its ledger stays.
    """

    id: int
    org_id: int
    narrowed_from_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    key = models.CharField(max_length=KEY_CHARACTERS_MAX)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    description = models.CharField(max_length=DESCRIPTION_CHARACTERS_MAX, blank=True, default="")
    direction = models.CharField(max_length=10)
    indicator = models.CharField(max_length=10)
    definition = models.JSONField(null=True)
    narrowed_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_index=False, related_name="narrowed"
    )
    filter = models.JSONField(null=True)
    is_built_in = models.BooleanField(default=False)
    is_retired = models.BooleanField(default=False)

    class Meta:
        db_table = "plan_metric"
        constraints = [
            models.UniqueConstraint(fields=["org", "key"], name="plan_metric_key_once"),
            models.CheckConstraint(
                name="plan_metric_defined_once",
                condition=models.Q(definition__isnull=False, narrowed_from__isnull=True, filter__isnull=True)
                | models.Q(definition__isnull=True, narrowed_from__isnull=False, filter__isnull=False),
            ),
        ]


class Target(models.Model):
    """A goal for a metric in a window, half-open from `start_date` to `end_date`.

    `metric` is the one that was chosen, `measured_by` the same or, with a filter, the narrowed one.
    """

    id: int
    org_id: int
    metric_id: int
    measured_by_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=TARGET_NAME_CHARACTERS_MAX)
    description = models.CharField(max_length=DESCRIPTION_CHARACTERS_MAX, blank=True, default="")
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, db_index=False, related_name="targets")
    measured_by = models.ForeignKey(Metric, on_delete=models.PROTECT, db_index=False, related_name="targets_measured")
    filter = models.JSONField(null=True)
    value = models.BigIntegerField()
    period = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Period])
    start_date = models.DateField()
    end_date = models.DateField()
    pace_by = models.CharField(max_length=15, default=Basis.CALENDAR_DAYS.value)
    status = models.CharField(max_length=10, default=TargetStatus.ACTIVE.value)

    class Meta:
        db_table = "plan_target"
        constraints = [
            models.CheckConstraint(name="plan_target_value", condition=models.Q(value__gt=0)),
            models.CheckConstraint(name="plan_target_window", condition=models.Q(end_date__gt=models.F("start_date"))),
        ]
        indexes = [
            models.Index(fields=["org", "name"], name="plan_target_name"),
            models.Index(fields=["org", "measured_by"], name="plan_target_measured_by"),
        ]

    @property
    def last_day(self) -> date:
        """The last day inside its window."""
        return self.end_date - timedelta(days=1)


class Assignment(models.Model):
    """One assignee's share of a target in a window inside the target's, as it stands now.

    The organization as assignee has the id 0. Units and people are never deleted, so the pair (kind, id) stays good.
    Nor are assignments, nor targets that have any, so the database does not check `org`, `parent` and `target`: over
    120,000 of them that took longer than writing them.
    """

    id: int
    org_id: int
    target_id: int
    parent_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    target = models.ForeignKey(
        Target, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="assignments"
    )
    assignee_kind = models.CharField(max_length=12, choices=AssigneeKind.choices)
    assignee_id = models.BigIntegerField()
    start_date = models.DateField()
    end_date = models.DateField()
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="children"
    )
    value = models.BigIntegerField()
    origin = models.CharField(max_length=10, default=Origin.MANUAL.value)
    is_locked = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)

    class Meta:
        db_table = "plan_assignment"
        constraints = [
            models.UniqueConstraint(
                fields=["org", "target", "assignee_kind", "assignee_id", "start_date", "end_date"],
                name="plan_assignment_once",
            ),
            models.CheckConstraint(name="plan_assignment_value", condition=models.Q(value__gte=0)),
            models.CheckConstraint(
                name="plan_assignment_window", condition=models.Q(end_date__gt=models.F("start_date"))
            ),
        ]
        indexes = [models.Index(fields=["org", "parent"], name="plan_assignment_parent")]


class AssignmentValue(models.Model):
    """What an assignment's value, parent and lock were from a posting of the ledger's clock on. Only ever added to."""

    id: int
    org_id: int
    assignment_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="values_held"
    )
    known_from = models.DateTimeField()
    value = models.BigIntegerField()
    parent_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=10)
    is_locked = models.BooleanField()
    is_deleted = models.BooleanField()
    actor = models.CharField(max_length=NAME_CHARACTERS_MAX)
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "plan_assignment_value"
        constraints = [
            models.UniqueConstraint(fields=["org", "assignment", "known_from"], name="plan_assignment_value_once"),
        ]


class OperationKind(models.TextChoices):
    """What was applied as one thing."""

    BULK = "bulk"
    CASCADE = "cascade"
    COPY = "copy"
    IMPORT = "import"
    PERIODS = "periods"
    REBALANCE = "rebalance"
    UNDO = "undo"


class Operation(models.Model):
    """Many changes of one target's assignments, applied as one thing.

    What it changed are the values that are known from `posted_at` on. `root_id` is the assignment it began at, if any.
    """

    id: int
    org_id: int
    target_id: int
    undone_by_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=10, choices=OperationKind.choices)
    target = models.ForeignKey(Target, on_delete=models.PROTECT, db_index=False, related_name="operations")
    root_id = models.BigIntegerField(null=True)
    options = models.JSONField()
    posted_at = models.DateTimeField()
    actor = models.CharField(max_length=NAME_CHARACTERS_MAX)
    reason = models.TextField(blank=True, default="")
    undone_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="undid")

    class Meta:
        db_table = "plan_operation"
        indexes = [models.Index(fields=["org", "target", "id"], name="plan_operation_target")]


class Preview(models.Model):
    """What was previewed: enough to work it out again, and to see whether it is still the same.

    `asked` is what it rests on: the target or assignment, the options and the day. `rows` are as `previews.written`
    has them: as text, for no more is asked than whether they are still the same.
    """

    id: int
    org_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    token = models.CharField(max_length=TOKEN_CHARACTERS_MAX)
    kind = models.CharField(max_length=10, choices=OperationKind.choices)
    asked = models.JSONField()
    rows = models.TextField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "plan_preview"
        constraints = [models.UniqueConstraint(fields=["org", "token"], name="plan_preview_token_once")]
        indexes = [models.Index(fields=["made_at"], name="plan_preview_made_at")]


class FormerSetting(models.Model):
    """What some settings that figures are read by were, until a posting of the ledger's clock. Only ever added to.

    `kind` says whose they were: organization, target or metric, with its id.
    """

    id: int
    org_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=12)
    object_id = models.BigIntegerField()
    known_to = models.DateTimeField()
    settings = models.JSONField()

    class Meta:
        db_table = "plan_former_setting"
        constraints = [
            models.UniqueConstraint(fields=["org", "kind", "object_id", "known_to"], name="plan_former_setting_once"),
        ]
