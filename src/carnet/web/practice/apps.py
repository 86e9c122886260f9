"""*Cabinet* as a Django application."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "carnet.web.practice"
    label = "practice"
