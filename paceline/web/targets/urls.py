"""The addresses of the pages of targets."""

from django.urls import path

from paceline.web.targets import listing, tree

urlpatterns = [
    path("targets", listing.targets, name="targets"),
    path("targets/<int:target_id>", tree.target, name="target"),
    path("targets/<int:target_id>/rows", tree.rows, name="target_rows"),
    path("targets/<int:target_id>/below/<int:assignment_id>", tree.below, name="target_below"),
]
