"""Signatures of reporters, and the transaction that brings a round to the chain."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from contracts import typed_data
from contracts.wallet import SignatureInvalid, recover
from oracles.chain import oracle_terms
from oracles.domain.errors import RoundRefused
from oracles.models import Reporter, Round, RoundSignature, RoundStatus
from oracles.services.leasing import holds_lease, publisher_lease
from settlement.selectors import batch_outcome, chain_time
from settlement.services import submit_call

_LOST = ("reverted", "dead")


def round_message(*, round: Round) -> dict[str, Any]:
    """Return the EIP-712 message that reporters sign."""
    terms = oracle_terms()
    return typed_data.round(chain_id=terms.chain_id, oracle=terms.address, message=_fields(round))


def submit_round_signature(
    *, round: Round, signature: bytes | str, root: bytes | str | None = None
) -> RoundSignature:
    """Keep a reporter's signature; ``root`` is what the reporter computed, if it says so.

    Handing the same one in again changes nothing.
    """
    if round.status != RoundStatus.SIGNING:
        raise RoundRefused(
            "ROUND_NOT_SIGNING",
            f"{round} is {round.get_status_display().lower()} and takes no signatures.",
        )
    if root is not None and typed_data.bytes_of(root) != typed_data.bytes_of(round.root):
        raise RoundRefused(
            "ROOT_MISMATCH",
            f"The reporter computed another root for {round} than {round.root}. Compare the "
            "snapshot's hash and the model set before signing anything.",
        )
    given = _signature_bytes(signature)
    reporter = _reporter(round, given)
    try:
        with transaction.atomic():
            return RoundSignature.objects.create(
                round=round, reporter=reporter, signature="0x" + given.hex()
            )
    except IntegrityError:
        return RoundSignature.objects.get(round=round, reporter=reporter)


def publish_round(*, round: Round) -> bool:
    """Queue the publication once enough reporters have signed; return whether it is queued.

    A publication that was refused or lost on its way is queued again under a new key. Before the
    least interval since the last round has passed nothing is queued: the contract would refuse.
    """
    with publisher_lease() as token:
        return token is not None and _publish(round, token)


def _publish(round: Round, token: int) -> bool:
    terms = oracle_terms()
    with transaction.atomic():
        if not holds_lease(token):
            return False
        locked = Round.objects.select_for_update().get(pk=round.pk)
        if locked.status != RoundStatus.SIGNING:
            return False
        if locked.publish_key and batch_outcome(locked.publish_key) not in _LOST:
            return True
        signatures = _sorted_signatures(locked)
        # The reader may be a block behind; the chain has reached the round's own time for sure.
        now = max(chain_time(), locked.observed_at)
        if len(signatures) < terms.threshold or now < _earliest(terms.min_interval_s):
            return False
        _queue(locked, signatures[: terms.threshold])
    return True


def _queue(round: Round, signatures: list[dict[str, str]]) -> None:
    round.publish_attempts += 1
    round.publish_key = f"round:{round.number}:{round.root[2:18]}:{round.publish_attempts}"
    round.save(update_fields=["publish_key", "publish_attempts"])
    submit_call(
        client_key=round.publish_key,
        kind="publish",
        contract="ValuationOracle",
        function="publish",
        args=[_fields(round), signatures],
    )


def _earliest(min_interval_s: int) -> int:
    """Return the chain time from which the contract takes the next round."""
    latest = Round.objects.filter(published_at__isnull=False).aggregate(
        published=Max("published_at"), voided=Max("voided_at")
    )
    last = max(latest["published"] or 0, latest["voided"] or 0)
    return last + min_interval_s if last else 0


def publish_ready_rounds() -> int:
    """Queue every round that has its signatures; return how many are on their way."""
    return sum(publish_round(round=one) for one in Round.objects.filter(status=RoundStatus.SIGNING))


def _fields(round: Round) -> dict[str, Any]:
    """Return the contract's struct ``Round``, bytes as 0x-text."""
    return {
        "round": round.number,
        "observedAt": round.observed_at,
        "root": round.root,
        "contentHash": round.content_hash,
    }


def _signature_bytes(signature: bytes | str) -> bytes:
    try:
        return typed_data.bytes_of(signature)
    except ValueError:
        raise RoundRefused(
            "SIGNATURE_INVALID", "The signature is not hexadecimal text. Copy it whole."
        ) from None


def _reporter(round: Round, signature: bytes) -> Reporter:
    """Return the active reporter whose signature it is."""
    try:
        address = recover(round_message(round=round), signature)
    except SignatureInvalid as error:
        raise RoundRefused("SIGNATURE_INVALID", str(error)) from error
    reporter = Reporter.objects.filter(address__iexact=address, active=True).first()
    if reporter is None:
        raise RoundRefused(
            "NOT_A_REPORTER",
            f"The signature comes from {address}, which is no active reporter; or it is of "
            f"another message than that of {round}. Recompute the round and sign again.",
        )
    return reporter


def _sorted_signatures(round: Round) -> list[dict[str, str]]:
    """Return the compact signatures of active reporters in the order of their addresses."""
    found = round.signatures.filter(reporter__active=True).select_related("reporter")
    ordered = sorted(found, key=lambda one: int(one.reporter.address, 16))
    compact = (typed_data.compact(bytes.fromhex(one.signature[2:])) for one in ordered)
    return [{"r": "0x" + r.hex(), "vs": "0x" + vs.hex()} for r, vs in compact]
