"""The addresses of the pages of metrics."""

from django.urls import path

from paceline.web.metrics import editing, registry

urlpatterns = [
    path("metrics", registry.metrics, name="metrics"),
    path("metrics/new", editing.add, name="metric_add"),
    path("metrics/new/<str:key>", editing.add, name="metric_copy"),
    path("metrics/preview", editing.preview, name="metric_preview"),
    path("metrics/<str:key>", registry.metric, name="metric"),
    path("metrics/<str:key>/edit", editing.edit, name="metric_edit"),
    path("metrics/<str:key>/retire", editing.retire, name="metric_retire"),
]
