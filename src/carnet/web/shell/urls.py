"""Addresses of the frame: palette, preferences, the list of records. No clinical word, ever."""

from django.urls import path

from carnet.web.shell import views

app_name = "shell"

urlpatterns = [
    path("palette", views.palette, name="palette"),
    path("records", views.records, name="records"),
    path("theme", views.theme, name="theme"),
    path("language", views.language, name="language"),
    path("letters", views.letters, name="letters"),
    path("alive", views.alive, name="alive"),
]
