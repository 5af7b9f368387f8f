"""Settings that figures are read by, as they stood before they were changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from paceline.facts import clock, postings
from paceline.facts.postings import Posting
from paceline.facts.scope import Scope
from paceline.plan.models import FormerSetting

# What a report rests on besides credits, stays and assignment values, by the kind of thing that has it.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "metric": ("direction",),
    "organization": (
        "currency",
        "fiscal_year_first_month",
        "holiday_country",
        "holiday_subdivision",
        "on_pace_percent",
        "time_zone",
        "week_first_day",
        "working_weekdays",
    ),
    "target": ("pace_by", "status"),
}


def keep(scope: Scope, kind: str, object_id: int, *, old: Mapping[str, object], new: Mapping[str, object]) -> None:
    """Note what the settings were until now, if a report rests on any that differs. The lock is held."""
    settings = {name: old[name] for name in SETTINGS[kind]}
    if settings != {name: new[name] for name in SETTINGS[kind]}:
        posted_at = clock.tick(scope)
        FormerSetting.objects.create(
            org_id=scope.org_id, kind=kind, object_id=object_id, known_to=posted_at, settings=settings
        )
        postings.announce(scope, Posting(posted_at))


def settings_at(scope: Scope, kind: str, object_id: int, known_at: datetime | None) -> dict[str, Any]:
    """Those settings that were other ones at a stamp than they are now; none where it is None."""
    if known_at is None:
        return {}
    own = FormerSetting.objects.filter(org_id=scope.org_id, kind=kind, object_id=object_id, known_to__gt=known_at)
    was = own.order_by("known_to").first()
    return {} if was is None else was.settings
