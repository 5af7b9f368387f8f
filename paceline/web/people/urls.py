"""The addresses of the pages of people and units."""

from django.urls import path

from paceline.web.people import editing, importing, listing, moving, person, placing, tree, units

urlpatterns = [
    path("people", tree.people, name="people"),
    path("people/list", listing.listed, name="person_list"),
    path("people/suggested", listing.suggest, name="person_suggest"),
    path("people/import", importing.bring, name="person_import"),
    path("people/new", editing.add, name="person_add"),
    path("people/new-unit", placing.add, name="person_unit_add"),
    path("people/<int:person_id>", person.person, name="person"),
    path("people/<int:person_id>/targets", person.targets, name="person_targets"),
    path("people/<int:person_id>/edit", editing.edit, name="person_edit"),
    path("people/<int:person_id>/manager", editing.manager, name="person_manager"),
    path("people/<int:person_id>/id", editing.external_id, name="person_id"),
    path("people/<int:person_id>/move", moving.move, name="person_move"),
    path("people/<int:person_id>/join", moving.join, name="person_join"),
    path("people/<int:person_id>/leave/<int:team_id>", moving.leave, name="person_leave"),
    path("people/<int:person_id>/end", moving.end, name="person_end"),
    path("people/<str:kind>/<int:unit_id>", units.unit, name="person_unit"),
    path("people/<str:kind>/<int:unit_id>/below", tree.below, name="person_below"),
    path("people/<str:kind>/<int:unit_id>/rename", placing.rename, name="person_unit_rename"),
    path("people/<str:kind>/<int:unit_id>/place", placing.place, name="person_unit_place"),
]
