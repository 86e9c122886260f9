"""Papers as a Django application."""

from django.apps import AppConfig


class PaperConfig(AppConfig):
    name = "carnet.web.paper"
    label = "paper"
