"""What every verb does first: open a transaction, and become the organization's only writer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from paceline.domain.access import Permission
from paceline.facts import clock
from paceline.facts.scope import Scope


@contextmanager
def writing(scope: Scope, needed: Permission | None) -> Iterator[None]:
    """All of the verb or nothing of it, with nobody else changing the organization meanwhile.

    What the verb rests on is read inside, after the lock. `needed` is what the actor must be allowed to do; None where
    that depends on what is changed. Raises NotAllowed, and NotFound for an unknown organization.
    """
    if needed is not None:
        scope.needs(needed)
    with transaction.atomic():
        clock.lock(scope)
        yield
