from django.db import migrations

# A row at a time the table defends itself already; emptying it as a whole asked no row.
ADD = """
CREATE FUNCTION org_change_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to';
END $$;
CREATE TRIGGER org_change_not_emptied BEFORE TRUNCATE ON org_change
    FOR EACH STATEMENT EXECUTE FUNCTION org_change_is_not_emptied();
"""
REMOVE = """
DROP TRIGGER org_change_not_emptied ON org_change;
DROP FUNCTION org_change_is_not_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("org", "0005_token_makers")]

    operations = [migrations.RunSQL(ADD, REMOVE)]
