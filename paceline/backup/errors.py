"""Why a backup is not restored, each with how to mend it."""

from paceline.errors import PacelineError


class BackupDamaged(PacelineError):
    """The file is no backup, or not as it was written."""

    code = "backup_damaged"
    status = 422


class BackupNewer(PacelineError):
    """The backup was made by a newer version, or on a newer PostgreSQL, than it would be restored to."""

    code = "backup_newer"
    status = 409


class DatabaseInUse(PacelineError):
    """Others are connected to the database that a backup would replace."""

    code = "database_in_use"
    status = 409


class DatabaseNotEmpty(PacelineError):
    """There is something in the database that a backup would replace."""

    code = "database_not_empty"
    status = 409
