"""The secret key in a backup: with it, sessions and links that were signed before are good after a restore."""

from paceline.backup.archive import SECRET_KEY, Archive
from paceline.environment import given
from paceline.home import SECRET_KEY_FILE, home, replace_secret

VARIABLE = "PACELINE_SECRET_KEY"


def kept_key() -> str | None:
    """The key in the home folder. One that the environment gives is whoever's who set it, and theirs to keep."""
    path = home() / SECRET_KEY_FILE
    if given(VARIABLE) or not path.exists():
        return None
    return path.read_text(encoding="ascii").strip()


def put_key(file: Archive) -> str | None:
    """Keep the backup's key in the home folder; where sessions and links may end all the same, why."""
    own = given(VARIABLE)
    if not file.has(SECRET_KEY):
        return f"the backup has no secret key: sessions, and links in mails, are good if {VARIABLE} is that of then"
    key = b"".join(file.chunks(SECRET_KEY)).decode("ascii")
    if own:
        return None if own == key else f"{VARIABLE} is not the backup's key: sessions and links in mails have ended"
    replace_secret(home(), SECRET_KEY_FILE, key)
    return None
