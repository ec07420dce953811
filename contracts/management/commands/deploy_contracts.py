"""Put the contracts on the local chain, or say where they are."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contracts.deployment import deploy_if_needed
from contracts.deployment_record import deployment_file
from contracts.errors import ChainError


class Command(BaseCommand):
    """Safe to repeat: contracts that are there stay."""

    help = "Deploy the contracts on a local chain that does not have them, and list them."
    stack_needs = frozenset({"chain"})

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the address of every contract."""
        try:
            deployment = deploy_if_needed()
        except ChainError as error:
            raise CommandError(str(error)) from error
        for name, address in sorted(deployment.addresses.items()):
            self.stdout.write(f"{name:<20} {address}")
        self.stdout.write(f"Recorded in {deployment_file()}.")
