"""A department or a team: its people, its leads, and what is under it."""

from django.http import HttpResponseBase

from paceline.domain.access import Permission
from paceline.facts.sums import Assignee
from paceline.org import headcount
from paceline.org.headcount import Structure
from paceline.web.page import Page, page
from paceline.web.people import listing
from paceline.web.people.tree import found


@page("GET", needs=Permission.CHANGE_ORGANIZATION)
def unit(page: Page, kind: str, unit_id: int) -> HttpResponseBase:
    """The page of a unit."""
    words = page.request.GET.get("words", "").strip()
    with page.reading() as scope:
        structure = Structure(scope, page.today)
        this = found(structure, kind, unit_id)
        people = listing.named(headcount.people_of(scope, Assignee(kind, unit_id), page.today), words)
        shown = {
            "unit": this,
            "path": structure.path(this.unit)[:-1],
            "under": structure.below(this.unit),
            "leads": {person for person, _ in this.leads},
            "words": words,
            **listing.page_of(page, scope, people, {"words": words}),
        }
        return page.render(
            "paceline/people/found.html" if listing.is_part(page) else "paceline/people/unit.html", shown
        )
