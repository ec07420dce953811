"""Why a batch went when it went, and on whom it waited, in sentences."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Max, Q

from contracts.domain.words import striped
from settlement.calldata import operations_of
from settlement.domain.access import text_of
from settlement.domain.kinds import WORDS
from settlement.domain.packing import FAIR_SHARE, Waiting
from settlement.models import Batch, Operation, Parcel
from settlement.services.planning import MOST_SEEN, WORDS_ACCESS, plan_of

SHOWN_LOANS = 5
_SHARED = sorted(map(text_of, WORDS_ACCESS.keys))


def explain(batch: Batch) -> list[str]:
    """Return lines that tell what is in a batch, what it waited for, and how it went on."""
    lines = [f"Batch {batch.pk}: {batch.kind}, {batch.get_status_display().lower()}."]
    lines += _contents(batch) if batch.count else [f"It calls {batch.contract}.{batch.function}."]
    return [*lines, *_waits(batch), *_times(batch), *_gas(batch), *_end(batch)]


def _contents(batch: Batch) -> Iterator[str]:
    operations = operations_of(batch)
    kinds = Counter(WORDS[each.kind].name for each in operations)
    named = ", ".join(f"{count} {name}" for name, count in kinds.most_common())
    yield f"It holds {len(operations)} operations of lane {batch.lane}: {named}."
    loans = Counter(each.loan_number for each in operations)
    hot = [f"{loan} ({count})" for loan, count in loans.most_common(SHOWN_LOANS) if count > 1]
    if hot:
        yield f"Loans with several operations, written once each: {', '.join(hot)}."
    accepted = _accepted_at(striped(batch.lane or 0, batch.first_number or 0))
    if accepted and batch.claimed_at:
        waited = (batch.claimed_at - accepted).total_seconds()
        yield (
            f"Its oldest operation was accepted {waited:.2f} s before there was room for it "
            f"among what lane {batch.lane} has in flight."
        )
        yield from _barriers(batch, accepted)
    yield from _overtaken(batch, operations)


def _accepted_at(operation_id: int) -> datetime | None:
    """Return when an operation was accepted, by itself or in a parcel."""
    alone = Operation.objects.filter(pk=operation_id).values_list("accepted_at", flat=True).first()
    together = Parcel.objects.filter(pk__lte=operation_id).order_by("-pk").defer("words").first()
    if alone or together is None or together.pk + together.count <= operation_id:
        return alone
    return together.accepted_at


def _barriers(batch: Batch, accepted: datetime) -> Iterator[str]:
    """Tell which calls of other keys all words waited for, between acceptance and claim."""
    shut = Q(mined_at__isnull=True) | Q(mined_at__gt=accepted)
    calls = Batch.objects.filter(shut, created_at__lt=batch.claimed_at, writes__overlap=_SHARED)
    for call in calls.exclude(signer=batch.signer).order_by("pk"):
        keys = ", ".join(key for key in _SHARED if key in call.writes)
        yield f"Its words waited for batch {call.pk} ({call.kind}), which writes {keys}."


def _overtaken(batch: Batch, operations: Sequence[Waiting]) -> Iterator[str]:
    """Tell which operations later ones of the lane went before, and for what."""
    before = Batch.objects.filter(lane=batch.lane, kind=batch.kind, pk__lt=batch.pk)
    highest = before.aggregate(most=Max("last_number"))["most"] or 0
    late = {each.loan_number: each.number for each in operations if each.number < highest}
    if not late:
        return
    loans = ", ".join(map(str, list(late)[:SHOWN_LOANS]))
    yield (
        f"Later ones of the lane went before its operations on loans {loans}: urgent ones go "
        f"first, and a loan has turns of {FAIR_SHARE}."
    )
    for loan, number in list(late.items())[:SHOWN_LOANS]:
        key = f"loan:{striped(batch.lane or 0, loan)}"
        calls = Batch.objects.filter(writes__contains=[key], after_number__lte=number)
        for call in calls.filter(pk__lt=batch.pk).exclude(kind=batch.kind):
            yield f"What touches {key} waited for batch {call.pk} ({call.kind}), which came before."


def _waits(batch: Batch) -> Iterator[str]:
    """Tell whom it waits for now, or whom it was last seen waiting for."""
    waits = batch.waited_on
    if batch.status == "planned" and batch.nonce is None:
        waits = plan_of(batch.signer, most=MOST_SEEN).waits.get(batch.pk, waits)
    for wait in waits:
        keys = ", ".join(wait["keys"])
        if "batch" in wait:
            yield f"It waited for batch {wait['batch']}, which came before and touches {keys} too."
        else:
            number = wait["operations_before"]
            yield f"It waited for operations before number {number} of its lane, on {keys}."
    if not waits:
        yield "It waited for no other batch."


def _times(batch: Batch) -> Iterator[str]:
    steps = [
        ("numbered", batch.claimed_at),
        ("sent", batch.sent_at),
        ("found in a block", batch.mined_at),
        ("final", batch.final_at),
    ]
    before = batch.created_at
    for name, moment in steps:
        if moment is None:
            return
        yield f"It was {name} {max((moment - before).total_seconds(), 0):.2f} s later."
        before = moment


def _gas(batch: Batch) -> Iterator[str]:
    if batch.gas_limit is None:
        return
    how = "simulated" if batch.simulated else "modelled from earlier receipts"
    used = f"; it used {batch.gas_used:,}" if batch.gas_used else ""
    yield f"Its gas limit of {batch.gas_limit:,} was {how}{used}."


def _end(batch: Batch) -> Iterator[str]:
    if batch.cancelled:
        yield batch.cancelled
    if batch.error:
        yield batch.error
    if batch.results is not None:
        yield (
            f"Results: {batch.applied} applied, {batch.failed} failed, {batch.skipped} skipped "
            "because an earlier batch had settled them."
        )
