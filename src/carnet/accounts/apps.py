"""The Django application of the accounts; it connects no signal."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "carnet.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
