"""The room as Django knows it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """It has templates and static files, and no tables."""

    name = "paceline.web"
    label = "web"
