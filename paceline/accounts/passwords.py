"""How passwords are kept: by argon2, with as much memory as many sign-ins at once can have."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id as OWASP advises: 19 MiB and two passes.

    Django's own 100 MiB, times the threads of a server, would be more memory than a small machine has, for whoever
    asks to sign in often enough.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
