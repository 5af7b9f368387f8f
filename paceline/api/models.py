"""The table of the room: what was answered to writes that may be sent again."""

from django.db import models
from django.db.models.functions import Now

from paceline.org.models import Organization

KEY_CHARACTERS_MAX = 200


class Answered(models.Model):
    """The answer to a write that carried an idempotency key, kept in the write's own transaction.

    `asked` is the hash of who asked what: the same key with another request is a mistake of the caller.
    """

    id: int
    org_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    key = models.CharField(max_length=KEY_CHARACTERS_MAX)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    answered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "api_answered"
        constraints = [models.UniqueConstraint(fields=["org", "key"], name="api_answered_once")]
        indexes = [models.Index(fields=["answered_at"], name="api_answered_at")]
