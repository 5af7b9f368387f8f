"""The room as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Its label is the prefix of its tables."""

    name = "paceline.api"
    label = "api"
