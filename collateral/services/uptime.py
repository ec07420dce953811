"""Rounds of uptime: a fresh number now and then that every device is to answer."""

import secrets
from collections.abc import Mapping

from collateral.models import UptimeRound

ROUND_S = 600


def current_round(*, now_s: int) -> UptimeRound:
    """Return the round that is open at ``now_s`` (unix seconds), opening it if it is not yet.

    The nonce is random: nobody can have signed an answer before the round opened.
    """
    opened, _ = UptimeRound.objects.get_or_create(
        number=now_s // ROUND_S, defaults={"nonce": secrets.token_bytes(32)}
    )
    return opened


def answerable_rounds(*, now_s: int) -> Mapping[bytes, int]:
    """Return the nonces that may be answered, with their rounds: this one and the one before.

    A device that fetched the challenge just before a new round opened is not punished for it.
    """
    number = now_s // ROUND_S
    rows = UptimeRound.objects.filter(number__range=(number - 1, number))
    return {bytes(nonce): asked for nonce, asked in rows.values_list("nonce", "number")}
