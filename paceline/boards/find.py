"""Finding leaderboards."""

import re

from django.db.models import QuerySet

from paceline.boards.models import Leaderboard, Visibility
from paceline.domain.access import Permission
from paceline.errors import NotFound
from paceline.facts.scope import Scope
from paceline.org.directory import AmbiguousName
from paceline.org.names import did_you_mean, findable

# So many ids are named where several boards have one name.
IDS_TOLD_MAX = 10


def listed(scope: Scope) -> QuerySet[Leaderboard]:
    """The organization's boards that the actor sees, with what they rank by, in the order they were made."""
    own = Leaderboard.objects.filter(org_id=scope.org_id).order_by("id")
    if not scope.access.allows(Permission.READ_MANAGERS_BOARDS):
        own = own.filter(visibility=Visibility.ALL.value)
    return own.select_related("metric", "target__metric", "target__measured_by__narrowed_from")


def board(scope: Scope, board_id: int) -> Leaderboard:
    """The board with this id. Raises NotFound, and NotAllowed for one that is not for the actor."""
    found = listed(scope).filter(pk=board_id).first()
    if found is None and Leaderboard.objects.filter(org_id=scope.org_id, pk=board_id).exists():
        scope.needs(Permission.READ_MANAGERS_BOARDS)
    if found is None:
        raise NotFound("there is no such leaderboard")
    return found


def board_named(scope: Scope, words: str) -> Leaderboard:
    """The board of that name, or with that id. Raises NotFound with the closest names, AmbiguousName."""
    own = listed(scope)
    ids = list(own.filter(name__iexact=findable(words)).values_list("id", flat=True)[:IDS_TOLD_MAX])
    if len(ids) > 1:
        raise AmbiguousName(f"several leaderboards are called {words!r}: give one of the ids {ids}", leaderboards=ids)
    if ids:
        return board(scope, ids[0])
    if re.fullmatch(r"\d{1,18}", words.strip()):
        return board(scope, int(words))
    raise NotFound(f"there is no leaderboard {words!r}{did_you_mean(words, own.values_list('name', flat=True))}")
