"""The sections of the settings, for those who may see them, and how a page of one is laid out."""

from typing import Any, NamedTuple

from django.http import HttpResponse

from paceline.domain.access import Permission
from paceline.web.page import Page


class Section(NamedTuple):
    """One section."""

    words: str
    name: str
    icon: str
    permission: Permission | None = None


SECTIONS = [
    Section("Organization", "setting_organization", "building", Permission.CHANGE_ORGANIZATION),
    Section("Exchange rates", "setting_rates", "coin", Permission.CHANGE_ORGANIZATION),
    Section("Members", "setting_members", "users-group", Permission.MANAGE_MEMBERS),
    Section("API tokens", "setting_tokens", "key", Permission.MANAGE_MEMBERS),
    Section("Audit trail", "setting_audit", "history", Permission.READ_AUDIT),
    Section("Your account", "setting_account", "user-circle"),
]


def shown_in(page: Page, name: str) -> dict[str, Any]:
    """What every page of the settings shows, one section of them being open."""
    seen = [each for each in SECTIONS if each.permission is None or page.may(each.permission)]
    return {"sections": seen, "section": next(each for each in SECTIONS if each.name == name)}


def form_page(page: Page, name: str, context: dict[str, Any]) -> HttpResponse:
    """The page of a form, or its dialog; refused where the form has faults."""
    shown = {**shown_in(page, name), **context}
    template = "paceline/settings/form.html"
    return page.refused(template, shown) if context["form"].errors else page.render(template, shown)
