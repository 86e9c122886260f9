"""Names the store to Django."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "carnet.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
