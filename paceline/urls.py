"""Every address of the service."""

from django.urls import include, path

from paceline import health
from paceline.api.app import api
from paceline.live.stream import live

# Programs ask the most: theirs are found first.
urlpatterns = [
    path("health", health.health),
    path("ready", health.ready),
    path("metrics", health.measures),
    path("api/v1/health", health.health),
    path("api/v1/ready", health.ready),
    path("api/v1/live", live, name="live"),
    path("api/v1/", api.urls),
    path("", include("paceline.accounts.urls")),
    path("", include("paceline.web.urls")),
]
handler404 = "paceline.health.not_found"
handler500 = "paceline.health.failed"
handler400 = "paceline.health.bad_request"
