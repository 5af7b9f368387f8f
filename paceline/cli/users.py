"""Commands for members: who may sign in, and as what."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from paceline.cli import common
from paceline.cli.common import OrganizationOption, ReasonOption, say, tell
from paceline.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from paceline.facts.scope import Scope
    from paceline.org.models import Grant

users = typer.Typer(help="Members: create, list, give roles, let in, end.", no_args_is_help=True)

EmailArgument = Annotated[str, typer.Argument(metavar="E-MAIL", help="Of the member.")]
ROLES = "admin, manager, rep or viewer"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(users, name="user")


@users.command("create")
def create_user(
    email: Annotated[str, typer.Option("--email", metavar="E", help="They sign in with it.")],
    name: Annotated[str, typer.Option("--name", help="What they are called.")] = "",
    role: Annotated[str | None, typer.Option("--role", help=f"{ROLES}; the first member is an admin.")] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", help="Which of the people they are: e-mail, name or id; else whoever has that E."),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Take the password from standard input.")
    ] = False,
    link: Annotated[
        bool, typer.Option("--link", help="Print a link to set the password, good once and a day.")
    ] = False,
    organization: OrganizationOption = None,
) -> None:
    """Make somebody a member of the organization, and an account where they have none."""
    common.get_ready()
    from paceline.accounts.models import User

    is_new = not User.objects.filter(email=email.strip().lower()).exists()
    password = _password(from_input=password_stdin) if is_new and not link else None
    with common.writing(organization) as scope:
        from paceline.accounts import actions, links

        if role is None and actions.members(scope).exists():
            raise InvalidInput.at("role", f"give {ROLES}")
        person_id = None if person is None else _person_id(scope, person)
        given = {"email": email, "role": role or "admin", "name": name}
        made = actions.create_member(scope, **given, person_id=person_id, password=password)
        address = links.password_link(made.user) if link and is_new else None
    if address is not None:
        tell(address)
    known = "" if is_new else ", with the account and the password that they have"
    say(f"{made.user.email} is {made.role}{_as_person(made)}{known}")


@users.command("list")
def list_users(organization: OrganizationOption = None) -> None:
    """List the members."""
    with common.reading(organization) as scope:
        from paceline.accounts import actions

        for each in actions.members(scope):
            signed_in = f"{each.user.last_login:%Y-%m-%d}" if each.user.last_login else "never"
            tell(f"{each.user.email}: {each.role}{_as_person(each)} (last signed in: {signed_in})")


@users.command("role")
def give_role(
    email: EmailArgument,
    role: Annotated[str, typer.Argument(help=ROLES)],
    reason: ReasonOption = "",
    organization: OrganizationOption = None,
) -> None:
    """Give a member another role. The last admin stays one."""
    with common.writing(organization) as scope:
        from paceline.accounts import actions

        made = actions.change_member(scope, _member(scope, email).id, role=role, reason=reason)
    say(f"{made.user.email} is {made.role} now")


@users.command("end")
def end_user(email: EmailArgument, reason: ReasonOption = "", organization: OrganizationOption = None) -> None:
    """End a membership: their tokens and sessions see nothing of the organization from now on."""
    with common.writing(organization) as scope:
        from paceline.accounts import actions

        made = actions.end_member(scope, _member(scope, email).id, common.now(), reason=reason)
    say(f"{made.user.email} is no member any more")


@users.command("link")
def print_link(email: EmailArgument, organization: OrganizationOption = None) -> None:
    """Print a link by which a member sets a new password: good once, and for a day."""
    with common.reading(organization) as scope:
        from paceline.accounts import links

        tell(links.password_link(_member(scope, email).user))


def _member(scope: "Scope", email: str) -> "Grant":
    from paceline.accounts import actions

    found = actions.member_of(scope, email)
    if found is None:
        raise NotFound(f"{email!r} is not the e-mail address of a member: `paceline user list` has them")
    return found


def _person_id(scope: "Scope", words: str) -> int:
    from paceline.org import directory

    if words.isascii() and words.isdigit() and len(words) < len(str(2**63)):
        return directory.person(scope, int(words)).id
    return directory.find_person(scope, words).id


def _as_person(made: "Grant") -> str:
    return "" if made.person is None else f", who is {made.person.name} of the people"


def _password(*, from_input: bool) -> str:
    """The new password; asked twice on a terminal. Raises InvalidInput."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidInput.at("password", "there is no terminal to ask on: give --password-stdin or --link")
    given = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != given:
        raise InvalidInput.at("password", "the two are not the same")
    return given
