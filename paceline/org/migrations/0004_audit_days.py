from django.db import migrations, models

# An entry goes when it is older than the organization keeps them, and no other way: the table itself holds to that.
UNTIL_OLD = """
CREATE OR REPLACE FUNCTION org_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM org_organization o WHERE o.id = OLD.org_id AND o.audit_days >= 90
        AND OLD.at < now() - make_interval(days => o.audit_days)
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit trail is only ever added to';
END $$;
"""
FOR_EVER = """
CREATE OR REPLACE FUNCTION org_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("org", "0003_grants")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="audit_days",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                name="org_organization_audit_days",
                condition=models.Q(audit_days=0) | models.Q(audit_days__range=(90, 36_500)),
            ),
        ),
        migrations.RunSQL(UNTIL_OLD, FOR_EVER),
    ]
