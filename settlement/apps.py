"""Django application configuration."""

from importlib import import_module

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "settlement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the tasks in every process, since any may ring them."""
        import_module("settlement.tasks")
