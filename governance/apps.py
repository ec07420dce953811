"""Django application configuration."""

from django.apps import AppConfig

from settlement import projection


class GovernanceConfig(AppConfig):
    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the event reader who takes the risk terms' events."""
        projection.expect("governance.projection.register")
