"""Addresses of papers. Ids only."""

from django.urls import path

from carnet.web.paper import views

app_name = "paper"

urlpatterns = [
    path("<str:id>/visit", views.visit, name="visit"),
    path("<str:id>/show", views.show, name="show"),
    path("<str:id>/show/file", views.file, name="file"),
    path("<str:id>/show/page/<int:part>", views.page, name="page"),
    path("<str:id>/<str:kind>", views.write, name="write"),
]
