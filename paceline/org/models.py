"""The tables of the room: organizations, units, people, their dated memberships, and the audit trail."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower, Now

from paceline.domain.access import Role
from paceline.domain.calendar import DAY_ALWAYS, DAY_NEVER
from paceline.facts.rules import CreditOwner
from paceline.org.columns import (
    EMAIL_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    SLUG_CHARACTERS_MAX,
    in_order,
    one_at_a_time,
)
from paceline.org.history import days_there

# The shortest that a trail is kept, and the longest that is said in days.
AUDIT_DAYS_MIN, AUDIT_DAYS_MAX = 90, 36_500
ON_PACE_PERCENT_DEFAULT = 10
# An IPv6 address with its zone.
ORIGIN_CHARACTERS_MAX = 64


def monday_to_friday() -> list[int]:
    """The working days of most places, Monday being 0."""
    return [0, 1, 2, 3, 4]


class Organization(models.Model):
    """A tenant. `currency` is its reporting currency; the weekdays count from Monday, which is 0.

    A blank `holiday_country` means that no holidays are kept.
    """

    id: int
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    slug = models.SlugField(max_length=SLUG_CHARACTERS_MAX, db_index=False)
    time_zone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    fiscal_year_first_month = models.PositiveSmallIntegerField(default=1)
    week_first_day = models.PositiveSmallIntegerField(default=0)
    working_weekdays = ArrayField(models.PositiveSmallIntegerField(), default=monday_to_friday)
    holiday_country = models.CharField(max_length=3, blank=True, default="")
    holiday_subdivision = models.CharField(max_length=40, blank=True, default="")
    credit_owner = models.CharField(max_length=10, default=CreditOwner.CURRENT.value)
    on_pace_percent = models.PositiveSmallIntegerField(default=ON_PACE_PERCENT_DEFAULT)
    # How long the audit trail is kept; 0 is for ever.
    audit_days = models.PositiveIntegerField(db_default=0, default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "org_organization"
        constraints = [
            models.UniqueConstraint("slug", name="org_organization_slug_once"),
            models.CheckConstraint(
                name="org_organization_fiscal_year_first_month",
                condition=models.Q(fiscal_year_first_month__range=(1, 12)),
            ),
            models.CheckConstraint(
                name="org_organization_week_first_day",
                condition=models.Q(week_first_day__range=(0, 6)),
            ),
            models.CheckConstraint(
                name="org_organization_credit_owner",
                condition=models.Q(credit_owner__in=[each.value for each in CreditOwner]),
            ),
            models.CheckConstraint(
                name="org_organization_on_pace_percent",
                condition=models.Q(on_pace_percent__range=(0, 99)),
            ),
            models.CheckConstraint(
                name="org_organization_audit_days",
                condition=models.Q(audit_days=0) | models.Q(audit_days__range=(AUDIT_DAYS_MIN, AUDIT_DAYS_MAX)),
            ),
        ]


class Department(models.Model):
    """A part of the organization; whom it is under, and when, is in its placements."""

    id: int
    org_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)

    class Meta:
        db_table = "org_department"
        constraints = [
            models.UniqueConstraint("org", Lower("name"), name="org_department_name_once"),
        ]


class Placement(models.Model):
    """The department was under its parent on these days; with no placement it stands at the top."""

    id: int
    org_id: int
    department_id: int
    parent_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, db_index=False, related_name="placements")
    parent = models.ForeignKey(Department, on_delete=models.PROTECT, db_index=False, related_name="placements_below")
    from_day = models.DateField(default=DAY_ALWAYS)
    to_day = models.DateField(default=DAY_NEVER)

    class Meta:
        db_table = "org_placement"
        constraints = [
            in_order("org_placement_days"),
            one_at_a_time("org", "department", name="org_placement_one_parent"),
            models.CheckConstraint(
                name="org_placement_not_itself",
                condition=~models.Q(department=models.F("parent")),
            ),
        ]


class Team(models.Model):
    """People of any departments who work together; it may hang under one department."""

    id: int
    org_id: int
    department_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, db_index=False, related_name="teams"
    )

    class Meta:
        db_table = "org_team"
        constraints = [
            models.UniqueConstraint("org", Lower("name"), name="org_team_name_once"),
        ]
        indexes = [models.Index(fields=["org", "department"], name="org_team_department")]


class Person(models.Model):
    """Someone who can own CRM records. Nobody is ever deleted: their past stays counted.

    `hire_day` is the first day and `end_day` the last day that they are there; either may be unknown.
    """

    id: int
    org_id: int
    manager_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX)
    email = models.CharField(max_length=EMAIL_CHARACTERS_MAX, null=True)  # noqa: DJ001 - unique, where given
    hire_day = models.DateField(null=True)
    end_day = models.DateField(null=True)
    manager = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="reports")
    quota_carrying = models.BooleanField(default=True)

    class Meta:
        db_table = "org_person"
        constraints = [
            models.UniqueConstraint("org", Lower("email"), name="org_person_email_once"),
            models.CheckConstraint(name="org_person_email_given", condition=~models.Q(email="")),
            models.CheckConstraint(
                name="org_person_days",
                condition=models.Q(hire_day__isnull=True)
                | models.Q(end_day__isnull=True)
                | models.Q(hire_day__lte=models.F("end_day")),
            ),
        ]
        indexes = [
            models.Index("org", Lower("name"), name="org_person_name"),
            models.Index(fields=["org", "manager"], name="org_person_manager"),
        ]

    @property
    def days(self) -> tuple[date, date]:
        """The days that the person is there, half-open."""
        return days_there(self.hire_day, self.end_day)

    def is_there(self, day: date) -> bool:
        """Whether the day is from the hire day to the end day, both included."""
        first, after = self.days
        return first <= day < after


class ExternalId(models.Model):
    """The id by which a source knows a person."""

    id: int
    org_id: int
    person_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    source = models.CharField(max_length=NAME_CHARACTERS_MAX)
    external_id = models.CharField(max_length=NAME_CHARACTERS_MAX)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="external_ids")

    class Meta:
        db_table = "org_external_id"
        constraints = [
            models.UniqueConstraint(fields=["org", "source", "external_id"], name="org_external_id_once"),
            models.UniqueConstraint(fields=["org", "person", "source"], name="org_external_id_one_per_source"),
        ]


class Membership(models.Model):
    """The person was in the department, or in the team, on these days.

    Of the teams that someone is in on a day exactly one is primary; a department is never said to be.
    """

    id: int
    org_id: int
    person_id: int
    department_id: int | None
    team_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="memberships")
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, db_index=False, related_name="memberships"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, db_index=False, related_name="memberships")
    from_day = models.DateField(default=DAY_ALWAYS)
    to_day = models.DateField(default=DAY_NEVER)
    is_primary = models.BooleanField(default=False)
    is_lead = models.BooleanField(default=False)

    class Meta:
        db_table = "org_membership"
        constraints = [
            in_order("org_membership_days"),
            models.CheckConstraint(
                name="org_membership_one_unit",
                condition=models.Q(department__isnull=True, team__isnull=False)
                | models.Q(department__isnull=False, team__isnull=True, is_primary=False),
            ),
            one_at_a_time(
                "org",
                "person",
                name="org_membership_one_department",
                condition=models.Q(department__isnull=False),
            ),
            one_at_a_time(
                "org",
                "person",
                "team",
                name="org_membership_once_in_team",
                condition=models.Q(team__isnull=False),
            ),
            one_at_a_time(
                "org",
                "person",
                name="org_membership_one_primary",
                condition=models.Q(is_primary=True),
            ),
        ]
        indexes = [
            models.Index(fields=["org", "person"], name="org_membership_person"),
            models.Index(fields=["org", "department"], name="org_membership_department"),
            models.Index(fields=["org", "team"], name="org_membership_team"),
        ]


class Grant(models.Model):
    """The role that a user has in the organization, and which of its people they are, if any. Ended, never deleted."""

    id: int
    org_id: int
    user_id: int
    person_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, db_index=False, related_name="grants")
    role = models.CharField(max_length=10)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="grants")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "org_grant"
        constraints = [
            models.UniqueConstraint(fields=["org", "user"], name="org_grant_once"),
            models.UniqueConstraint(
                fields=["org", "person"], name="org_grant_one_account", condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="org_grant_role", condition=models.Q(role__in=[each.value for each in Role])),
        ]
        indexes = [models.Index(fields=["user", "org"], name="org_grant_user")]


class ApiToken(models.Model):
    """A key to the API, of which only the hash is kept.

    It acts for the member whose `grant` it was made for, and never beyond it; without one, for a program. The `maker`
    is the member who was told its text, and `made_by` what they were called; both blank for the command line.
    """

    id: int
    org_id: int
    grant_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, db_index=False, related_name="tokens")
    maker_id: int | None
    maker = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, db_index=False, related_name="made_tokens")
    made_by = models.CharField(max_length=NAME_CHARACTERS_MAX, blank=True, db_default="", default="")
    email = models.CharField(max_length=EMAIL_CHARACTERS_MAX)
    scope = models.CharField(max_length=10)
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "org_api_token"
        constraints = [models.UniqueConstraint("hash", name="org_api_token_hash_once")]
        indexes = [models.Index(fields=["org", "id"], name="org_api_token_org")]


class Change(models.Model):
    """One change. Only ever added to, and kept as long as its organization says: the table itself sees to that.

    `kind` and `object_id` name the thing; `old` and `new` hold the fields that differ, and `old` is
    null when the thing was made.
    """

    id: int
    org_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=NAME_CHARACTERS_MAX)
    verb = models.CharField(max_length=50)
    kind = models.CharField(max_length=50)
    object_id = models.BigIntegerField()
    old = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    new = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True, default="")
    # From where: the address that it was asked from; blank for the command line and what runs by itself.
    origin = models.CharField(max_length=ORIGIN_CHARACTERS_MAX, blank=True, db_default="")

    class Meta:
        db_table = "org_change"
        indexes = [
            models.Index(fields=["org", "kind", "object_id"], name="org_change_object"),
            models.Index(fields=["org", "at"], name="org_change_at"),
            models.Index(fields=["org", "id"], name="org_change_last"),
        ]
