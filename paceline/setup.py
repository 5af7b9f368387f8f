"""Gets a process ready to work: PostgreSQL first, then Django.

As a program, it runs Django's own commands, which developers need: python -m paceline.setup makemigrations
"""

import os
import signal
import sys
from types import FrameType
from typing import Any

# What libpq and Django name differently; the rest of a connection's parameters are Django's OPTIONS.
DJANGO_NAMES = {"dbname": "NAME", "host": "HOST", "password": "PASSWORD", "port": "PORT", "user": "USER"}
# What a shell answers for a program that was asked to stop.
TERMINATED = 128 + signal.SIGTERM


def start() -> None:
    """Make PostgreSQL ready and set Django up; the private server stops when the last process ends.

    Raises PostgresUnavailable or HomeNotUsable.
    """
    from paceline.postgres import ready

    end_in_order()
    # Whoever looks who is connected to the database sees which command it is.
    os.environ.setdefault("PGAPPNAME", " ".join(["paceline", *sys.argv[1:2]]))
    set_up_django(ready())


def set_up_django(parameters: dict[str, str]) -> None:
    """Set Django up on a database, given as libpq names its parameters."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paceline.settings")
    settings.DATABASES["default"].update(django_database(parameters))
    django.setup()
    from django.db.backends.signals import connection_created

    connection_created.connect(_become_tenant)


def _become_tenant(connection: Any, **_named: object) -> None:
    from paceline.facts.tenancy import become_tenant

    become_tenant(connection.connection)


def django_database(parameters: dict[str, str]) -> dict[str, Any]:
    named = {DJANGO_NAMES[name]: part for name, part in parameters.items() if name in DJANGO_NAMES}
    rest = {name: part for name, part in parameters.items() if name not in DJANGO_NAMES}
    return {**named, "OPTIONS": rest}


def end_in_order() -> None:
    """Let SIGTERM end the process the way a finished command does, so that what it holds is let go."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _end)


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(TERMINATED)


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    start()
    execute_from_command_line(["paceline", *sys.argv[1:]])
