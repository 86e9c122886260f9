"""Paths of the first start. Once the practice has an owner, none of them exists but the last page."""

from __future__ import annotations

from django.urls import path

from carnet.web.setup import views

app_name = "setup"
urlpatterns = [
    path("", views.index, name="index"),
    path("/step/<slug:step>", views.step, name="step"),
    path("/done", views.done, name="done"),
    path("/<str:token>", views.start, name="start"),
]
