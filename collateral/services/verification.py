"""The way of an asset through its verifiers: submitted, claimed, rejected."""

import json
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from collateral.domain.addresses import checksum_address
from collateral.domain.verification import VerificationError, roles_needed
from collateral.errors import RegistrationError
from collateral.models import (
    Asset,
    AssetStatus,
    Evidence,
    RequestStatus,
    VerificationRequest,
    Verifier,
)
from collateral.services.evidence import attributes_as_evidence, evidence_root
from collateral.services.fitness import Fitness
from collateral.services.registration import BATCH_SIZE

REGISTRATION = "registration"


def ensure_verifier(*, address: str, name: str = "", user_id: int | None = None) -> Verifier:
    """Return the verifier with that wallet, recorded or renamed as told.

    Its authority and bond come from the chain, never from here.
    """
    verifier, _ = Verifier.objects.get_or_create(address=checksum_address(address))
    if name:
        verifier.name = name
    if user_id is not None:
        verifier.user_id = user_id
    verifier.save(update_fields=["name", "user"])
    return verifier


def submit_for_verification(*, asset_id: int) -> Asset:
    """Hand one draft to the verifiers; its evidence is fixed from here on."""
    if not submit_assets(asset_ids=[asset_id]):
        asset = Asset.objects.get(pk=asset_id)
        raise RegistrationError(
            "NOT_A_DRAFT",
            f"{asset} is {asset.get_status_display().lower()}"
            f"{'' if asset.owner_id else ' and has no owner'}; only an owned draft is submitted.",
        )
    return Asset.objects.get(pk=asset_id)


def submit_assets(*, asset_ids: Sequence[int]) -> int:
    """Hand owned drafts to the verifiers, one request for each role; return how many."""
    with transaction.atomic():
        drafts = list(
            Asset.objects.select_for_update(of=("self",))
            .filter(Q(status=AssetStatus.DRAFT) | Q(status=AssetStatus.REJECTED))
            .filter(pk__in=asset_ids, owner__isnull=False)
        )
        _fix_evidence(drafts)
        _store_roots(drafts)
        Asset.objects.filter(pk__in=[asset.pk for asset in drafts]).update(
            status=AssetStatus.SUBMITTED, status_reason=""
        )
        VerificationRequest.objects.filter(
            asset__in=drafts, status__in=(RequestStatus.OPEN, RequestStatus.CLAIMED)
        ).delete()
        requests = [request for asset in drafts for request in _requests(asset)]
        VerificationRequest.objects.bulk_create(requests, batch_size=BATCH_SIZE)
    return len(drafts)


def _fix_evidence(assets: Sequence[Asset]) -> None:
    """Add what was registered as evidence where missing, and set every asset's root."""
    known: dict[int, list[Evidence]] = defaultdict(list)
    for evidence in Evidence.objects.filter(asset__in=assets):
        known[evidence.asset_id].append(evidence)
    new = []
    for asset in assets:
        if not any(one.kind == REGISTRATION for one in known[asset.pk]):
            content = json.dumps(_registered(asset), sort_keys=True, separators=(",", ":"))
            evidence = attributes_as_evidence(asset=asset, content=content.encode())
            known[asset.pk].append(evidence)
            new.append(evidence)
        asset.evidence_root = evidence_root(known[asset.pk])
    Evidence.objects.bulk_create(new, batch_size=BATCH_SIZE)


def _store_roots(assets: Sequence[Asset]) -> None:
    """Write all roots in one statement: row by row would take minutes for a large portfolio."""
    table = Asset._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET evidence_root = new.root "
            "FROM unnest(%s::bigint[], %s::text[]) AS new(id, root) "
            f"WHERE {table}.id = new.id",
            [[asset.pk for asset in assets], [asset.evidence_root for asset in assets]],
        )


def _registered(asset: Asset) -> dict[str, object]:
    return {
        "class": asset.asset_class.code,
        "scheme": asset.scheme,
        "identifier": asset.canonical,
        "attributes": asset.attributes,
        "publisher": asset.publisher,
        "file": asset.source_file,
        "record": asset.source_record,
    }


def _requests(asset: Asset) -> list[VerificationRequest]:
    needed = roles_needed(asset_class=asset.asset_class, flags=asset.flags)
    return [
        VerificationRequest(asset=asset, role=role.value, evidence_root=asset.evidence_root)
        for role in needed
    ]


def claim_request(*, request_id: int, verifier: Verifier) -> VerificationRequest:
    """Take an open request for a verifier who may decide it; repeating it changes nothing."""
    with transaction.atomic():
        request = _locked(request_id)
        if request.status == RequestStatus.CLAIMED and request.claimed_by_id == verifier.pk:
            return request
        if request.status != RequestStatus.OPEN:
            raise VerificationError(
                "REQUEST_TAKEN", f"This request is {request.get_status_display().lower()}."
            )
        Fitness([request]).refuse(request, verifier)
        request.status, request.claimed_by = RequestStatus.CLAIMED, verifier
        request.save(update_fields=["status", "claimed_by"])
    return request


def release_request(*, request_id: int, verifier: Verifier) -> VerificationRequest:
    """Put a claimed request back into the queue."""
    with transaction.atomic():
        request = _locked(request_id)
        _refuse_unless_claimed(request, verifier)
        request.status, request.claimed_by = RequestStatus.OPEN, None
        request.save(update_fields=["status", "claimed_by"])
    return request


def reject_request(*, request_id: int, verifier: Verifier, reason: str) -> VerificationRequest:
    """Reject an asset in one role, with a reason its owner will read."""
    text = " ".join(reason.split())
    if not 5 <= len(text) <= 300:
        raise VerificationError(
            "REASON_NEEDED", "Give the reason in 5 to 300 characters; the owner will read it."
        )
    with transaction.atomic():
        request = _locked(request_id)
        if request.status == RequestStatus.OPEN:
            Fitness([request]).refuse(request, verifier)
        else:
            _refuse_unless_claimed(request, verifier)
        request.status, request.claimed_by = RequestStatus.REJECTED, verifier
        request.reason, request.decided_at = text, timezone.now()
        request.save(update_fields=["status", "claimed_by", "reason", "decided_at"])
        Asset.objects.filter(pk=request.asset_id, status=AssetStatus.SUBMITTED).update(
            status=AssetStatus.REJECTED, status_reason=text
        )
    return request


def _locked(request_id: int) -> VerificationRequest:
    return (
        VerificationRequest.objects.select_for_update(of=("self",))
        .select_related("asset__owner")
        .get(pk=request_id)
    )


def _refuse_unless_claimed(request: VerificationRequest, verifier: Verifier) -> None:
    if request.status != RequestStatus.CLAIMED or request.claimed_by_id != verifier.pk:
        raise VerificationError(
            "REQUEST_NOT_YOURS",
            f"This request is {request.get_status_display().lower()} and not taken by {verifier}.",
        )
