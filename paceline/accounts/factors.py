"""Second factors: what an app's codes and the recovery codes are made from is kept encrypted."""

import base64
import hashlib
import logging
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

# What has not this before it was kept before there was encryption, and is read as it is.
MARK = "fernet:"
SECRET_BYTES = 20
log = logging.getLogger("paceline.accounts")


class Factors(DefaultMFAAdapter):
    """With a key that is derived from the secret key: a copy of the tables alone makes nobody's codes."""

    def encrypt(self, text: str) -> str:
        """The secret as it is kept."""
        return MARK + _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; under another secret key than then one that nobody knows, so that no code is right."""
        if not encrypted_text.startswith(MARK):
            return encrypted_text
        try:
            return _fernet().decrypt(encrypted_text.removeprefix(MARK)).decode()
        except InvalidToken:
            log.warning("a second factor was set up under another secret key: its user must set it up anew")
            return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _fernet() -> Fernet:
    derived = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"paceline factors").digest()
    return Fernet(base64.urlsafe_b64encode(derived))
