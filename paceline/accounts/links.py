"""Links that let somebody in once: to set a password."""

from urllib.parse import urljoin

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from paceline.accounts.models import User


def password_link(user: User) -> str:
    """Where the user sets a password, as in the mail for a forgotten one: good once, and for a day."""
    named = {"uidb36": user_pk_to_url_str(user), "key": PasswordResetTokenGenerator().make_token(user)}
    return urljoin(settings.SITE_URL, reverse("account_reset_password_from_key", kwargs=named))
