"""Sending mail: through the operator's SMTP server, in the background, as plain text with simple HTML beside it."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string

log = logging.getLogger("paceline.mail")

# A mail server is slow, and may be down: an answer does not wait for it, and so does not tell whether a mail is sent.
_SENDERS = ThreadPoolExecutor(2, thread_name_prefix="mail")


class Background(EmailBackend):
    """Django's SMTP, in a thread. What is under way is finished when the process ends."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many are on their way."""
        if not is_set():
            log.warning("no mail is sent, because PACELINE_MAIL_URL is not set")
            return 0
        messages = list(email_messages)
        _SENDERS.submit(self._send_all, messages)
        return len(messages)

    def _send_all(self, messages: list[EmailMessage]) -> None:
        try:
            super().send_messages(messages)
        except Exception:
            # To whom and what it said is nobody's business in a log.
            log.exception("a mail was not sent")


def is_set() -> bool:
    """Whether there is a mail server."""
    return bool(settings.EMAIL_HOST)


def send(template: str, to: str, **context: Any) -> None:
    """Send the mail of that template to an address."""
    subject = render_to_string(f"{template}_subject.txt", context).strip()
    message = EmailMultiAlternatives(subject, render_to_string(f"{template}_message.txt", context), to=[to])
    message.attach_alternative(render_to_string(f"{template}_message.html", context), "text/html")
    message.send()
