"""Django application configuration."""

from importlib import import_module

from django.apps import AppConfig


class LendingConfig(AppConfig):
    name = "lending"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell settlement what to do with our contracts' events, and which loans there are."""
        import_module("lending.projection").register_all()
        loans = import_module("lending.selectors.directory")
        import_module("settlement.directory").register_loans(loans.closed_by_loan)
