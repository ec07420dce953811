"""Give a lane or a relayer another key: `manage.py rotate_key --lane 3 --to kms:KEY_ID`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contracts.client import connect
from contracts.errors import ChainError
from settlement.errors import SettlementError
from settlement.models import Signer
from settlement.services.rotating import rotate


class Command(BaseCommand):
    """Hand a lane, or a place in the pool of relayers, over to the key at a source."""

    help = __doc__
    stack_needs = frozenset({"postgres", "chain"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--lane", type=int, help="the lane whose key is replaced")
        which.add_argument("--address", help="the address of the key that is replaced")
        parser.add_argument(
            "--to", required=True, help="keystore:PATH, kms:KEY_ID or web3signer:URL#PUBLIC_KEY"
        )

    def handle(self, *, lane: int | None, address: str | None, to: str, **options: Any) -> None:
        signers = Signer.objects.filter(chain_id=settings.CHAIN_ID, retired_at__isnull=True)
        chosen = signers.filter(lane=lane) if address is None else signers.filter(address=address)
        signer = chosen.first()
        if signer is None:
            raise CommandError("No key in use is the one named. The admin lists them.")
        try:
            new = rotate(signer=signer, source=to, chain=connect(settings.RPC_URL))
        except (SettlementError, ChainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{new.address} sends from now on; {signer.address} ends what it began.")
