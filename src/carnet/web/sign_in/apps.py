"""Names the screen to Django, for its templates and static files."""

from __future__ import annotations

from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "carnet.web.sign_in"
    label = "sign_in"
