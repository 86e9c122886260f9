"""The frame as a Django application: templates, static files and tags."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "carnet.web.shell"
    label = "shell"
