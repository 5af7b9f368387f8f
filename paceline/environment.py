"""What the environment gives: secrets, by themselves or in a file, and the address of the mail server."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from paceline.errors import PacelineError

# Longer ones are a slip of the hand.
NUMBER_DIGITS_MAX = 9
# The schemes of a mail server's address, with their usual ports.
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


class BadSetting(PacelineError):
    """A variable of the environment cannot be used."""

    code = "bad_setting"
    status = 503


def given(name: str) -> str:
    """What the variable holds, or the file that NAME_FILE names; blank for neither. Raises BadSetting."""
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return os.environ.get(name, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise BadSetting(f"{name}_FILE names {file}, which cannot be read: {reason}") from None


def whole_number(name: str, otherwise: int) -> int:
    """The number from 0 on that the variable holds, or the other one without it. Raises BadSetting."""
    text = os.environ.get(name, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS_MAX):
        raise BadSetting(f"{name} is {text!r}, and must be a whole number from 0 on, such as {otherwise}")
    return int(text)


def mail_server(url: str) -> dict[str, Any]:
    """Django's settings for the mail server at that address; a blank one is none. Raises BadSetting.

    `smtps://` is TLS from the start, `smtp://` is STARTTLS, and `smtp+plain://` neither, for a server on this machine.
    """
    if not url:
        return {"EMAIL_HOST": ""}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        # It holds a password, so it is not repeated.
        raise BadSetting("PACELINE_MAIL_URL is none such as smtp://user:password@mail.example.com:587")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
