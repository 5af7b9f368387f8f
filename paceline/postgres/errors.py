"""What can keep PostgreSQL from being ready, each with how to mend it."""

from paceline.errors import PacelineError


class PostgresUnavailable(PacelineError):
    """No PostgreSQL could be made ready."""

    code = "postgres_unavailable"
    status = 503


class PostgresBinariesMissing(PostgresUnavailable):
    """No PostgreSQL that Paceline can run is installed."""

    code = "postgres_binaries_missing"


class PostgresDataDiffers(PostgresUnavailable):
    """The data folder was made by another PostgreSQL, or is none at all."""

    code = "postgres_data_differs"


class PostgresDidNotStart(PostgresUnavailable):
    """The private server stopped before it answered."""

    code = "postgres_did_not_start"


class PostgresTooOld(PostgresUnavailable):
    """The server that DATABASE_URL names is older than Paceline can use."""

    code = "postgres_too_old"
