"""The page where an invitation is accepted."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from paceline import edge
from paceline.accounts import invitations, sessions
from paceline.accounts.models import Invitation, User
from paceline.api.callers import now
from paceline.errors import PacelineError

GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, text: str) -> HttpResponse:
    """Somebody new sets name and password; who has an account signs in and confirms."""
    found = invitations.invitation_of(text, now())
    if found is None:
        return _page(request, {}, GONE)
    user = User.objects.filter(email=found.email).first()
    here = request.user.pk
    if here is not None and (user is None or user.pk != here):
        return _page(request, {"invitation": found, "stranger": True})
    if user is not None and here is None:
        messages.info(request, f"Sign in to accept the invitation to {found.org.name}.")
        return redirect(f"{reverse('account_login')}?next={quote(request.path)}")
    shown = {"invitation": found, "is_new": user is None, "name": request.POST.get("name", "")}
    return _page(request, shown) if request.method != "POST" else _answered(request, found, user, shown)


def _answered(request: HttpRequest, found: Invitation, user: User | None, shown: dict[str, Any]) -> HttpResponse:
    try:
        _accept(request, found, user)
    except PacelineError as error:
        faults = [f"{each.where.capitalize()}: {each.message}" for each in error.faults] or [error.message]
        return _page(request, {**shown, "faults": faults})
    if user is None:
        messages.success(request, "You have an account now. Sign in.")
        return redirect("account_login")
    sessions.choose(request, found.org_id)
    return redirect("home")


def _accept(request: HttpRequest, found: Invitation, user: User | None) -> None:
    given: dict[str, Any] = {}
    if user is None:
        given = {"name": request.POST.get("name", ""), "password": request.POST.get("password", "")}
        if given["password"] != request.POST.get("again"):
            raise PacelineError("The two passwords are not the same.")
    origin = str(request.META.get("REMOTE_ADDR", ""))

    def work() -> None:
        scope = edge.caller_scope(found.org_id, found.email, origin=origin, asked_at=now())
        invitations.accept(scope, found.id, now(), user=user, **given)

    edge.in_transaction(work)


def _page(request: HttpRequest, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, "account/invitation.html", shown, status=status)
    # Its address lets somebody in.
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "no-referrer"
    return response
