"""The addresses of the pages of records."""

from django.urls import path

from paceline.web.records import changing, editing, listing, record, uncounted

urlpatterns = [
    path("records", listing.deals, name="records"),
    path("records/owners", listing.owners, name="record_owners"),
    path("records/uncounted", uncounted.uncounted, name="record_uncounted"),
    path("records/<str:module>", listing.listed, name="record_list"),
    path("records/<str:module>/new", editing.add, name="record_add"),
    path("records/<str:module>/<int:record_id>", record.record, name="record"),
    path("records/<str:module>/<int:record_id>/moving", record.part, name="record_moving"),
    path("records/<str:module>/<int:record_id>/edit", editing.edit, name="record_edit"),
    path("records/<str:module>/<int:record_id>/finish", changing.finish, name="record_finish"),
    path("records/<str:module>/<int:record_id>/delete", changing.delete, name="record_delete"),
    path("records/<str:module>/<int:record_id>/restore", changing.restore, name="record_restore"),
]
