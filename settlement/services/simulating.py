"""Gas limits before a nonce is given: simulated where that is due, else from fitted receipts."""

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from contracts.client import Chain
from contracts.errors import CallReverted, ChainError, ChainRejected
from settlement.domain.gas import PER_MILLE, fitted_factor, gas_limit, settle_limit
from settlement.domain.profiles import Profile
from settlement.models import Batch, BatchStatus, Failure
from settlement.services import batching

if TYPE_CHECKING:
    from settlement.services.claiming import Claim

RECEIPTS_FITTED = 40
# One batch in so many is simulated although receipts say what it will use.
SAMPLE = 64


def simulate_calls(found: "Claim", chain: Chain, profile: Profile) -> None:
    """Set each call's gas limit; one that would revert is given up with the contract's reason.

    A reverting batch of operations is halved instead, until the poisonous one stands alone.
    """
    passed = []
    for batch, result in zip(found.calls, _gas_of(found.calls, chain), strict=True):
        if isinstance(result, CallReverted):
            found.given_up += _given_up(batch, result)
        elif isinstance(result, ChainError):
            raise result
        else:
            batch.simulated = True
            batch.gas_limit = _limit_of(batch, result, profile)
            passed.append(batch)
    found.calls[:] = passed


def size_packs(found: "Claim", chain: Chain, profile: Profile) -> None:
    """Set the gas limit of each new batch, by simulation for the first of a shape and a sample.

    The shape is the kinds that it holds: the model's error is that of the dearest of them.
    """
    factors = {shape: _receipts(shape) for shape in {batch.shape for batch in found.packs}}
    simulated = _due(found.packs, factors)
    for batch, result in zip(simulated, _gas_of(simulated, chain), strict=True):
        if isinstance(result, CallReverted):
            # It keeps its operations and goes the way of a suspect, under its own row.
            _set_aside(found, batch)
        elif isinstance(result, ChainError):
            raise result
        else:
            batch.simulated = True
            batch.gas_limit = _limit_of(batch, result, profile)
            factors[batch.shape].append((result, batch.gas_modelled or 0))
    fitted = {shape: fitted_factor(each) or PER_MILLE for shape, each in factors.items()}
    for batch in found.packs:
        if batch.gas_limit is None:
            batch.gas_limit = settle_limit(
                modelled=batch.gas_modelled or 0,
                factor=fitted[batch.shape],
                guard=_guard(batch),
                percent=profile.batch_margin_percent,
                most=profile.transaction_gas,
            )


def _due(packs: Sequence[Batch], factors: Mapping[int, Sequence[tuple[int, int]]]) -> list[Batch]:
    """Return the batches to simulate: the first of a shape without receipts, a sample, closes."""
    new = {shape for shape, receipts in factors.items() if not receipts}
    due = []
    for batch in packs:
        first_of_shape = batch.shape in new
        new.discard(batch.shape)
        varies = batching.varies(batching.kinds_of(batch))
        if first_of_shape or varies or random.randrange(SAMPLE) == 0:
            due.append(batch)
    return due


def _guard(batch: Batch) -> int:
    return batching.guard_of(batching.kinds_of(batch))


def _receipts(shape: int) -> list[tuple[int, int]]:
    """Return gas used and modelled of the newest receipts of batches of the same kinds."""
    rows = Batch.objects.filter(
        kind=batching.SETTLE,
        shape=shape,
        gas_used__isnull=False,
        gas_modelled__gt=0,
        failed=0,
        skipped=0,
    )
    return list(rows.order_by("-pk").values_list("gas_used", "gas_modelled")[:RECEIPTS_FITTED])


def _limit_of(batch: Batch, gas_used: int, profile: Profile) -> int:
    if batch.kind != batching.SETTLE:
        return gas_limit(
            kind=batch.kind,
            gas_used=gas_used,
            percent=profile.call_margin_percent,
            most=profile.transaction_gas,
        )
    return settle_limit(
        modelled=gas_used,
        factor=PER_MILLE,
        guard=_guard(batch),
        percent=profile.batch_margin_percent,
        most=profile.transaction_gas,
    )


def _given_up(batch: Batch, reason: CallReverted) -> list[Batch]:
    batch.status, batch.error = BatchStatus.DEAD, str(reason)
    batch.failure = Failure.REFUSED
    if batch.kind == batching.SETTLE and batch.count > 1:
        return [batch, *batching.halves(batch)]
    return [batch]


def _set_aside(found: "Claim", batch: Batch) -> None:
    batch.client_key = f"suspect:{batch.lane}:{batch.first_number}:{batch.last_number}"
    batch.suspect = True
    found.packs.remove(batch)
    found.given_up.append(batch)


def _gas_of(batches: Sequence[Batch], chain: Chain) -> Sequence[int | ChainError]:
    """Return the gas of each; where a node cannot run them in a row, each by itself."""
    if not batches:
        return []
    calls = [(batch.to_address, bytes(batch.data), batch.signer.address) for batch in batches]
    try:
        return chain.simulate_many(calls)
    except ChainRejected:
        return chain.estimate_many(calls)
