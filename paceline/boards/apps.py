"""Names the room to Django."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "paceline.boards"
    label = "boards"
