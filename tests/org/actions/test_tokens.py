"""API tokens: only their hash is kept, and each ends when it is revoked or expired."""

from datetime import UTC, datetime, timedelta

import pytest

from paceline.errors import InvalidInput, NotFound
from paceline.facts.scope import Scope
from paceline.org.actions import tokens
from paceline.org.actions.tokens import NotSignedIn
from paceline.org.models import ApiToken, Change
from tests.org.cast import Cast

NOW = datetime(2025, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def scope(cast: Cast) -> Scope:
    return cast.scope


def test_a_token_is_found_by_its_text_which_is_not_kept(scope: Scope) -> None:
    made, text = tokens.create_token(scope, email=" rosa@acme.example ", token_scope="write", now=NOW)
    assert text.startswith("paceline_")
    found = tokens.token_of(text, NOW)
    assert (found.token_id, found.org_id, found.email, found.scope) == (
        made.id,
        scope.org_id,
        "rosa@acme.example",
        "write",
    )
    kept = ApiToken.objects.filter(pk=made.id).values().get()
    assert text not in str(kept)
    assert text not in str(list(Change.objects.filter(kind="token").values()))
    assert tokens.token_numbered(made.id, NOW).token_id == made.id


def test_two_tokens_are_never_the_same(scope: Scope) -> None:
    texts = {tokens.create_token(scope, email="a@b.example", token_scope="read", now=NOW)[1] for _ in range(5)}
    assert len(texts) == 5


def test_a_token_expires_and_is_revoked(scope: Scope) -> None:
    _, text = tokens.create_token(scope, email="a@b.example", token_scope="read", now=NOW, expires_days=2)
    assert tokens.token_of(text, NOW + timedelta(days=2, seconds=-1))
    with pytest.raises(NotSignedIn):
        tokens.token_of(text, NOW + timedelta(days=2))
    made, lasting = tokens.create_token(scope, email="a@b.example", token_scope="read", now=NOW)
    tokens.revoke_token(scope, made.id, NOW)
    for asked in (lambda: tokens.token_of(lasting, NOW), lambda: tokens.token_numbered(made.id, NOW)):
        with pytest.raises(NotSignedIn):
            asked()


@pytest.mark.parametrize("text", ["", "paceline_", "x" * 10_000, "\udc00", "\0"])
def test_no_other_text_is_a_token(scope: Scope, text: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens.token_of(text, NOW)


def test_the_last_use_is_known_to_the_minute(scope: Scope) -> None:
    made, text = tokens.create_token(scope, email="a@b.example", token_scope="read", now=NOW)
    for seconds in (0, 30, 59):
        tokens.token_of(text, NOW + timedelta(seconds=seconds))
    assert ApiToken.objects.get(pk=made.id).used_at == NOW
    tokens.token_of(text, NOW + timedelta(seconds=61))
    assert ApiToken.objects.get(pk=made.id).used_at == NOW + timedelta(seconds=61)


def test_every_fault_is_told_at_once(scope: Scope) -> None:
    with pytest.raises(InvalidInput) as refused:
        tokens.create_token(scope, email="nobody", token_scope="reed", now=NOW, expires_days=0)
    assert [fault.where for fault in refused.value.faults] == ["email", "scope", "expires"]
    assert "did you mean read?" in refused.value.message


def test_another_organization_cannot_revoke_it(scope: Scope, cast: Cast) -> None:
    made, text = tokens.create_token(scope, email="a@b.example", token_scope="read", now=NOW)
    with pytest.raises(NotFound):
        tokens.revoke_token(cast.abroad, made.id, NOW)
    assert tokens.token_of(text, NOW)


def test_rotation_gives_another_token_and_the_old_one_a_grace(scope: Scope) -> None:
    made, text = tokens.create_token(scope, email="a@b.example", token_scope="write", now=NOW, expires_days=30)
    later = NOW + timedelta(days=2)
    ApiToken.objects.filter(pk=made.id).update(created_at=NOW)
    rotated, new = tokens.rotate_token(scope, made.id, later, grace_hours=5)
    assert (rotated.email, rotated.scope, rotated.expires_at) == ("a@b.example", "write", later + timedelta(days=30))
    assert tokens.token_of(new, later).scope == "write"
    assert tokens.token_of(text, later + timedelta(hours=5, seconds=-1))
    with pytest.raises(NotSignedIn):
        tokens.token_of(text, later + timedelta(hours=5))
    # It is over, and cannot be made to last by being rotated again.
    with pytest.raises(NotFound):
        tokens.rotate_token(scope, made.id, later + timedelta(hours=5))
    with pytest.raises(InvalidInput):
        tokens.rotate_token(scope, rotated.id, later, grace_hours=-1)


def test_a_grace_never_lets_a_token_last_longer(scope: Scope) -> None:
    made, _ = tokens.create_token(scope, email="a@b.example", token_scope="read", now=NOW, expires_days=1)
    tokens.rotate_token(scope, made.id, NOW + timedelta(hours=12), grace_hours=100)
    assert ApiToken.objects.get(pk=made.id).expires_at == NOW + timedelta(days=1)
