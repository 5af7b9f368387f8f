import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("org", "0002_tokens"),
        ("plan", "0002_former_setting"),
    ]

    operations = [
        migrations.CreateModel(
            name="Leaderboard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "rank_by",
                    models.CharField(
                        choices=[("attainment", "Attainment"), ("improved", "Improved"), ("value", "Value")],
                        max_length=10,
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("month", "Month"), ("quarter", "Quarter"), ("week", "Week"), ("year", "Year")],
                        max_length=10,
                    ),
                ),
                (
                    "scope_kind",
                    models.CharField(
                        choices=[("department", "Department"), ("everyone", "Everyone"), ("team", "Team")],
                        max_length=10,
                    ),
                ),
                ("scope_id", models.BigIntegerField(default=0)),
                ("entrants", models.CharField(choices=[("people", "People"), ("teams", "Teams")], max_length=10)),
                ("count", models.PositiveSmallIntegerField()),
                ("visibility", models.CharField(choices=[("all", "All"), ("managers", "Managers")], max_length=10)),
                (
                    "metric",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="boards",
                        to="plan.metric",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="boards",
                        to="plan.target",
                    ),
                ),
            ],
            options={
                "db_table": "board_leaderboard",
                "indexes": [models.Index(fields=["org", "name"], name="board_leaderboard_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("metric__isnull", False), ("target__isnull", True)),
                            models.Q(("metric__isnull", True), ("target__isnull", False)),
                            _connector="OR",
                        ),
                        name="board_leaderboard_one_measure",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__in", (5, 10, 20))), name="board_leaderboard_count"
                    ),
                ],
            },
        ),
    ]
