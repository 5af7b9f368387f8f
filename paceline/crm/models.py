"""The tables of the room: imports of files on their way, and the files' rows while they are needed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models.functions import Now

from paceline.domain.record import KEY_CHARACTERS_MAX, Module
from paceline.org.models import Organization

FILE_CHARACTERS_MAX = 200
ACTOR_CHARACTERS_MAX = 320


class ImportState(StrEnum):
    """How far an import is: its columns are told, all rows are tried, looked at, written, and it is over."""

    MAPPING = "mapping"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"


class Import(models.Model):
    """A file of records on its way in.

    `profile` is what was found in its columns, `choices` what they mean; `encoding` and `delimiter` are those of a CSV
    file and blank for a workbook. `checked` and `written` are what became of the rows when they were tried and written.
    """

    id: int
    org_id: int
    parts: Any
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    module = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Module])
    source = models.CharField(max_length=KEY_CHARACTERS_MAX)
    file = models.CharField(max_length=FILE_CHARACTERS_MAX)
    actor = models.CharField(max_length=ACTOR_CHARACTERS_MAX)
    state = models.CharField(max_length=10, default=ImportState.MAPPING.value)
    encoding = models.CharField(max_length=40, blank=True, default="")
    delimiter = models.CharField(max_length=1, blank=True, default="")
    header: Any = models.JSONField(default=list)
    profile: Any = models.JSONField(default=list)
    choices: Any = models.JSONField(default=dict)
    checked: Any = models.JSONField(default=dict)
    written: Any = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    made_at: datetime = models.DateTimeField(db_default=Now())  # pyright: ignore[reportAssignmentType]

    class Meta:
        db_table = "crm_import"
        indexes = [models.Index(fields=["org", "-id"], name="crm_import_of_org")]


class ImportPart(models.Model):
    """Some rows of a file, packed; number 0 is the file itself. Refused rows stay for a while, the others do not."""

    id: int
    org_id: int
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(default=0)
    content = models.BinaryField(default=b"")
    refused = models.BinaryField(default=b"")
    is_done = models.BooleanField(default=False)

    class Meta:
        db_table = "crm_import_part"
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="crm_import_part_once")]
