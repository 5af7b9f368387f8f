"""The people of an organization while an import runs: those stored and those to be, found by their words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Optional

from paceline.facts.scope import Scope
from paceline.org.models import ExternalId, Person
from paceline.org.names import folded


class Refused(Exception):
    """The row cannot be taken: the column at fault, if one is, and why."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class Values(NamedTuple):
    """What is known of a person; `external_id` is that of the import's source."""

    name: str = ""
    email: str | None = None
    external_id: str | None = None
    hire_day: date | None = None
    end_day: date | None = None
    quota_carrying: bool = True
    manager: Optional["Known"] = None


NOTHING = Values()


@dataclass(eq=False, slots=True)
class Known:
    """A person: what is stored of them, and what the file wants; None where they are not, or will not be.

    `line` is that of the row that speaks for them, and `given` what it gives.
    """

    person: Person
    stored: Values | None = None
    wanted: Values | None = None
    line: int | None = None
    given: Values = NOTHING

    def forget(self) -> None:
        """The row that speaks for them is refused: all stays as it is stored."""
        self.wanted = self.stored


class Words:
    """People by the words that name them, as wanted when the words were gathered."""

    def __init__(self, people: Iterable[Known]) -> None:
        self.by_external_id: dict[str, Known] = {}
        self.by_email: dict[str, Known] = {}
        self.by_name: dict[str, dict[Known, None]] = {}
        for known in people:
            self.add(known)

    def add(self, known: Known) -> None:
        """Let the person be found by what they are wanted to be, unless there is to be no such person."""
        values = known.wanted
        if values is None:
            return
        if values.external_id:
            self.by_external_id[values.external_id] = known
        if values.email:
            self.by_email[folded(values.email)] = known
        self.by_name.setdefault(folded(values.name), {})[known] = None

    def match(self, given: Values) -> Known | None:
        """The person that a row with these values is about: by external id, else by e-mail, else by name.

        An e-mail or a name finds only someone whom the row's other words do not contradict. Raises Refused.
        """
        if given.external_id in self.by_external_id:
            return self.by_external_id[given.external_id]
        found = self.by_email.get(folded(given.email or ""))
        if found is not None and _is_emailed(found, given):
            return found
        namesakes = [each for each in self.by_name.get(folded(given.name), ()) if _agrees(each, given)]
        if len(namesakes) > 1:
            raise Refused("name", _several(given.name, namesakes))
        return namesakes[0] if namesakes else None

    def find(self, words: str) -> Known:
        """The person that another row names in one word. Raises Refused."""
        known = self.by_external_id.get(words.strip()) or self.by_email.get(folded(words))
        if known is not None:
            return known
        namesakes = list(self.by_name.get(folded(words), ()))
        if len(namesakes) != 1:
            reason = _several(words, namesakes) if namesakes else f"there is no person {words!r}"
            raise Refused("manager", reason)
        return namesakes[0]


def read_people(scope: Scope, source: str) -> list[Known]:
    """Everyone who is stored, with the ids by which the source knows them."""
    ids = ExternalId.objects.filter(org_id=scope.org_id, source=source)
    by_person = dict(ids.values_list("person_id", "external_id"))
    people = {each.id: Known(each) for each in Person.objects.filter(org_id=scope.org_id).order_by("id")}
    for number, known in people.items():
        each = known.person
        known.stored = known.wanted = Values(
            each.name,
            each.email,
            by_person.get(number),
            each.hire_day,
            each.end_day,
            each.quota_carrying,
            people[each.manager_id] if each.manager_id is not None else None,
        )
    return list(people.values())


def shared_emails(people: Iterable[Known]) -> dict[Known, Known]:
    """Whoever would have an e-mail that is another's, each with that other.

    Of several it stays with whom it is stored with, else with the first in the file.
    """
    holders: dict[str, list[Known]] = {}
    for known in people:
        if known.wanted is not None and known.wanted.email:
            holders.setdefault(folded(known.wanted.email), []).append(known)
    found: dict[Known, Known] = {}
    for email, several in holders.items():
        if len(several) > 1:
            first, *others = sorted(several, key=lambda each: (not _has_stored(each, email), each.line or 0))
            found |= dict.fromkeys(others, first)
    return found


def _has_stored(known: Known, email: str) -> bool:
    return known.stored is not None and folded(known.stored.email or "") == email


def _is_emailed(known: Known, given: Values) -> bool:
    values = known.wanted
    if values is None or (given.external_id and values.external_id):
        return False
    # An earlier row may have given the e-mail up.
    return folded(values.email or "") == folded(given.email or "")


def _agrees(known: Known, given: Values) -> bool:
    values = known.wanted
    return values is not None and not ((given.external_id and values.external_id) or (given.email and values.email))


def _several(name: str, namesakes: list[Known]) -> str:
    return f"{len(namesakes)} people are called {name!r}: give an e-mail or an external id"
