import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0001_tables"),
        ("plan", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("object_id", models.BigIntegerField()),
                ("known_to", models.DateTimeField()),
                ("settings", models.JSONField()),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="org.organization"
                    ),
                ),
            ],
            options={
                "db_table": "plan_former_setting",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("org", "kind", "object_id", "known_to"), name="plan_former_setting_once"
                    )
                ],
            },
        ),
    ]
