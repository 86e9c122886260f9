"""Addresses of *Cabinet*."""

from django.urls import path

from carnet.web.practice import importing, searching, views

app_name = "practice"

urlpatterns = [
    path("", views.home, name="home"),
    path("safety", views.safety, name="safety"),
    path("safety/check", views.check, name="check"),
    path("team", views.team, name="team"),
    path("journal", views.journal, name="audit"),
    path("search", searching.search, name="search"),
    path("import", importing.imports, name="import"),
    path("import/<str:id>/candidates", importing.candidates, name="import_candidates"),
    path("import/<str:id>/assign", importing.assign, name="import_assign"),
]
