"""Names the room to Django."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "paceline.plan"
    label = "plan"
