"""The data plane's tables, made by SQL: see paceline/facts/sql."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(files("paceline.facts").joinpath("sql/0001_tables.sql").read_text(encoding="utf-8")),
    ]
