"""The addresses of the pages of records."""

from django.urls import path

from paceline.web.records import changing, editing, listing, record, uncounted
from paceline.web.records.importing import running, upload

urlpatterns = [
    path("records", listing.deals, name="records"),
    path("records/owners", listing.owners, name="record_owners"),
    path("records/uncounted", uncounted.uncounted, name="record_uncounted"),
    path("records/imports", upload.imports, name="record_imports"),
    path("records/imports/<int:import_id>", running.one, name="record_import"),
    path("records/imports/<int:import_id>/read", running.reread, name="record_import_read"),
    path("records/imports/<int:import_id>/step", running.step, name="record_import_step"),
    path("records/imports/<int:import_id>/again", running.again, name="record_import_again"),
    path("records/imports/<int:import_id>/start", running.start, name="record_import_start"),
    path("records/imports/<int:import_id>/drop", running.drop, name="record_import_drop"),
    path("records/imports/<int:import_id>/rejected.csv", running.rejected, name="record_import_rejected"),
    path("records/imports/<int:import_id>/mapping.toml", running.mapping, name="record_import_mapping"),
    path("records/<str:module>", listing.listed, name="record_list"),
    path("records/<str:module>/new", editing.add, name="record_add"),
    path("records/<str:module>/<int:record_id>", record.record, name="record"),
    path("records/<str:module>/<int:record_id>/moving", record.part, name="record_moving"),
    path("records/<str:module>/<int:record_id>/edit", editing.edit, name="record_edit"),
    path("records/<str:module>/<int:record_id>/finish", changing.finish, name="record_finish"),
    path("records/<str:module>/<int:record_id>/delete", changing.delete, name="record_delete"),
    path("records/<str:module>/<int:record_id>/restore", changing.restore, name="record_restore"),
]
