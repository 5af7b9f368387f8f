"""The addresses of the pages of targets."""

from django.urls import path

from paceline.web.targets import bulk, copying, editing, listing, sharing, sheets, tree

urlpatterns = [
    path("targets", listing.targets, name="targets"),
    path("targets/new", editing.create, name="target_create"),
    path("targets/new/filter", editing.filter_part, name="target_filter"),
    path("targets/new/window", editing.window, name="target_window"),
    path("targets/<int:target_id>", tree.target, name="target"),
    path("targets/<int:target_id>/rows", tree.rows, name="target_rows"),
    path("targets/<int:target_id>/below/<int:assignment_id>", tree.below, name="target_below"),
    path("targets/<int:target_id>/edit", editing.edit, name="target_edit"),
    path("targets/<int:target_id>/delete", editing.delete, name="target_delete"),
    path("targets/<int:target_id>/bulk", bulk.bulk, name="target_bulk"),
    path("targets/<int:target_id>/copy", copying.copy, name="target_copy"),
    path("targets/<int:target_id>/export", sheets.export, name="target_export"),
    path("targets/<int:target_id>/import", sheets.bring, name="target_import"),
    path("targets/<int:target_id>/assign", sharing.assign, name="target_assign"),
    path("assignments/<int:assignment_id>/edit", sharing.edit, name="assignment_edit"),
    path("assignments/<int:assignment_id>/value", sharing.value, name="assignment_value"),
    path("assignments/<int:assignment_id>/lock", sharing.lock, name="assignment_lock"),
    path("assignments/<int:assignment_id>/remove", sharing.remove, name="assignment_remove"),
]
