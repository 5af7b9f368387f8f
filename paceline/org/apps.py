"""Names the room to Django."""

from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "paceline.org"
    label = "org"
