"""*Ma journée* as a Django application."""

from django.apps import AppConfig


class DayConfig(AppConfig):
    name = "carnet.web.day"
    label = "day"
