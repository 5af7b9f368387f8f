"""The addresses of the leaderboards' pages."""

from django.urls import path

from paceline.web.boards import editing, panels

urlpatterns = [
    path("boards", panels.boards, name="boards"),
    path("boards/new", editing.create, name="board_create"),
    path("boards/wall", panels.wall, name="board_wall"),
    path("boards/<int:board_id>", panels.board, name="board"),
    path("boards/<int:board_id>/edit", editing.edit, name="board_edit"),
    path("boards/<int:board_id>/delete", editing.delete, name="board_delete"),
]
