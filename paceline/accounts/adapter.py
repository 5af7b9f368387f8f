"""What allauth is told to do otherwise: accounts are given and not taken, and guessing locks out the guesser alone."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from paceline.accounts import devices


class Accounts(DefaultAccountAdapter):
    """The rules of docs/decisions/accounts.md."""

    error_messages = {  # noqa: RUF012 - allauth's own shape
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address and the password do not belong together.",
        "too_many_login_attempts": "Too many attempts from your address. Try again in five minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's shape
        """Nobody makes their own account: they are invited, made by an admin, or known to the single sign-on."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: who sends it is in the sender."""
        return str(subject)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The user; one that was switched off is answered like a wrong password."""
        found = super().authenticate(request, **credentials)
        return found if found is not None and found.is_active else None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; whatever else is asked of the request is asked of its address."""
        try:
            super().pre_authenticate(request, **credentials)
        finally:
            devices.count_by_address(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that a request comes from; for counting attempts the number of a browser that is known."""
        return devices.counted_by(request) or super().get_client_ip(request)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **given: Any) -> HttpResponse:
        """Where signing in leads to, once all of it is done."""
        response = super().post_login(request, user, **given)
        devices.remember(request, response, user.get_username())
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts count per account and address or browser. By account alone any stranger could lock its owner out."""
        return f"{self.get_client_ip(request)} {super()._get_login_attempts_cache_key(request, **credentials)}"
