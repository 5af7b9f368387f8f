"""Whom the operator lets vouch for users: the providers of the file that PACELINE_SSO_FILE names."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from paceline.environment import BadSetting

OPENID, SAML = "openid", "saml"
# What each needs beside what all need; a word ending in _file names a file with what is not for everybody's eyes.
_TEXTS = ("id", "name", "organization", "role_claim")
_OWN = {
    OPENID: ("issuer", "client_id", "client_secret_file"),
    SAML: ("entity_id", "sign_in_url", "certificate_file"),
}
_MAY = {OPENID: {"trust_email"}, SAML: {"email_claim", "name_claim"}}
_ADDRESSES = {OPENID: "issuer", SAML: "sign_in_url"}
# The widest first: somebody in several groups has the widest role of them.
ROLES = ("admin", "manager", "viewer", "rep")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Provider:
    """One that vouches for users: for which organization and addresses, and which of its words give which role.

    `own` is what its protocol needs; of files, what they hold.
    """

    protocol: str
    id: str
    name: str
    organization: str
    role_claim: str
    roles: Mapping[str, str]
    domains: tuple[str, ...]
    own: Mapping[str, Any]

    def role_of(self, claims: Mapping[str, Any]) -> str | None:
        """The role that these claims give; None for none."""
        held = claims.get(self.role_claim)
        words = held if isinstance(held, list) else [held]
        found = {self.roles[word] for word in words if isinstance(word, str) and word in self.roles}
        return next((role for role in ROLES if role in found), None)

    def vouches_for(self, claims: Mapping[str, Any]) -> bool:
        """Whether it says that the address is theirs, and may speak for such addresses."""
        is_theirs = self.own.get("trust_email") is True or claims.get("email_verified") is True
        return is_theirs and str(claims.get("email", "")).rpartition("@")[2].lower() in self.domains


def apps(providers: Iterable[Provider]) -> dict[str, Any]:
    """The providers as allauth's SOCIALACCOUNT_PROVIDERS has them."""
    found: dict[str, list[dict[str, Any]]] = {OPENID: [], SAML: []}
    for each in providers:
        made = _openid(each) if each.protocol == OPENID else _saml(each)
        found[each.protocol].append({"provider_id": each.id, "name": each.name, **made})
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": found[OPENID]}, "saml": {"APPS": found[SAML]}}


def _openid(each: Provider) -> dict[str, Any]:
    own = each.own
    return {
        "client_id": own["client_id"],
        "secret": own["client_secret_file"],
        "settings": {"server_url": own["issuer"]},
    }


def _saml(each: Provider) -> dict[str, Any]:
    own = each.own
    idp = {"entity_id": own["entity_id"], "sso_url": own["sign_in_url"], "x509cert": own["certificate_file"]}
    return {
        # It is in the addresses that the provider is told.
        "client_id": each.id,
        "settings": {
            "idp": idp,
            # Who it is, is the NameID; the rest is read where the claims are.
            "attribute_mapping": {},
            # Whoever did not ask for an answer here is not signed in by one.
            "advanced": {"reject_idp_initiated_sso": True, "want_assertion_signed": True, "want_name_id": True},
        },
    }


def providers() -> tuple[Provider, ...]:
    """Those of the file; none without one. Raises BadSetting."""
    named = os.environ.get("PACELINE_SSO_FILE")
    if not named:
        return ()
    tables = _tables(named)
    made = tuple(_provider(table, f"{named}, provider {number}") for number, table in enumerate(tables, 1))
    if len({each.id for each in made}) < len(made):
        raise BadSetting(f"{named}: two providers have the same id")
    return made


def files_named() -> list[str]:
    """The files of secrets that the file of the providers names; none where it cannot be read."""
    named = os.environ.get("PACELINE_SSO_FILE")
    try:
        tables = _tables(named) if named else []
    except BadSetting:
        return []
    return [str(each["client_secret_file"]) for each in tables if "client_secret_file" in each]


def _tables(named: str) -> list[dict[str, Any]]:
    try:
        read = tomllib.loads(Path(named).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"PACELINE_SSO_FILE names {named}, which cannot be read: {error}") from None
    tables = read.get("provider")
    if not isinstance(tables, list) or set(read) != {"provider"}:
        raise BadSetting(f"{named} has to have tables [[provider]], and nothing else")
    return tables


def _provider(table: dict[str, Any], where: str) -> Provider:
    protocol = table.get("protocol", OPENID)
    if protocol not in _OWN:
        raise BadSetting(f"{where}: protocol has to be {OPENID} or {SAML}")
    texts, may = (*_TEXTS, *_OWN[protocol]), _MAY[protocol]
    known = {*texts, *may, "protocol", "roles", "domains"}
    faults = [f"{name} is not known" for name in table if name not in known]
    faults += [f"{name} is missing" for name in texts if not isinstance(table.get(name), str) or not table[name]]
    roles, domains, address = table.get("roles"), table.get("domains"), _ADDRESSES[protocol]
    if not isinstance(roles, dict) or not roles or not set(map(str, roles.values())) <= set(ROLES):
        faults.append(f"roles has to say which word of role_claim is which of {', '.join(ROLES)}")
    if not isinstance(domains, list) or not domains or not all(isinstance(each, str) for each in domains):
        faults.append("domains has to list the domains of the addresses that it may vouch for")
    if address in table and not _is_safe(str(table[address])):
        faults.append(f"{address} has to begin with https://")
    if faults:
        raise BadSetting(f"{where}: {'; '.join(faults)}")
    own = {name: table[name] for name in (*_OWN[protocol], *sorted(may)) if name in table}
    own |= {name: _content(text, f"{where}: {name}") for name, text in own.items() if name.endswith("_file")}
    lists = {"roles": roles, "domains": tuple(each.lower() for each in domains or ())}
    return Provider(protocol, *(table[name] for name in _TEXTS), **lists, own=own)


def _content(path: str, where: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise BadSetting(f"{where} cannot be read: {error}") from None


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK
