"""The addresses of the pages of an assignment's progress."""

from django.urls import path

from paceline.web.progress import assignment, why

urlpatterns = [
    path("assignments/<int:assignment_id>", assignment.assignment, name="assignment"),
    path("assignments/<int:assignment_id>/records", assignment.records, name="assignment_records"),
    path("targets/<int:target_id>/why", why.why, name="target_why"),
]
