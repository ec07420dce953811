"""Print the table of asset classes, which `docs/classes.md` holds."""

from typing import Any

from django.core.management.base import BaseCommand

from collateral.domain.classes.description import classes_page


class Command(BaseCommand):
    """Print the asset classes as a page of the documentation."""

    help = __doc__
    stack_needs: frozenset[str] = frozenset()
    requires_system_checks: tuple[str, ...] = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(classes_page(), ending="")
