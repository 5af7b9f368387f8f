"""Who can sign in to the demo: one of each role."""

from pathlib import Path

from paceline import home
from paceline.accounts import actions
from paceline.accounts.models import User
from paceline.demo import company
from paceline.domain.access import Role
from paceline.facts.scope import Scope
from paceline.org import directory

ADMIN = "admin@example.com"
# The password of all of them, so that every start takes the same one.
PASSWORD_FILE = "demo_password"  # noqa: S105 - the file's name, not what is in it
# Sixteen characters, which somebody will type.
PASSWORD_BYTES = 8
# Who they are of the people: a director, a team's lead, somebody of that team, and an analyst.
WHO = {
    Role.ADMIN: (ADMIN, company.DIRECTOR),
    Role.MANAGER: (company.email(company.TEAMS["Enterprise"][0]), company.TEAMS["Enterprise"][0]),
    Role.REP: (company.email(company.TEAMS["Enterprise"][1]), company.TEAMS["Enterprise"][1]),
    Role.VIEWER: (company.email(company.ANALYST), company.ANALYST),
}


def prepare(scope: Scope, folder: Path) -> str:
    """Make the accounts that are not there, and set a new password where the old one is not known; the password."""
    home.make_home(folder)
    is_known = (folder / PASSWORD_FILE).exists()
    password = home.secret(folder, PASSWORD_FILE, PASSWORD_BYTES)
    for role, (email, name) in WHO.items():
        user = User.objects.filter(email=email).first()
        if user is None:
            person = directory.find_person(scope, company.email(name))
            given = {"email": email, "role": role.value, "name": name, "password": password}
            actions.create_member(scope, **given, person_id=person.id)
        elif not is_known:
            actions.set_password(user, password)
    return password
