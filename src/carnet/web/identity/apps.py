"""Identities of the practice as a Django application."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "carnet.web.identity"
    label = "identity"
