"""Who may do what."""

from paceline.domain.access import EVERYTHING, OF_ROLE, OF_TOKEN, WHOLE, Access, Permission, Role, TokenScope


def test_the_enumerations_are_in_alphabetical_order() -> None:
    for enumeration in (Permission, Role, TokenScope):
        assert list(enumeration.__members__) == sorted(enumeration.__members__)


def test_every_role_and_scope_is_decided() -> None:
    assert set(OF_ROLE) == set(Role)
    assert set(OF_TOKEN) == set(TokenScope)
    assert OF_ROLE[Role.ADMIN] == OF_TOKEN[TokenScope.ADMIN] == WHOLE.permissions == EVERYTHING == frozenset(Permission)


def test_a_wider_scope_passes_on_more() -> None:
    assert OF_TOKEN[TokenScope.READ] < OF_TOKEN[TokenScope.WRITE] < OF_TOKEN[TokenScope.ADMIN]
    assert all(each.name.startswith("READ_") for each in OF_TOKEN[TokenScope.READ])


def test_a_token_never_exceeds_its_owner() -> None:
    for role in Role:
        owner = Access(OF_ROLE[role], 7)
        for scope in TokenScope:
            passed_on = owner.by_token(scope)
            assert passed_on.permissions <= owner.permissions
            assert passed_on.person_id == owner.person_id


def test_only_admins_change_what_everybody_rests_on() -> None:
    changing = {each for each in Permission if each.name.startswith(("CHANGE_", "MANAGE_"))} - {
        Permission.CHANGE_BOARDS
    }
    for role in Role:
        assert (changing <= OF_ROLE[role]) == (role == Role.ADMIN)
        assert role == Role.ADMIN or not changing & OF_ROLE[role]
