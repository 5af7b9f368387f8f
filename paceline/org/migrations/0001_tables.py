import datetime as dt

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import paceline.org.columns
import paceline.org.models

# The audit trail is only ever added to, and the table itself holds to that.
APPEND_ONLY = """
CREATE FUNCTION org_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to';
END $$;
CREATE TRIGGER org_change_append_only BEFORE UPDATE OR DELETE ON org_change
    FOR EACH ROW EXECUTE FUNCTION org_change_is_append_only();
"""
ANY_WAY = """
DROP TRIGGER org_change_append_only ON org_change;
DROP FUNCTION org_change_is_append_only();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=200)),
                ("slug", models.SlugField(db_index=False)),
                ("time_zone", models.CharField(max_length=64)),
                ("currency", models.CharField(max_length=3)),
                ("fiscal_year_first_month", models.PositiveSmallIntegerField(default=1)),
                ("week_first_day", models.PositiveSmallIntegerField(default=0)),
                (
                    "working_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        default=paceline.org.models.monday_to_friday,
                        size=None,
                    ),
                ),
                ("holiday_country", models.CharField(blank=True, default="", max_length=3)),
                ("holiday_subdivision", models.CharField(blank=True, default="", max_length=40)),
                ("credit_owner", models.CharField(default="current", max_length=10)),
                ("on_pace_percent", models.PositiveSmallIntegerField(default=10)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "org_organization",
                "constraints": [
                    models.UniqueConstraint(models.F("slug"), name="org_organization_slug_once"),
                    models.CheckConstraint(
                        condition=models.Q(("fiscal_year_first_month__range", (1, 12))),
                        name="org_organization_fiscal_year_first_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("week_first_day__range", (0, 6))),
                        name="org_organization_week_first_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credit_owner__in", ["at_close", "current"])),
                        name="org_organization_credit_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on_pace_percent__range", (0, 99))),
                        name="org_organization_on_pace_percent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
            ],
            options={
                "db_table": "org_department",
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor", models.CharField(max_length=200)),
                ("verb", models.CharField(max_length=50)),
                ("kind", models.CharField(max_length=50)),
                ("object_id", models.BigIntegerField()),
                ("old", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ("new", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
            ],
            options={
                "db_table": "org_change",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=200)),
                ("email", models.CharField(max_length=254, null=True)),
                ("hire_day", models.DateField(null=True)),
                ("end_day", models.DateField(null=True)),
                ("quota_carrying", models.BooleanField(default=True)),
                (
                    "manager",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="org.person",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
            ],
            options={
                "db_table": "org_person",
            },
        ),
        migrations.CreateModel(
            name="ExternalId",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("source", models.CharField(max_length=200)),
                ("external_id", models.CharField(max_length=200)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="external_ids",
                        to="org.person",
                    ),
                ),
            ],
            options={
                "db_table": "org_external_id",
            },
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("from_day", models.DateField(default=dt.date(1, 1, 1))),
                ("to_day", models.DateField(default=dt.date(9999, 12, 31))),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placements",
                        to="org.department",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placements_below",
                        to="org.department",
                    ),
                ),
            ],
            options={
                "db_table": "org_placement",
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to="org.department",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
            ],
            options={
                "db_table": "org_team",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("from_day", models.DateField(default=dt.date(1, 1, 1))),
                ("to_day", models.DateField(default=dt.date(9999, 12, 31))),
                ("is_primary", models.BooleanField(default=False)),
                ("is_lead", models.BooleanField(default=False)),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="org.department",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="org.person",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="org.team",
                    ),
                ),
            ],
            options={
                "db_table": "org_membership",
            },
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.UniqueConstraint(
                models.F("org"),
                django.db.models.functions.text.Lower("name"),
                name="org_department_name_once",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["org", "kind", "object_id"], name="org_change_object"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["org", "at"], name="org_change_at"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(models.F("org"), django.db.models.functions.text.Lower("name"), name="org_person_name"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["org", "manager"], name="org_person_manager"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                models.F("org"), django.db.models.functions.text.Lower("email"), name="org_person_email_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", ""), _negated=True), name="org_person_email_given"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hire_day__isnull", True),
                    ("end_day__isnull", True),
                    ("hire_day__lte", models.F("end_day")),
                    _connector="OR",
                ),
                name="org_person_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="externalid",
            constraint=models.UniqueConstraint(fields=("org", "source", "external_id"), name="org_external_id_once"),
        ),
        migrations.AddConstraint(
            model_name="externalid",
            constraint=models.UniqueConstraint(
                fields=("org", "person", "source"), name="org_external_id_one_per_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_day__lt", models.F("to_day"))), name="org_placement_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[("org", "="), ("department", "="), (paceline.org.columns.DayRange(), "&&")],
                name="org_placement_one_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(("department", models.F("parent")), _negated=True),
                name="org_placement_not_itself",
            ),
        ),
        migrations.AddIndex(
            model_name="team",
            index=models.Index(fields=["org", "department"], name="org_team_department"),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                models.F("org"), django.db.models.functions.text.Lower("name"), name="org_team_name_once"
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["org", "person"], name="org_membership_person"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["org", "department"], name="org_membership_department"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["org", "team"], name="org_membership_team"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_day__lt", models.F("to_day"))), name="org_membership_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("department__isnull", True), ("team__isnull", False)),
                    models.Q(("department__isnull", False), ("is_primary", False), ("team__isnull", True)),
                    _connector="OR",
                ),
                name="org_membership_one_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("department__isnull", False)),
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[("org", "="), ("person", "="), (paceline.org.columns.DayRange(), "&&")],
                name="org_membership_one_department",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("team__isnull", False)),
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[
                    ("org", "="),
                    ("person", "="),
                    ("team", "="),
                    (paceline.org.columns.DayRange(), "&&"),
                ],
                name="org_membership_once_in_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_primary", True)),
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[("org", "="), ("person", "="), (paceline.org.columns.DayRange(), "&&")],
                name="org_membership_one_primary",
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, ANY_WAY),
    ]
