import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("org", "0004_audit_days")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="maker",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made_tokens",
                to="org.grant",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="made_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
