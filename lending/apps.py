"""Django application configuration."""

from importlib import import_module

from django.apps import AppConfig


class LendingConfig(AppConfig):
    name = "lending"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the event reader what to do with our contracts' events."""
        import_module("lending.projection").register_all()
