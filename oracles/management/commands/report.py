"""One reporter: recompute the open round and sign it, only where it comes out the same."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contracts.wallet import LocalWallet, development_wallet
from oracles import services
from oracles.domain.errors import OracleError
from oracles.models import Round, RoundStatus

POLL_S = 2.0
LOCAL_CHAIN_ID = 31_337


class Command(BaseCommand):
    """A reporter's process; each has its own key, and computes everything itself."""

    help = "Recompute the round that is open, and sign it with one reporter's key if it agrees."
    stack_needs = frozenset({"postgres"})

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reporter", type=int, required=True, help="number of the reporter's key, from 0"
        )
        parser.add_argument("--once", action="store_true", help="end after the open round")
        parser.add_argument(
            "--own-inputs",
            action="store_true",
            help="gather the inputs from the database too, instead of taking the snapshot's",
        )

    def handle(self, *, reporter: int, once: bool, own_inputs: bool, **options: Any) -> None:
        wallet = _wallet(reporter)
        last = 0
        while True:
            opened = Round.objects.filter(status=RoundStatus.SIGNING).exclude(pk=last).first()
            if opened is not None:
                last = opened.pk
                self._report(opened, wallet, own_inputs=own_inputs, once=once)
            if once:
                break
            time.sleep(POLL_S)
        if not last:
            self.stdout.write("No round waits for signatures.")

    def _report(self, opened: Round, wallet: LocalWallet, *, own_inputs: bool, once: bool) -> None:
        try:
            services.report(round=opened, wallet=wallet, own_inputs=own_inputs)
        except OracleError as error:
            if once:
                raise CommandError(f"{error} ({error.code})") from None
            self.stderr.write(f"{error} ({error.code})")
            return
        self.stdout.write(f"{wallet.address} signed round {opened.number}, root {opened.root}.")


def _wallet(number: int) -> LocalWallet:
    """Return a reporter's development key; it is worth nothing off the local chain."""
    if settings.CHAIN_ID != LOCAL_CHAIN_ID:
        raise CommandError(
            f"The reporters' development keys are for chain {LOCAL_CHAIN_ID} only; this is chain "
            f"{settings.CHAIN_ID}. Sign the round's message with your own key and hand it in."
        )
    if number < 0:
        raise CommandError(f"There is no reporter {number}; they are numbered from 0.")
    return development_wallet(settings.RELAYER_MNEMONIC, "reporter", number)
