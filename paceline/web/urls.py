"""The addresses of the pages, a family each."""

from django.urls import include, path

from paceline.web import joining

urlpatterns = [
    path("", include("paceline.web.boards.urls")),
    path("", include("paceline.web.home.urls")),
    path("", include("paceline.web.planning.urls")),
    path("", include("paceline.web.progress.urls")),
    path("", include("paceline.web.targets.urls")),
    path("", include("paceline.web.people.urls")),
    path("", include("paceline.web.records.urls")),
    path("", include("paceline.web.metrics.urls")),
    path("", include("paceline.web.settings.urls")),
    path("invitation/<str:text>", joining.invitation, name="invitation"),
]
