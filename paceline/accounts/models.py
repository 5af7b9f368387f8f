"""The table of the room: users."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

from paceline.domain.access import Role
from paceline.org.models import Organization, Person

EMAIL_CHARACTERS_MAX, NAME_CHARACTERS_MAX = 254, 200


class Users(BaseUserManager["User"]):
    """Users by their e-mail, which is kept in small letters."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of that e-mail. Raises User.DoesNotExist."""
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user; without a password they cannot sign in with one."""
        made = self.model(email=email.lower(), **fields)
        made.set_password(password)
        made.save()
        return made


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do is in their grants, one for each organization."""

    id: int
    email = models.EmailField(max_length=EMAIL_CHARACTERS_MAX, unique=True)
    name = models.CharField(max_length=NAME_CHARACTERS_MAX, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    objects = Users()

    class Meta(AbstractBaseUser.Meta):
        abstract = False
        db_table = "accounts_user"
        constraints = [
            models.CheckConstraint(name="accounts_user_email_small", condition=models.Q(email=Lower("email")))
        ]

    def __str__(self) -> str:
        return self.email


class Invitation(models.Model):
    """Somebody was asked to become a member. It is open until it is accepted, withdrawn or too old."""

    id: int
    org_id: int
    person_id: int | None
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    email = models.EmailField(max_length=EMAIL_CHARACTERS_MAX)
    role = models.CharField(max_length=10)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False)
    invited_by = models.CharField(max_length=NAME_CHARACTERS_MAX)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["org", "email"], name="accounts_invitation_once", condition=models.Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="accounts_invitation_role", condition=models.Q(role__in=[each.value for each in Role])
            ),
        ]
        indexes = [models.Index(fields=["org", "id"], name="accounts_invitation_org")]
