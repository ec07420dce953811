"""Django application configuration."""

from importlib import import_module

from django.apps import AppConfig


class CollateralConfig(AppConfig):
    name = "collateral"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Collateral"

    def ready(self) -> None:
        """Have the event reader call us; our models can be loaded only now."""
        import_module("collateral.projection").register()
