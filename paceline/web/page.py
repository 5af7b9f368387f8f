"""What every page is made of: who asks, in which scope, and how an answer or a refusal is laid out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_cache_control, patch_vary_headers

from paceline import edge
from paceline.accounts.sessions import OrganizationNotChosen
from paceline.api.callers import Caller, now, session_caller
from paceline.domain.access import Permission
from paceline.errors import PacelineError
from paceline.facts import clock
from paceline.facts.scope import Scope
from paceline.org import directory, reach
from paceline.org.actions.tokens import NotSignedIn
from paceline.org.kept import knowing
from paceline.org.models import Organization
from paceline.plan import rules
from paceline.web import formats
from paceline.web.formats import Figures
from paceline.web.navigation import entries

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

# Where a page of its own is laid out as a dialog, when it is asked for by another one.
DIALOG = "dialog-content"
_REFUSED = 422
_DONE = 204


class Page:
    """One request of somebody who is signed in.

    What is read is read inside `reading()`, all of it in one snapshot; what changes something goes through `do`, in
    a transaction of its own. `render` reads by itself where nothing is being read yet.
    """

    def __init__(self, request: HttpRequest, caller: Caller) -> None:
        self.request, self.caller = request, caller
        self.now: datetime = now()
        self.locale = formats.locale_of(request)
        self._scope: Scope | None = None

    @property
    def is_posted(self) -> bool:
        """Whether something is to be changed."""
        return self.request.method == "POST"

    @property
    def is_partial(self) -> bool:
        """Whether a page asks for a part of itself, or for a dialog."""
        return "HX-Request" in self.request.headers

    @property
    def is_dialog(self) -> bool:
        """Whether another page asks for this one as a dialog."""
        return self.request.headers.get("HX-Target") == DIALOG

    @property
    def in_dialog(self) -> bool:
        """The same, also where a part of the dialog is asked for."""
        came = urlsplit(self.request.headers.get("HX-Current-URL", "")).path
        return self.is_dialog or (self.is_partial and came != self.request.path)

    @contextmanager
    def reading(self) -> Iterator[Scope]:
        """The scope of what this request reads, in one snapshot however often it is asked for."""
        if self._scope is not None:
            yield self._scope
            return
        with self.caller.reading() as scope:
            # What was read of the control plane at the same last change is not read again.
            self._scope, _ = knowing(replace(scope, locale=self.locale))
            try:
                yield self._scope
            finally:
                self._scope = None

    def do(self, work: Callable[[Scope], Answer]) -> Answer:
        """What a verb answers, done in one transaction. Never inside `reading()`."""
        if self._scope is not None:
            raise AssertionError("what changes something is no part of what is read")

        def once() -> Answer:
            # What the work reads beside, it reads in the same transaction.
            self._scope = replace(self.caller.scope(), locale=self.locale)
            try:
                return work(self._scope)
            finally:
                self._scope = None

        return edge.in_transaction(once)

    def tried(self, work: Callable[[Scope], Answer]) -> Answer:
        """What a verb would answer: all of it is done, and nothing is kept. Never inside `reading()`."""

        def attempt(scope: Scope) -> Answer:
            answer = work(scope)
            transaction.set_rollback(True)
            return answer

        return self.do(attempt)

    def may(self, permission: Permission) -> bool:
        """Whether the caller may."""
        return self.caller.access.allows(permission)

    @cached_property
    def can(self) -> dict[str, bool]:
        """The same for templates: `page.can.CHANGE_TARGETS`."""
        return {each.name: self.may(each) for each in Permission}

    @cached_property
    def organization(self) -> Organization:
        """The caller's organization."""
        with self.reading() as scope:
            return directory.own_organization(scope)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The organization's time zone."""
        return ZoneInfo(self.organization.time_zone)

    @cached_property
    def today(self) -> date:
        """The day that it is in the organization."""
        with self.reading() as scope:
            return reach.today(scope)

    def figures(self, *, is_money: bool) -> Figures:
        """How values are written: money of the reporting currency, or counts."""
        if not is_money:
            return Figures(self.locale, None, 0)
        return Figures(self.locale, self.organization.currency, rules.exponent(self.organization))

    def day(self, day: date) -> str:
        """A day with its year."""
        return formats.day(day, self.locale)

    def moment(self, moment: datetime) -> str:
        """A moment, in the organization's time zone."""
        return formats.moment(moment, self.zone, self.locale)

    @cached_property
    def known_at(self) -> str:
        """The stamp of what is shown: the stream tells what moved since."""
        with self.reading() as scope:
            return clock.known_now(scope).isoformat()

    @property
    def form_attributes(self) -> dict[str, str]:
        """Where a form of this page goes: in a dialog the answer stays in it."""
        path = self.request.get_full_path()
        return {"hx-post": path, "hx-target": f"#{DIALOG}"} if self.is_dialog else {"action": path}

    def render(self, template: str, shown: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
        """The page, or as a dialog where one was asked for."""
        layout = "paceline/dialog.html" if self.is_dialog else "paceline/page.html"
        with self.reading():
            context = {"page": self, "layout": layout, "entries": entries(self.caller.access), **(shown or {})}
            # What a dialog refuses is put in its place like any other answer.
            return _kept_to_oneself(render(self.request, template, context, status=200 if self.is_dialog else status))

    def told_once(self, template: str, shown: dict[str, Any]) -> HttpResponse:
        """A page that nobody keeps, with what is told this once."""
        response = self.render(template, shown)
        patch_cache_control(response, no_store=True)
        return response

    def refused(self, template: str, shown: dict[str, Any]) -> HttpResponse:
        """The page of a form that has faults."""
        return self.render(template, shown, _REFUSED)

    def go(self, to: Any, *arguments: Any, said: str = "") -> HttpResponse:
        """Go to another page (the name of an address, or a thing that has one) and say there what was done."""
        if said:
            messages.success(self.request, said)
        address = resolve_url(to, *arguments)
        if self.is_partial:
            response = HttpResponse(status=_DONE)
            response["HX-Redirect"] = address
            return response
        return redirect(address)

    def back(self, otherwise: str, *arguments: Any, said: str = "") -> HttpResponse:
        """Go to the page that a small form was on, if it was one of ours."""
        came = urlsplit(self.request.headers.get("Referer", ""))
        is_own = came.netloc == self.request.get_host() and came.path != self.request.path
        # What begins with two strokes, either way, is another host for a browser.
        path = "/" + came.path.lstrip("/\\")
        there = f"{path}{'?' if came.query else ''}{came.query}"
        return self.go(there if is_own else otherwise, *(() if is_own else arguments), said=said)


View = Callable[Concatenate[Page, Given], HttpResponseBase]


def page(
    *methods: str, needs: Permission | None = None
) -> Callable[[View[Given]], Callable[Concatenate[HttpRequest, Given], HttpResponseBase]]:
    """Make a view of a page: only these methods, only for who is signed in and may do that, and refusals as pages."""
    allowed = [*methods, *(["HEAD"] if "GET" in methods else [])]

    def decorate(view: View[Given]) -> Callable[Concatenate[HttpRequest, Given], HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, *arguments: Given.args, **named: Given.kwargs) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            try:
                return _answer(request, lambda asked: view(asked, *arguments, **named), needs)
            except (OperationalError, InterfaceError, psycopg.Error) as error:
                # In words alone: a page would ask the database again.
                found = edge.refusal_of(error)
                words = f"{found.message[:1].upper()}{found.message[1:]}."
                return HttpResponse(words, status=found.status, content_type="text/plain")

        return answer

    return decorate


def _answer(
    request: HttpRequest, view: Callable[[Page], HttpResponseBase], needs: Permission | None
) -> HttpResponseBase:
    try:
        caller = session_caller(request)
    except NotSignedIn:
        return _signing_in(request)
    except OrganizationNotChosen:
        # Whose membership ended while a page was open goes there as a whole: no part of the page is put in its place.
        return _whole_page(request) or redirect("organizations")
    asked = Page(request, caller)
    try:
        if needs is not None:
            _check_may(caller, needs)
        return view(asked)
    except PacelineError as error:
        return _refusal(asked, error)


def _check_may(caller: Caller, needed: Permission) -> None:
    with caller.reading() as scope:
        scope.needs(needed)


def _signing_in(request: HttpRequest) -> HttpResponse:
    return _whole_page(request) or redirect_to_login(request.get_full_path())


def _whole_page(request: HttpRequest) -> HttpResponse | None:
    """What lets the page that asks for a part be read anew; None where no page does."""
    if "HX-Request" not in request.headers:
        return None
    response = HttpResponse(status=_DONE)
    response["HX-Refresh"] = "true"
    return response


def _refusal(asked: Page, error: PacelineError) -> HttpResponse:
    if asked.is_partial and not asked.is_dialog:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
    return asked.render("paceline/refusal.html", {"error": error}, error.status)


def _kept_to_oneself(response: HttpResponse) -> HttpResponse:
    """Nobody else's cache keeps a page, and a dialog is not shown for the page at its address."""
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Cookie", "Accept-Language", "HX-Request", "HX-Target"])
    return response
