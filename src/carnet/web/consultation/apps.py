"""The consultation screen as a Django application: its templates and static files."""

from django.apps import AppConfig


class ConsultationConfig(AppConfig):
    name = "carnet.web.consultation"
    label = "consultation"
