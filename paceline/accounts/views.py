"""The pages of an account that are not allauth's: choosing an organization, and ending one session."""

from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from paceline.accounts import sessions


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


@login_required
@require_POST
def end_session(request: HttpRequest, number: int) -> HttpResponse:
    """End one session of the user's own."""
    get_object_or_404(UserSession, pk=number, user_id=request.user.pk).end()
    return redirect("usersessions_list")
