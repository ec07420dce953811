"""Django application configuration."""

from django.apps import AppConfig


class CollateralConfig(AppConfig):
    name = "collateral"
    default_auto_field = "django.db.models.BigAutoField"
