"""The first page."""

from django.http import HttpResponseBase

from paceline.web.page import Page, page


@page("GET")
def home(page: Page) -> HttpResponseBase:
    """What is there to look at first."""
    return page.go("targets")
