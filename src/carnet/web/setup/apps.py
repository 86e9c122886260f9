"""Names the screen to Django, for its templates and static files."""

from __future__ import annotations

from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "carnet.web.setup"
    label = "setup"
