"""Assignments of a target without a check of the database for each, and previews as text."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plan", "0003_operations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="target",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="plan.target",
            ),
        ),
        # They are kept for a day, and are previewed again where they are missed.
        migrations.RunSQL("DELETE FROM plan_preview", migrations.RunSQL.noop),
        migrations.AlterField(model_name="preview", name="rows", field=models.TextField()),
    ]
