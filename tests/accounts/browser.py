"""Signs in as a browser does, in the test's own process; a page's form is sent with its token."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from paceline import edge
from paceline.accounts import actions
from paceline.facts.scope import Scope
from paceline.org.models import Grant
from tests.api.stage import Stage

PASSWORD = "a pump in the harbour"
ROLES = {"rosa": "admin", "tariq": "manager", "sam": "rep", "eve": "viewer"}


@dataclass(frozen=True, slots=True)
class Members:
    """The members of Acme by name."""

    stage: Stage
    grants: dict[str, Grant]

    @classmethod
    def of(cls, stage: Stage) -> "Members":
        with transaction.atomic():
            made = {name: member(stage.scope, f"{name}@acme.example", role) for name, role in ROLES.items()}
        return cls(stage, made)

    @property
    def scope(self) -> Scope:
        return self.stage.scope

    @property
    def abroad(self) -> Scope:
        """Globex on this thread's connection."""
        return edge.caller_scope(self.stage.cast.abroad.org_id, "olga")


def member(scope: Scope, email: str, role: str = "viewer") -> Grant:
    """A member with an account whose password is the usual one."""
    return actions.create_member(scope, email=email, role=role, name=email.partition("@")[0], password=PASSWORD)


@dataclass
class Browser:
    """A browser at an address of its own."""

    address: str = "127.0.0.1"
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost", REMOTE_ADDR=self.address)

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def send(self, path: str, **fields: str | list[str]) -> Any:
        """Open the page and send its form."""
        self.client.get(path)
        return self.post(path, **fields)

    def post(self, path: str, **fields: str | list[str]) -> Any:
        """Send a form with the browser's token."""
        token = self.client.cookies["paceline_csrf"].value if "paceline_csrf" in self.client.cookies else ""
        return self.client.post(path, {"csrfmiddlewaretoken": token, **fields})

    def sign_in(self, email: str = "rosa@acme.example", password: str = PASSWORD, path: str = "/sign-in") -> Any:
        return self.send(path, login=email, password=password)

    @property
    def is_in(self) -> bool:
        return self.get("/").status_code == 200

    @property
    def key(self) -> str:
        """The key of the session."""
        return self.client.cookies["paceline_session"].value
