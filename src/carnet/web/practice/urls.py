"""Addresses of *Cabinet*."""

from django.urls import path

from carnet.web.practice import classification_page, importing, programs, searching, views, wording_pages

app_name = "practice"

urlpatterns = [
    path("", views.home, name="home"),
    path("safety", views.safety, name="safety"),
    path("safety/check", views.check, name="check"),
    path("team", views.team, name="team"),
    path("letterhead", wording_pages.head, name="letterhead"),
    path("models", wording_pages.models, name="models"),
    path("models/remove", wording_pages.remove, name="remove_model"),
    path("classification", classification_page.classification, name="classification"),
    path("classification/remove", classification_page.remove, name="remove_classification"),
    path("learning", wording_pages.learning, name="learning"),
    path("programs", programs.programs, name="programs"),
    path("programs/<str:id>/revoke", programs.revoke, name="revoke_program"),
    path("journal", views.journal, name="audit"),
    path("search", searching.search, name="search"),
    path("import", importing.imports, name="import"),
    path("import/<str:id>/candidates", importing.candidates, name="import_candidates"),
    path("import/<str:id>/assign", importing.assign, name="import_assign"),
]
