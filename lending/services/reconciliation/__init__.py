"""Every balance and every loan in the database against the chain's, to the unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain as joined
from typing import Any

from django.conf import settings

from contracts.client import Chain, connect
from lending.services.reconciliation.checks import Check
from lending.services.reconciliation.expected import all_checks, broken_sums
from settlement.models import Cursor

MOST_TRIES = 20


class ReaderBusy(Exception):
    """The chain's reader moved on during every attempt to look at a standing database."""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """What was compared at which block, and a sentence for every difference."""

    block_number: int
    checked: int
    differences: list[str]


def reconcile(*, chain: Chain | None = None) -> Reconciliation:
    """Compare the database with the chain at the block up to which events were read."""
    chain = chain or connect(settings.RPC_URL)
    block_number, checks, broken = _standing_view(chain)
    return Reconciliation(
        block_number=block_number,
        checked=len(checks),
        differences=broken + compare(checks, _answers(chain, checks, block_number)),
    )


def compare(checks: Sequence[Check], answers: Sequence[Any]) -> list[str]:
    """Return a sentence for each value that is not the same on both sides."""
    pairs = zip(checks, answers, strict=True)
    return list(joined.from_iterable(check.differences(answer) for check, answer in pairs))


def _standing_view(chain: Chain) -> tuple[int, list[Check], list[str]]:
    """Read what the database expects while the event reader stands at one block."""
    for _ in range(MOST_TRIES):
        before = _cursor()
        block = chain.block(before)
        now = block.timestamp if block else 0
        checks, broken = all_checks(now=now), broken_sums(now=now)
        if _cursor() == before:
            return before, checks, broken
    raise ReaderBusy(
        "Events kept arriving while the database was read. Try again when the chain is quieter."
    )


def _cursor() -> int:
    cursor = Cursor.objects.first()
    return cursor.block_number if cursor else 0


def _answers(chain: Chain, checks: Sequence[Check], block_number: int) -> list[Any]:
    requests = [(check.contract, check.function, check.args) for check in checks]
    return chain.calls(requests, block=block_number) if requests else []
