from django.db import migrations

# As Django's database cache has it; the name is in settings.CACHES.
ATTEMPT = """
    CREATE TABLE accounts_attempt (
        cache_key varchar(255) PRIMARY KEY,
        value text NOT NULL,
        expires timestamptz NOT NULL
    );
    CREATE INDEX accounts_attempt_expires ON accounts_attempt (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_users")]

    operations = [migrations.RunSQL(ATTEMPT)]
