"""Django application configuration."""

from django.apps import AppConfig

from settlement import projection


class CollateralConfig(AppConfig):
    name = "collateral"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Collateral"

    def ready(self) -> None:
        """Have the event reader call us."""
        projection.expect("collateral.projection.register")
