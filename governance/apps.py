"""Django application configuration."""

from importlib import import_module

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the event reader what to do with the risk terms' events."""
        import_module("governance.projection").register()
