"""Signing in and out: who gets in, who does not, and what a stranger can find out or bring about."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from paceline import edge
from paceline.accounts import actions, sessions
from paceline.accounts.models import User
from tests.accounts.browser import PASSWORD, Browser, Members
from tests.api.calls import Answer
from tests.plan.cast import NOON

REFUSED = "The e-mail address and the password do not belong together."
LOCKED = "Too many attempts from your address."


def test_a_member_signs_in_and_out(members: Members) -> None:
    browser = Browser()
    assert browser.get("/").url == "/sign-in?next=/"
    assert browser.sign_in("Sam@ACME.example").url == "/"
    assert browser.is_in
    assert browser.post("/sign-out").url == "/sign-in"
    assert not browser.is_in


def test_passwords_are_kept_by_argon2(members: Members) -> None:
    assert User.objects.get(email="sam@acme.example").password.startswith("argon2$argon2id$")


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(members: Members) -> None:
    browser = Browser()
    browser.get("/sign-in")
    # A session that somebody else knows the key of.
    session = browser.client.session
    session["known"] = "to a stranger"
    session.save()
    before = browser.key
    browser.sign_in()
    after = browser.key
    assert after != before
    assert not Session.objects.filter(pk=before).exists()
    browser.post("/sign-out")
    assert not Session.objects.filter(pk=after).exists()
    late = Browser()
    late.client.cookies["paceline_session"] = after
    assert not late.is_in


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(members: Members, path: str) -> None:
    answer = Browser().send(f"/sign-in?next={path}", login="sam@acme.example", password=PASSWORD, next=path)
    assert answer.status_code in {302, 400}
    assert "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")


def test_signing_in_leads_to_the_page_that_was_asked_for(members: Members) -> None:
    answer = Browser().send("/sign-in", login="sam@acme.example", password=PASSWORD, next="/?target=7")
    assert answer.url == "/?target=7"


def test_forms_of_other_pages_are_refused(members: Members) -> None:
    browser = Browser()
    browser.get("/sign-in")
    given = {"login": "sam@acme.example", "password": PASSWORD}
    assert browser.client.post("/sign-in", given).status_code == 403
    browser.sign_in()
    assert browser.client.post("/sign-out").status_code == 403
    assert browser.client.post("/account/organizations", {}).status_code == 403
    assert browser.is_in


def test_the_api_takes_a_session_and_to_change_something_its_token(members: Members) -> None:
    browser = Browser()
    path = "/api/v1/teams"
    assert browser.get(path).status_code == 401
    browser.sign_in()
    assert browser.get(path).status_code == 200
    refused = browser.client.post(path, {"name": "New"}, "application/json")
    assert Answer(refused.status_code, refused.content, refused.headers).problem == (403, "not_allowed", {})
    browser.get("/account/sessions")
    token = {"X-CSRFToken": browser.client.cookies["paceline_csrf"].value}
    made = browser.client.post(path, {"name": "New"}, "application/json", headers=token)
    assert made.status_code == 201, made.content
    from paceline.org.models import Change

    with edge.unscoped():
        last = Change.objects.filter(kind="team").order_by("-id")[0]
    assert (last.actor, last.origin) == ("rosa@acme.example", "127.0.0.1")


def test_a_session_may_do_what_its_user_may(members: Members) -> None:
    for name, status in (("rosa", 201), ("tariq", 403), ("sam", 403), ("eve", 403)):
        browser = Browser()
        browser.sign_in(f"{name}@acme.example")
        browser.get("/account/sessions")
        token = {"X-CSRFToken": browser.client.cookies["paceline_csrf"].value}
        made = browser.client.post("/api/v1/teams", {"name": f"Of {name}"}, "application/json", headers=token)
        assert made.status_code == status, name


def test_a_stranger_hears_the_same_of_known_and_unknown_accounts(members: Members) -> None:
    answers = [Browser().sign_in(email, "not the password") for email in ("sam@acme.example", "zoe@acme.example")]
    User.objects.filter(email="eve@acme.example").update(is_active=False)
    answers.append(Browser().sign_in("eve@acme.example"))
    for answer in answers:
        assert answer.status_code == 200
        assert REFUSED in answer.content.decode()


def test_guessing_locks_the_guesser_out_and_nobody_else(members: Members) -> None:
    guesser = Browser("198.51.100.7")
    for _ in range(5):
        assert REFUSED in guesser.sign_in("sam@acme.example", "guess").content.decode()
    # Also the right one does not help any more, there.
    assert LOCKED in guesser.sign_in("sam@acme.example").content.decode()
    assert not guesser.is_in
    owner = Browser("203.0.113.9")
    owner.sign_in("sam@acme.example")
    assert owner.is_in


def test_guessing_at_the_same_address_keeps_nobody_out_of_their_own_browser(members: Members) -> None:
    owner, guesser = Browser(), Browser()
    owner.sign_in("sam@acme.example")
    kept = owner.client.cookies["paceline_known"]
    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "Lax", "/sign-in")
    assert "sam" not in kept.value
    owner.post("/sign-out")
    for number in range(20):
        guesser.sign_in("sam@acme.example" if number < 5 else f"{number}@acme.example", "guess")
    assert LOCKED in guesser.sign_in("sam@acme.example").content.decode()
    owner.sign_in("sam@acme.example")
    assert owner.is_in
    owner.post("/sign-out")
    # It is known for that account alone, its own guesses count, and none that is made up is believed.
    assert LOCKED in owner.sign_in("eve@acme.example").content.decode()
    for _ in range(5):
        assert REFUSED in owner.sign_in("sam@acme.example", "guess").content.decode()
    assert LOCKED in owner.sign_in("sam@acme.example").content.decode()
    # Nor does it help to send the form without end, and a cookie that is made up is not believed.
    guesser.client.cookies["paceline_known"] = f"x{kept.value}"
    assert [guesser.sign_in("sam@acme.example").status_code for _ in range(10)][-1] == 429
    tariq = Browser("203.0.113.9")
    tariq.sign_in("tariq@acme.example")
    tariq.post("/sign-out")
    tariq.address = "127.0.0.1"
    tariq.client.defaults["REMOTE_ADDR"] = tariq.address
    tariq.sign_in("tariq@acme.example")
    assert tariq.is_in
    assert "127.0.0.1" in tariq.get("/account/sessions").content.decode()


def test_guessing_for_many_accounts_locks_the_address_out(members: Members) -> None:
    guesser = Browser("198.51.100.7")
    said = [guesser.sign_in(f"{number}@acme.example", "guess").content.decode() for number in range(21)]
    assert [REFUSED in each for each in said] == [True] * 20 + [False]
    assert LOCKED in said[-1]


def test_there_is_no_signing_up(members: Members) -> None:
    for path in ("/account/signup", "/account/signup/", "/signup", "/accounts/signup/"):
        assert Browser().get(path).status_code == 404


def test_whoever_belongs_to_several_organizations_chooses_one(members: Members) -> None:
    with transaction.atomic():
        grant = actions.create_member(members.abroad, email="rosa@acme.example", role="viewer")
    browser = Browser()
    browser.sign_in()
    assert browser.get("/").url == "/account/organizations"
    refused = browser.get("/api/v1/teams")
    assert (refused.status_code, refused.json()["code"]) == (403, "organization_not_chosen")
    page = browser.get("/account/organizations").content.decode()
    assert "Acme" in page
    assert "Globex" in page
    # Another's is not there to be chosen.
    browser.post("/account/organizations", organization="999999")
    assert browser.get("/").url == "/account/organizations"
    for org_id, name in ((members.stage.cast.scope.org_id, "Acme"), (members.stage.cast.abroad.org_id, "Globex")):
        browser.post("/account/organizations", organization=str(org_id))
        assert name in browser.get("/").content.decode()
    # With the membership goes what was chosen.
    with transaction.atomic():
        actions.end_member(members.abroad, grant.id, NOON)
    assert "Acme" in browser.get("/").content.decode()


def test_the_end_of_a_membership_is_felt_at_once(members: Members) -> None:
    browser = Browser()
    browser.sign_in("sam@acme.example")
    assert browser.is_in
    with transaction.atomic():
        actions.end_member(members.scope, members.grants["sam"].id, NOON)
    assert browser.get("/").url == "/account/organizations"
    # A page that was open is left as a whole: what it asked for a part of itself is not put into it.
    part = browser.client.get("/targets", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"], part.content) == (204, "true", b"")
    assert "belongs to no organization" in browser.get("/account/organizations").content.decode()
    assert browser.get("/api/v1/teams").status_code == 403


def test_what_is_over_is_forgotten(members: Members) -> None:
    from allauth.usersessions.models import UserSession

    browser = Browser()
    browser.sign_in()
    browser.sign_in("sam@acme.example", "guess")
    now = datetime.now(UTC)
    sessions.forget(now)
    assert browser.is_in
    assert UserSession.objects.count() == 1
    sessions.forget(now + timedelta(days=15))
    assert not browser.is_in
    assert UserSession.objects.count() == 0
