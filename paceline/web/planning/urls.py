"""The addresses of the pages of planning."""

from django.urls import path

from paceline.web.planning import cascading, periods, undoing

urlpatterns = [
    path("assignments/<int:assignment_id>/cascade", cascading.cascade, name="assignment_cascade"),
    path("assignments/<int:assignment_id>/rebalance", cascading.rebalance, name="assignment_rebalance"),
    path("assignments/<int:assignment_id>/periods", periods.periods, name="assignment_periods"),
    path("targets/<int:target_id>/undo", undoing.undo, name="target_undo"),
]
