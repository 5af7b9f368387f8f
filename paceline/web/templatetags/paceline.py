"""Small parts of pages."""

from datetime import date, datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from paceline.web.page import Page

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of the list in assets/icons.txt; beside words, so it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("vendor/icons.svg"), name
    )


@register.filter
def day(value: date | None, page: Page) -> str:
    """A day as the reader writes it."""
    return "" if value is None else page.day(value)


@register.filter
def moment(value: datetime | None, page: Page) -> str:
    """A moment in the organization's time zone, as the reader writes it."""
    return "" if value is None else page.moment(value)


@register.filter
def count(value: int | None, page: Page) -> str:
    """How many, as the reader writes numbers."""
    return page.figures(is_money=False).whole(value)


@register.simple_tag
def form_attributes(page: Page) -> SafeString:
    """Where the form of a page goes, as its attributes."""
    return format_html_join(" ", '{}="{}"', [("method", "post"), *page.form_attributes.items()])
