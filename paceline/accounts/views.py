"""The pages of an account that are not allauth's: choosing an organization, and ending one session."""

import logging

import xmlsec
from allauth.account import views as account
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.saml import views as saml
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from lxml.etree import LxmlError

from paceline.accounts import devices, sessions

log = logging.getLogger("paceline.accounts")


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in, where attempts are counted by the browser if it is known for that account."""
    devices.count_by_browser(request, request.POST.get("login", ""))
    return account.login(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organizations(request: HttpRequest) -> HttpResponseBase:
    """The organizations that the user belongs to; chosen, the session is in that one until it changes again."""
    memberships = sessions.memberships_of(request.user.pk or 0)
    if request.method == "POST":
        chosen = next((each for each in memberships if str(each.org_id) == request.POST.get("organization")), None)
        if chosen is not None:
            sessions.choose(request, chosen.org_id)
            return redirect("home")
    shown = {"memberships": memberships, "chosen": sessions.chosen(request)}
    return render(request, "account/organizations.html", shown)


@require_safe
def finish_saml(request: HttpRequest, organization_slug: str) -> HttpResponseBase:
    """Sign in by a SAML provider's answer, which may be anything that a browser was made to send."""
    try:
        return saml.finish_acs(request, organization_slug=organization_slug)
    except (PermissionDenied, ValueError, LxmlError, xmlsec.Error) as error:
        log.warning("an answer for the SAML provider %s is refused: %r", organization_slug, error)
        return render_authentication_error(request, organization_slug)


@csrf_exempt
@require_safe
def end_by_provider(request: HttpRequest, organization_slug: str) -> HttpResponseBase:
    """Sign out because a SAML provider says so; what it does not sign may come from anybody."""
    if "Signature" not in request.GET:
        return HttpResponseBadRequest("The provider has to sign this request.", content_type="text/plain")
    return saml.sls(request, organization_slug=organization_slug)


@login_required
@require_POST
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """End one session of the user's own."""
    get_object_or_404(UserSession, pk=number, user_id=request.user.pk).end()
    return redirect("usersessions_list")
