"""Names the room to Django."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "paceline.crm"
    label = "crm"
