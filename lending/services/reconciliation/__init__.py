"""Every balance and every loan in the database against the chain's, to the unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain as joined
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from contracts.client import Chain, connect
from lending.services.reconciliation.checks import Check
from lending.services.reconciliation.expected import all_checks, broken_sums
from settlement.models import Cursor


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """What was compared at which block, and a sentence for every difference."""

    block_number: int
    checked: int
    differences: list[str]


def reconcile(*, chain: Chain | None = None) -> Reconciliation:
    """Compare the database with the chain at the block up to which events were read."""
    chain = chain or connect(settings.RPC_URL)
    if not Cursor.objects.filter(name=Cursor.READER).exists():
        # Nothing was read yet, so nothing is claimed that could differ.
        return Reconciliation(block_number=0, checked=0, differences=[])
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
    """Read what the database expects, all of it as of one moment while the reader goes on."""
    with transaction.atomic():
        _freeze_view()
        cursor = Cursor.objects.filter(name=Cursor.READER).first()
        block_number = cursor.block_number if cursor else 0
        block = chain.block(block_number)
        now = block.timestamp if block else 0
        return block_number, all_checks(now=now), broken_sums(now=now)


def _freeze_view() -> None:
    """Let every query of this transaction see the database as the first one does.

    Inside somebody else's transaction it is too late for that, and their view stands.
    """
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _answers(chain: Chain, checks: Sequence[Check], block_number: int) -> list[Any]:
    requests = [(check.contract, check.function, check.args) for check in checks]
    return chain.calls(requests, block=block_number) if requests else []
