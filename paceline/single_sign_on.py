"""Whom the operator lets vouch for users: the providers of the file that PACELINE_SSO_FILE names."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from paceline.environment import BadSetting

_TEXTS = ("id", "name", "organization", "issuer", "client_id", "client_secret_file", "role_claim")
# The widest first: somebody in several groups has the widest role of them.
ROLES = ("admin", "manager", "viewer", "rep")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Provider:
    """One that speaks OpenID Connect: for which organization and addresses, and which of its words give which role."""

    id: str
    name: str
    organization: str
    issuer: str
    client_id: str
    client_secret: str
    role_claim: str
    roles: dict[str, str]
    domains: tuple[str, ...]
    trust_email: bool

    def role_of(self, claims: dict[str, Any]) -> str | None:
        """The role that these claims give; None for none."""
        held = claims.get(self.role_claim)
        words = held if isinstance(held, list) else [held]
        found = {self.roles[word] for word in words if isinstance(word, str) and word in self.roles}
        return next((role for role in ROLES if role in found), None)

    def vouches_for(self, claims: dict[str, Any]) -> bool:
        """Whether it says that the address is theirs, and may speak for such addresses."""
        is_theirs = self.trust_email or claims.get("email_verified") is True
        return is_theirs and str(claims.get("email", "")).rpartition("@")[2].lower() in self.domains


def providers() -> tuple[Provider, ...]:
    """Those of the file; none without one. Raises BadSetting."""
    named = os.environ.get("PACELINE_SSO_FILE")
    if not named:
        return ()
    try:
        read = tomllib.loads(Path(named).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"PACELINE_SSO_FILE names {named}, which cannot be read: {error}") from None
    tables = read.get("provider")
    if not isinstance(tables, list) or set(read) != {"provider"}:
        raise BadSetting(f"{named} has to have tables [[provider]], and nothing else")
    made = tuple(_provider(table, f"{named}, provider {number}") for number, table in enumerate(tables, 1))
    if len({each.id for each in made}) < len(made):
        raise BadSetting(f"{named}: two providers have the same id")
    return made


def _provider(table: dict[str, Any], where: str) -> Provider:
    known = {*_TEXTS, "roles", "domains", "trust_email"}
    faults = [f"{name} is not known" for name in table if name not in known]
    faults += [f"{name} is missing" for name in _TEXTS if not isinstance(table.get(name), str) or not table[name]]
    roles, domains = table.get("roles"), table.get("domains")
    if not isinstance(roles, dict) or not roles or not set(map(str, roles.values())) <= set(ROLES):
        faults.append(f"roles has to say which word of role_claim is which of {', '.join(ROLES)}")
    if not isinstance(domains, list) or not domains or not all(isinstance(each, str) for each in domains):
        faults.append("domains has to list the domains of the addresses that it may vouch for")
    if "issuer" in table and not _is_safe(str(table["issuer"])):
        faults.append("issuer has to begin with https://")
    if faults:
        raise BadSetting(f"{where}: {'; '.join(faults)}")
    texts = {name: table[name] for name in _TEXTS if name != "client_secret_file"}
    try:
        secret = Path(table["client_secret_file"]).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise BadSetting(f"{where}: client_secret_file cannot be read: {error}") from None
    lists = {"roles": roles, "domains": tuple(each.lower() for each in domains or ())}
    return Provider(**texts, **lists, client_secret=secret, trust_email=table.get("trust_email") is True)


def _is_safe(issuer: str) -> bool:
    parts = urlsplit(issuer)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK
