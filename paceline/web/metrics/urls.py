"""The addresses of the pages of metrics."""

from django.urls import path

from paceline.web.metrics import editing, registry

urlpatterns = [
    path("registry", registry.metrics, name="metrics"),
    path("registry/new", editing.add, name="metric_add"),
    path("registry/new/<str:key>", editing.add, name="metric_copy"),
    path("registry/preview", editing.preview, name="metric_preview"),
    path("registry/<str:key>", registry.metric, name="metric"),
    path("registry/<str:key>/edit", editing.edit, name="metric_edit"),
    path("registry/<str:key>/retire", editing.retire, name="metric_retire"),
]
