"""Batches of operations as rows: packed, enveloped, halved."""

from collections.abc import Collection, Sequence

import numpy as np
from django.conf import settings

from contracts.deployment_record import load
from contracts.domain.columns import words_of_columns
from contracts.domain.words import MAX_WORDS, Kind, encode_word, joined_words
from settlement.calldata import operations_of, settle_calldata
from settlement.domain.access import text_of
from settlement.domain.columns import Columns, Cut, cut
from settlement.domain.gas import SETTLE_GAS
from settlement.domain.kinds import WORDS, WORDS_READ
from settlement.domain.packing import Limits, Pack, Packing, Waiting, pack
from settlement.domain.profiles import Profile
from settlement.models import Batch, BatchStatus, Failure, Signer

SETTLE = "settle"
USUAL_BATCH = MAX_WORDS
_READS = [text_of(key) for key in WORDS_READ]


def packed(operations: Sequence[Waiting], profile: Profile, room: int) -> Packing:
    """Return batches of a lane's operations within what the chain takes in one transaction."""
    limits = Limits(
        gas=profile.batch_gas - guard_of({each.kind for each in operations}), words=MAX_WORDS
    )
    return pack(operations, limits=limits, most=room)


def guard_of(kinds: Collection[int]) -> int:
    """Return the gas that must be left before the last operation of a batch of these kinds."""
    return SETTLE_GAS.guard_of(kinds)


def cut_plain(columns: Columns, profile: Profile, room: int) -> Sequence[Cut] | None:
    """Return batches of plain operations as `packed` makes them; None where it must look."""
    limits = Limits(gas=profile.batch_gas - guard_of(_kinds(columns)), words=MAX_WORDS)
    return cut(columns, limits=limits, most=room)


def envelope(signer: Signer, contents: Pack | Cut) -> Batch:
    """Return the row of a batch; it is not stored yet and has no nonce."""
    if isinstance(contents, Pack):
        return _row(signer, contents.operations, gas_modelled=contents.gas)
    columns = contents.columns
    words = words_of_columns(columns.kinds, columns.numbers, columns.loan_numbers, columns.amounts)
    first, last = int(columns.numbers.min()), int(columns.numbers.max())
    return _of_words(signer, words, _kinds(columns), len(columns), first, last, contents.gas)


def expired(signer: Signer, operations: Sequence[Waiting]) -> Batch:
    """Return the row that records operations whose deadline passed before they were sent."""
    numbers = [each.number for each in operations]
    batch = _row(signer, operations, gas_modelled=0)
    batch.client_key = f"expired:{signer.lane}:{min(numbers)}:{max(numbers)}"
    batch.status, batch.failure = BatchStatus.DEAD, Failure.DEADLINE
    batch.error = "The deadline passed before there was room to send the operation."
    return batch


def halves(batch: Batch) -> list[Batch]:
    """Return two batches that hold the operations of one, to find which of them is poisonous.

    The ids of the operations stay, so that none applies twice; a loan's stay in their order.
    """
    operations = operations_of(batch)
    middle = len(operations) // 2
    parts = []
    for index, part in enumerate((operations[:middle], operations[middle:]), start=1):
        row = _row(_sender_of(batch), part, gas_modelled=modelled(part))
        row.client_key = f"{batch.client_key}/{index}"
        row.suspect = True
        parts.append(row)
    return parts


def again(batch: Batch, *, key: str) -> Batch:
    """Return a batch with the same operations under another key, to be simulated first."""
    operations = operations_of(batch)
    row = _row(_sender_of(batch), operations, gas_modelled=modelled(operations))
    row.client_key, row.suspect = key, True
    return row


def _sender_of(batch: Batch) -> Signer:
    """Return the key that sends what a batch held: its lane's, which may have changed meanwhile."""
    active = Signer.objects.filter(lane=batch.lane, retired_at__isnull=True)
    return active.first() or batch.signer


def modelled(operations: Sequence[Waiting]) -> int:
    """Return the gas of a batch as the model counts it."""
    return SETTLE_GAS.of_batch([(each.kind, each.loan_number) for each in operations])


def kinds_of(batch: Batch) -> set[int]:
    """Return the kinds of the operations in a batch."""
    return {kind for kind in WORDS if batch.shape >> kind & 1}


def varies(kinds: Collection[int]) -> bool:
    """Tell whether the gas depends on more than the words: a close returns up to 33 things."""
    return Kind.CLOSE in kinds


def _row(signer: Signer, operations: Sequence[Waiting], *, gas_modelled: int) -> Batch:
    numbers = [each.number for each in operations]
    return _of_words(
        signer,
        _words(operations),
        {each.kind for each in operations},
        len(operations),
        min(numbers),
        max(numbers),
        gas_modelled,
    )


def _of_words(
    signer: Signer,
    words: bytes,
    kinds: set[int],
    count: int,
    first_number: int,
    last_number: int,
    gas_modelled: int,
) -> Batch:
    return Batch(
        kind=SETTLE,
        lane=signer.lane,
        chain_id=settings.CHAIN_ID,
        signer=signer,
        contract="LoanBook",
        function="settle",
        to_address=load().address("LoanBook"),
        reads=_READS,
        data=settle_calldata(signer.lane or 0, words),
        count=count,
        first_number=first_number,
        last_number=last_number,
        gas_modelled=gas_modelled,
        shape=sum(1 << kind for kind in kinds),
    )


def _kinds(columns: Columns) -> set[int]:
    return set(np.unique(columns.kinds).tolist())


def _words(operations: Sequence[Waiting]) -> bytes:
    if not any(each.payload for each in operations):
        return joined_words(
            (each.kind, each.number, each.loan_number, each.amount) for each in operations
        )
    return b"".join(
        encode_word(each.kind, each.number, each.loan_number, each.amount) + each.payload
        for each in operations
    )
