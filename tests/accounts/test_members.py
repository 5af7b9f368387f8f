"""Members by the API: invited by mail, accepting, given other roles, ended; and mail through a real SMTP server."""

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from queue import Queue

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.test import override_settings

from paceline.accounts import actions
from tests.accounts.browser import PASSWORD, Browser, Members
from tests.api.calls import Api
from tests.api.stage import set_clock, token
from tests.org.cast import changes
from tests.plan.cast import NOON

LINK = re.compile(r"http://127\.0\.0\.1:8000(/\S+)")


class Mailbox:
    """What the mail server was given."""

    def __init__(self) -> None:
        self.got: Queue[EmailMessage] = Queue()

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's shape
        self.got.put(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def next(self) -> EmailMessage:
        """The oldest that was not looked at, which must come."""
        return self.got.get(timeout=20)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_USE_TLS=False):
        yield box
    controller.stop()


def text_of(message: EmailMessage) -> str:
    return body_of(message, "plain")


def body_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    return part.get_content()


def link_in(message: EmailMessage) -> str:
    found = LINK.search(text_of(message))
    assert found
    assert found[0] in body_of(message, "html")
    return found[1]


def test_somebody_new_is_invited_by_mail_and_accepts(members: Members, mailbox: Mailbox) -> None:
    admin = members.stage.admin
    made = admin.made("/members", {"email": "Nia@Acme.example", "role": "rep"})
    assert (made["email"], made["link"]) == ("nia@acme.example", None)
    assert [each["email"] for each in admin.get("/invitations").items] == ["nia@acme.example"]
    message = mailbox.next()
    assert message["To"] == "nia@acme.example"
    assert message["Subject"] == "Acme invites you to Paceline"
    path = link_in(message)
    browser = Browser()
    assert "The two passwords" in browser.send(path, name="Nia", password=PASSWORD, again="other").content.decode()
    assert "too short" in browser.send(path, name="Nia", password="short", again="short").content.decode()
    assert browser.send(path, name="Nia", password=PASSWORD, again=PASSWORD).url == "/sign-in"
    assert "not good any more" in browser.get(path).content.decode()
    browser.sign_in("nia@acme.example")
    assert browser.is_in
    assert admin.get("/invitations").items == []
    last = admin.get("/members").items[-1]
    assert (last["email"], last["name"], last["role"]) == ("nia@acme.example", "Nia", "rep")
    with transaction.atomic():
        assert [kind for kind, *_ in changes(members.scope, "accept_invitation")] == ["invitation"]


def test_who_has_an_account_confirms_signed_in(members: Members, mailbox: Mailbox) -> None:
    members.stage.abroad.made("/members", {"email": "sam@acme.example", "role": "viewer"})
    path = link_in(mailbox.next())
    other = Browser()
    other.sign_in("eve@acme.example")
    assert "signed in as eve@acme.example" in other.get(path).content.decode()
    assert "signed in as eve@acme.example" in other.post(path).content.decode()
    browser = Browser()
    answer = browser.get(path)
    assert answer.url.startswith("/sign-in?next=/invitation/")
    back = browser.send("/sign-in", login="sam@acme.example", password=PASSWORD, next=path).url
    assert browser.send(back).url == "/"
    assert "Globex" in browser.get("/").content.decode()
    assert [each["role"] for each in members.stage.abroad.get("/members").items] == ["viewer"]


def test_an_invitation_ends(members: Members, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = members.stage.admin
    admin.made("/members", {"email": "nia@acme.example", "role": "rep"})
    first = link_in(mailbox.next())
    admin.made("/members", {"email": "nia@acme.example", "role": "admin"})
    second = link_in(mailbox.next())
    # The one before is closed, and nobody changes what a link is about.
    assert Browser().get(first).status_code == 410
    assert Browser().get(second[:-1]).status_code == 410
    assert Browser().get(second).status_code == 200
    (waiting,) = admin.get("/invitations").items
    assert admin.delete(f"/invitations/{waiting['id']}").status == 204
    assert Browser().get(second).status_code == 410
    assert admin.delete(f"/invitations/{waiting['id']}").problem[:2] == (404, "not_found")
    admin.made("/members", {"email": "nia@acme.example", "role": "rep"})
    third = link_in(mailbox.next())
    set_clock(monkeypatch, later=timedelta(days=7))
    assert admin.get("/invitations").items == []
    assert Browser().get(third).status_code == 410


def test_without_mail_the_admin_is_given_the_link_once(members: Members) -> None:
    admin = members.stage.admin
    given = {"email": "nia@acme.example", "role": "rep"}
    made = admin.post("/members", given, Idempotency_Key="a").body
    assert made["link"].startswith("http://127.0.0.1:8000/invitation/")
    assert admin.post("/members", given, Idempotency_Key="a").body == {**made, "link": None}


def test_members_change_and_end(members: Members) -> None:
    admin, sam = members.stage.admin, members.grants["sam"].id
    changed = admin.patch(f"/members/{sam}", {"role": "manager", "reason": "leads now"})
    assert (changed.status, changed.body["role"]) == (200, "manager")
    last = admin.patch(f"/members/{members.grants['rosa'].id}", {"role": "rep"})
    assert last.problem[:2] == (409, "last_admin")
    with transaction.atomic():
        of_sam = Api(token(members.scope, "read", "sam@acme.example"))
    assert of_sam.get("/metrics").status == 200
    assert admin.delete(f"/members/{sam}").status == 204
    assert of_sam.get("/metrics").problem[:2] == (401, "not_signed_in")
    assert admin.delete(f"/members/{sam}").problem[:2] == (404, "not_found")
    assert admin.post("/members", {"email": "eve@acme.example", "role": "rep"}).problem[:2] == (409, "conflict")
    assert members.stage.abroad.patch(f"/members/{members.grants['eve'].id}", {}).problem[:2] == (404, "not_found")


def test_a_token_of_a_member_who_came_back_stays_ended(members: Members) -> None:
    with transaction.atomic():
        of_sam = Api(token(members.scope, "read", "sam@acme.example"))
    with transaction.atomic():
        actions.end_member(members.scope, members.grants["sam"].id, NOON)
        actions.create_member(members.scope, email="sam@acme.example", role="rep")
    assert of_sam.get("/metrics").problem[:2] == (401, "not_signed_in")


def test_a_forgotten_password(members: Members, mailbox: Mailbox) -> None:
    before, other = Browser(), Browser()
    other.sign_in("sam@acme.example")
    for email in ("zoe@acme.example", "sam@acme.example"):
        assert before.send("/account/password/forgotten", email=email).url == "/account/password/forgotten/sent"
    message = mailbox.next()
    # One, because nobody writes to whom we do not know.
    assert (message["To"], mailbox.got.qsize()) == ("sam@acme.example", 0)
    found = re.search(r"http://localhost(/\S+)", text_of(message))
    assert found
    path = found[1]
    form = before.get(path).url
    assert before.send(form, password1="another pump", password2="another pump").status_code == 302
    assert "used up" in Browser().get(path).content.decode()
    # All sessions end with the password that they came by.
    assert not other.is_in
    before.sign_in("sam@acme.example", "another pump")
    assert before.is_in


def test_sessions_are_listed_and_ended(members: Members) -> None:
    here, there = Browser(), Browser("203.0.113.9")
    here.sign_in()
    there.sign_in()
    page = here.get("/account/sessions").content.decode()
    assert "203.0.113.9" in page
    (number,) = re.findall(r"/account/sessions/(\d+)/end", page)
    stranger = Browser()
    stranger.sign_in("eve@acme.example")
    stranger.get("/account/sessions")
    assert stranger.post(f"/account/sessions/{number}/end").status_code == 404
    assert there.is_in
    here.post(f"/account/sessions/{number}/end")
    assert not there.is_in
    there.sign_in()
    here.post("/account/sessions")
    assert (here.is_in, there.is_in) == (True, False)
