"""The patient screen as a Django application: its templates and static files."""

from django.apps import AppConfig


class PatientConfig(AppConfig):
    name = "carnet.web.patient"
    label = "patient"
