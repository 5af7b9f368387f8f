"""The entries of the menu, for those who may see them."""

from typing import NamedTuple

from paceline.domain.access import Access, Permission


class Entry(NamedTuple):
    """One entry: the family of pages that it is of is the first part of the address's name."""

    words: str
    name: str
    family: str
    icon: str
    permission: Permission | None = None


_ENTRIES = [
    Entry("Home", "home", "home", "home"),
    Entry("Targets", "targets", "target", "target-arrow"),
    Entry("Leaderboards", "boards", "board", "trophy"),
    Entry("People", "people", "person", "users", Permission.CHANGE_ORGANIZATION),
    Entry("Records", "records", "record", "database"),
    Entry("Metrics", "metrics", "metric", "adjustments"),
    Entry("Settings", "settings", "setting", "settings"),
]


def entries(access: Access) -> list[Entry]:
    """What the caller can go to."""
    return [each for each in _ENTRIES if each.permission is None or access.allows(each.permission)]
