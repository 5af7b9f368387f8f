"""Where the settings begin, and what everybody sets for themselves."""

from django.http import HttpResponseBase

from paceline.web.page import Page, page
from paceline.web.settings.sections import SECTIONS, shown_in


@page("GET")
def settings(page: Page) -> HttpResponseBase:
    """The first of the sections that the caller may see."""
    return page.go(next(each.name for each in SECTIONS if each.permission is None or page.may(each.permission)))


@page("GET")
def account(page: Page) -> HttpResponseBase:
    """The pages of one's own account."""
    return page.render("paceline/settings/account.html", shown_in(page, "setting_account"))
