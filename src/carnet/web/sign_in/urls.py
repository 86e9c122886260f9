"""Paths of sign-in, lock and opening; mounted at the root because people type them."""

from __future__ import annotations

from django.urls import path

from carnet.web.sign_in import opening, views

app_name = "sign_in"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-in/code", views.code, name="code"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("lock", views.lock, name="lock"),
    path("unlock", views.unlock, name="unlock"),
    path("open", opening.open_cell, name="open_cell"),
]
