"""Django application configuration."""

from django.apps import AppConfig

from settlement import directory, projection


class LendingConfig(AppConfig):
    name = "lending"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell settlement who takes our contracts' events, and who knows the loans."""
        projection.expect("lending.projection.register_all")
        directory.register_loans("lending.selectors.directory.closed_or_unknown")
