"""Where this room's stories play: Acme and Globex with committed data, a token of each scope, and a clock to set."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from paceline import edge
from paceline.domain.access import Role, TokenScope, widest
from paceline.facts.scope import Scope
from tests.api.calls import Api
from tests.plan.cast import NOON, Cast, hired

# Where the API and the stream ask what time it is.
CLOCKS = (
    "paceline.api.answers",
    "paceline.api.callers",
    "paceline.api.figures",
    "paceline.live.stream",
    "paceline.api.members",
    "paceline.api.tokens",
    "paceline.web.joining",
    "paceline.web.page",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The cast, and the API as a token of each scope of Acme's sees it, and one of scope admin of Globex."""

    cast: Cast
    admin: Api
    writer: Api
    reader: Api
    abroad: Api

    @property
    def scope(self) -> Scope:
        """Acme on this thread's connection, which is in a transaction."""
        return edge.caller_scope(self.cast.scope.org_id, "rosa")

    def target(self, **given: Any) -> int:
        """A target over the first quarter; its id."""
        fields = {"name": "Q1", "metric": "revenue", "value": 900_00, "period": "quarterly", "start_date": "2025-01-01"}
        return self.writer.made("/targets", {**fields, **given})["id"]

    def share(self, target: int, kind: str, id: int | None = None, value: int = 300_00, **given: Any) -> int:
        """An assignment; its id."""
        assignee = {"kind": kind} if id is None else {"kind": kind, "id": id}
        return self.writer.made(f"/targets/{target}/assignments", {"assignee": assignee, "value": value, **given})["id"]

    def verified(self) -> list[str]:
        """What `verify` finds, which must be nothing."""
        from paceline.plan import verification

        with edge.reading():
            return list(verification.differences(self.scope))


def set_stage() -> Stage:
    """Both organizations in the test's database, with their tokens."""
    with transaction.atomic(), edge.unscoped():
        cast = hired(edge.raw_connection())
        tokens = {scope: token(cast.scope, scope) for scope in ("admin", "write", "read")}
        abroad = token(cast.abroad, "admin", "olga@globex.example")
    return Stage(cast, Api(tokens["admin"]), Api(tokens["write"]), Api(tokens["read"]), Api(abroad))


def token(scope: Scope, token_scope: str, email: str = "rosa@acme.example", **given: Any) -> str:
    """The text of a new token."""
    from paceline.org.actions.tokens import create_token

    return create_token(scope, email=email, token_scope=token_scope, now=NOON, **given)[1]


def set_clock(patch: pytest.MonkeyPatch, now: datetime = NOON, later: timedelta = timedelta(0)) -> None:
    """Let the API live at that time."""
    for name in CLOCKS:
        patch.setattr(f"{name}.now", lambda: now + later)


def forget() -> None:
    """Let the process forget what it keeps of an organization: another test's has the same number."""
    from paceline.api.latest import latest
    from paceline.org.kept import kept

    kept._things.clear()
    kept._weight = 0
    latest._answers.clear()
    latest._bytes = 0


def close() -> None:
    """Let go of this thread's connection."""
    connections.close_all()


def member(stage: Stage, role: Role, person_id: int | None = None, passes_on: TokenScope = TokenScope.ADMIN) -> Api:
    """The API as a new member with that role sees it, who is that person."""
    from django.db import connection

    from paceline.accounts.models import User
    from paceline.org.models import Grant

    with transaction.atomic(), edge.unscoped():
        number = Grant.objects.count()
        user = User.objects.create_user(f"{role}{number}@members.example")
        free = None if Grant.objects.filter(person=person_id).exists() else person_id
        org_id = stage.cast.scope.org_id
        Grant.objects.create(org_id=org_id, user=user, role=role.value, person_id=free)
        most = widest(role)
        text = token(stage.cast.scope, passes_on if most.allows(passes_on) else most, user.email)
    connection.ensure_connection()
    return Api(text)
