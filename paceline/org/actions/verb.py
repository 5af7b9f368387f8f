"""What every verb does first: open a transaction, and become the organization's only writer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from paceline.facts import clock
from paceline.facts.scope import Scope


@contextmanager
def writing(scope: Scope) -> Iterator[None]:
    """All of the verb or nothing of it, with nobody else changing the organization meanwhile.

    What the verb rests on is read inside, after the lock. Raises NotFound for an unknown organization.
    """
    with transaction.atomic():
        clock.lock(scope)
        yield
