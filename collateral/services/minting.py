"""Fully attested assets to tokens: one transaction brings the signatures of up to twelve."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from collateral.domain.addresses import ZERO_ADDRESS
from collateral.models import Asset, AssetStatus, Attestation, RequestStatus
from collateral.services.signing import anchor_texts
from settlement.selectors import batch_outcome
from settlement.services import submit_call

MINTS_PER_TRANSACTION = 12
MAX_MINT_ATTEMPTS = 3
_QUEUE_LIMIT = 1_200
_LOST = ("reverted", "dead")


def queue_verified() -> int:
    """Queue every fully attested asset for minting; return how many. Safe to repeat."""
    verified = Asset.objects.filter(status=AssetStatus.VERIFIED).order_by("pk")
    ids = list(verified.values_list("pk", flat=True)[:_QUEUE_LIMIT])
    return queue_mint(asset_ids=ids)


def queue_mint(*, asset_ids: Sequence[int]) -> int:
    """Write the mint transactions of fully attested assets; return how many assets they hold.

    An asset and its transaction change together, so an asset is never queued twice.
    """
    queued = 0
    for start in range(0, len(asset_ids), MINTS_PER_TRANSACTION):
        with transaction.atomic():
            queued += _queue_batch(asset_ids[start : start + MINTS_PER_TRANSACTION])
    return queued


def _queue_batch(asset_ids: Sequence[int]) -> int:
    assets = list(
        Asset.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk__in=asset_ids, status=AssetStatus.VERIFIED)
        .select_related("owner")
        .prefetch_related("anchors")
        .order_by("pk")
    )
    if not assets:
        return 0
    key = _client_key(assets)
    submit_call(
        client_key=key,
        kind="mint",
        contract="AssetRegistry",
        function="mintBatch",
        args=[mint_requests(assets)],
    )
    Asset.objects.filter(pk__in=[asset.pk for asset in assets]).update(
        status=AssetStatus.MINTING, mint_key=key, mint_attempts=F("mint_attempts") + 1
    )
    return len(assets)


def _client_key(assets: Sequence[Asset]) -> str:
    """Name a transaction by the assets in it and how often each was tried."""
    named = ",".join(f"{asset.anchor}:{asset.mint_attempts}" for asset in assets)
    return f"mint:{hashlib.sha256(named.encode()).hexdigest()}"


def mint_requests(assets: Sequence[Asset]) -> list[dict[str, Any]]:
    """Return the registry's ``MintRequest`` of each asset; bytes are 0x-text."""
    kept: dict[int, list[Attestation]] = defaultdict(list)
    usable = Attestation.objects.filter(
        request__asset__in=assets,
        request__status=RequestStatus.ATTESTED,
        request__submission=F("request__asset__submission"),
        revoked=False,
        spent=False,
    )
    for one in usable.select_related("verifier", "request"):
        kept[one.request.asset_id].append(one)
    return [_mint_request(asset, kept[asset.pk]) for asset in assets]


def standing_request(asset: Asset) -> dict[str, Any]:
    """Return the request with which the quorum that vouches now came to the registry."""
    used = Attestation.objects.filter(request__asset=asset, spent=True)
    last = used.aggregate(last=Max("request__submission"))["last"]
    quorum = list(used.filter(request__submission=last).select_related("verifier", "request"))
    request = _mint_request(asset, quorum)
    return {**request, "evidenceRoot": quorum[0].request.evidence_root}


def _mint_request(asset: Asset, attestations: Sequence[Attestation]) -> dict[str, Any]:
    """Return one request, its attestations sorted by attester as the registry demands."""
    return {
        "owner": asset.owner_address,
        "originator": asset.originator_address or ZERO_ADDRESS,
        "classId": asset.class_id,
        "anchors": anchor_texts(asset.anchors.all()),
        "identityCommitment": asset.identity_commitment,
        "evidenceRoot": asset.evidence_root,
        "attestations": [
            _signed(one)
            for one in sorted(attestations, key=lambda one: int(one.verifier.address, 16))
        ],
    }


def _signed(attestation: Attestation) -> dict[str, Any]:
    return {
        "attester": attestation.verifier.address,
        "role": attestation.request.role,
        "value": attestation.value_units,
        "time": attestation.signed_at,
        "observedAt": attestation.observed_at,
        "validUntil": attestation.valid_until,
        "salt": attestation.salt,
        "signature": attestation.signature,
    }


def recover_failed_mints() -> int:
    """Return assets whose transaction was lost to the queue, or mark them after three tries."""
    keys = (
        Asset.objects.filter(status=AssetStatus.MINTING)
        .values_list("mint_key", flat=True)
        .distinct()[:_QUEUE_LIMIT]
    )
    lost = [key for key in keys if batch_outcome(key) in _LOST]
    waiting = Asset.objects.filter(status=AssetStatus.MINTING, mint_key__in=lost)
    given_up = waiting.filter(mint_attempts__gte=MAX_MINT_ATTEMPTS).update(
        status=AssetStatus.MINT_FAILED,
        status_reason="The transaction was refused three times; see the operations page.",
    )
    return given_up + waiting.update(status=AssetStatus.VERIFIED)
