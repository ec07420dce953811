"""Django application configuration."""

from django.apps import AppConfig

from settlement import projection


class OraclesConfig(AppConfig):
    name = "oracles"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Oracles"

    def ready(self) -> None:
        """Have the event reader call us."""
        projection.expect("oracles.projections.register")
