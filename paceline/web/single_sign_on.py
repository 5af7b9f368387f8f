"""Signing in with somebody else's word for it: the account at the first time, the role at every time."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from paceline import edge
from paceline.accounts import actions, sessions
from paceline.accounts.models import User
from paceline.api.callers import now
from paceline.errors import PacelineError
from paceline.org import directory
from paceline.single_sign_on import OPENID, Provider

REFUSED = 403


class SingleSignOn(DefaultSocialAccountAdapter):
    """The rules of docs/guides/accounts.md."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find or make the user, and let their role be what the provider says now."""
        provider = next(each for each in settings.SSO_PROVIDERS if each.id == sociallogin.account.provider)
        claims = _claims(provider, sociallogin)
        email = str(claims.get("email") or "").lower()
        if not provider.vouches_for(claims):
            raise _refusal(request, provider, f"{provider.name} does not vouch for the address {email or '(none)'}.")
        known = sociallogin.user if sociallogin.is_existing else None
        if isinstance(known, User) and known.email != email:
            raise _refusal(request, provider, f"Your account here has the address {known.email}.")
        try:
            user = edge.in_transaction(lambda: _member(request, provider, email, claims))
        except PacelineError as error:
            raise _refusal(request, provider, f"{error.message[:1].upper()}{error.message[1:]}.") from None
        if user is None:
            raise _refusal(request, provider, f"{provider.name} gives you no role in {provider.organization}.")
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


def _member(request: HttpRequest, provider: Provider, email: str, claims: dict[str, Any]) -> User | None:
    """The user, who is a member with the role of the claims; None, and a member no more, without one."""
    with edge.unscoped():
        org_id = directory.organization(provider.organization).id
    origin = str(request.META.get("REMOTE_ADDR", ""))
    scope = edge.caller_scope(org_id, f"{email} by {provider.name}", origin=origin, asked_at=now())
    found, role = actions.member_of(scope, email), provider.role_of(claims)
    if role is None:
        if found is not None:
            actions.end_member(scope, found.id, now(), reason=f"{provider.name} gives no role")
        return None
    if found is None:
        name = str(claims.get("name") or "")[:200]
        found = actions.create_member(scope, email=email, role=role, name=name)
    elif found.role != role:
        found = actions.change_member(scope, found.id, role=role, reason=f"{provider.name} says so")
    sessions.choose(request, org_id)
    return found.user


def _claims(provider: Provider, login: SocialLogin) -> dict[str, Any]:
    """What the provider says: the signed token with what it adds when asked for the user, or the signed assertion.

    An assertion says nothing of addresses being verified: whoever signs it is the company that gives them out.
    """
    data, own = login.account.extra_data, provider.own
    if provider.protocol == OPENID:
        return {**data.get("userinfo", {}), **data.get("id_token", {})}
    # All that an assertion says has several values.
    email, name = ((data.get(own.get(claim, "")) or [""])[0] for claim in ("email_claim", "name_claim"))
    said = {"email": email if "email_claim" in own else login.account.uid, "email_verified": True, "name": name}
    return {**said, provider.role_claim: data.get(provider.role_claim)}


def _refusal(request: HttpRequest, provider: Provider, words: str) -> ImmediateHttpResponse:
    shown = {"words": words, "provider": provider}
    return ImmediateHttpResponse(render(request, "account/refused.html", shown, status=REFUSED))
