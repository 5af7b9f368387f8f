"""The address of the first page."""

from django.urls import path

from paceline.web.home import home

urlpatterns = [path("", home.home, name="home")]
