"""The way of an asset through its verifiers: submitted, claimed, rejected."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import connection, transaction
from django.utils import timezone

from collateral.domain.addresses import checksum_address
from collateral.domain.classes import Role
from collateral.domain.disclosure import flattened
from collateral.domain.verification import VerificationError, roles_needed
from collateral.errors import RegistrationError
from collateral.models import (
    OPEN_TO_OWNER,
    WAITING,
    Asset,
    AssetChange,
    AssetStatus,
    Evidence,
    RenewalStatus,
    RequestStatus,
    VerificationRequest,
    Verifier,
    current_evidence,
)
from collateral.services.changes import note_change, note_changes
from collateral.services.evidence import (
    attributes_as_evidence,
    evidence_root,
)
from collateral.services.fitness import Fitness
from collateral.services.registration import BATCH_SIZE
from settlement.selectors import chain_time

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
            .filter(status__in=OPEN_TO_OWNER, pk__in=asset_ids, owner__isnull=False)
            .order_by("pk")
        )
        hand_over(drafts)
        Asset.objects.filter(pk__in=[asset.pk for asset in drafts]).update(
            status=AssetStatus.SUBMITTED, status_reason=""
        )
    return len(drafts)


def hand_over(assets: Sequence[Asset]) -> None:
    """Begin a new submission of locked assets: evidence fixed, requests of the former closed.

    An attestation that is not used yet stays good when the evidence is what it names, its time
    is not over, and its verifier is still admitted.
    """
    for asset in assets:
        asset.submission += 1
    _fix_evidence(assets)
    _store_roots(assets)
    kept = _keep_attested(assets)
    VerificationRequest.objects.filter(asset__in=assets, status__in=WAITING).update(
        status=RequestStatus.WITHDRAWN
    )
    requests = [one for asset in assets for one in _requests(asset, kept[asset.pk])]
    VerificationRequest.objects.bulk_create(requests, batch_size=BATCH_SIZE)
    note_changes(
        AssetChange(asset=asset, kind="submitted", text="Handed to the verifiers.")
        for asset in assets
    )


def _keep_attested(assets: Sequence[Asset]) -> dict[int, set[int]]:
    """Carry attested requests over to the new submission; return their roles by asset."""
    roots = {asset.pk: asset for asset in assets if asset.submission > 1}
    kept: dict[int, set[int]] = defaultdict(set)
    if not roots:
        return kept
    attested = VerificationRequest.objects.filter(
        asset__in=roots,
        status=RequestStatus.ATTESTED,
        attestation__spent=False,
        attestation__revoked=False,
        attestation__valid_until__gt=chain_time(),
    ).select_related("asset", "claimed_by")
    fitness = Fitness([])
    for request in attested:
        asset = roots[request.asset_id]
        former = request.submission == asset.submission - 1
        same = request.evidence_root == asset.evidence_root
        if former and same and fitness.is_admitted(request, request.claimed_by):
            kept[asset.pk].add(request.role)
            request.submission = asset.submission
            request.save(update_fields=["submission"])
    return kept


def _fix_evidence(assets: Sequence[Asset]) -> None:
    """Add what is registered as evidence where it is new, and set every asset's root."""
    known: dict[int, list[Evidence]] = defaultdict(list)
    for evidence in Evidence.objects.filter(asset__in=assets):
        known[evidence.asset_id].append(evidence)
    new = []
    for asset in assets:
        registered = _registered(asset)
        kept = [one for one in known[asset.pk] if one.kind == REGISTRATION]
        newest = max(kept, key=lambda one: one.submission, default=None)
        # What was entered since (an outline, a place) is in the evidence of the next submission.
        if newest is None or newest.fields != flattened(registered):
            content = json.dumps(registered, sort_keys=True, separators=(",", ":"))
            evidence = attributes_as_evidence(
                asset=asset, content=content.encode(), submission=asset.submission
            )
            known[asset.pk].append(evidence)
            new.append(evidence)
        asset.evidence_root = evidence_root(current_evidence(known[asset.pk], asset.submission))
    Evidence.objects.bulk_create(new, batch_size=BATCH_SIZE)


def _store_roots(assets: Sequence[Asset]) -> None:
    """Write all roots in one statement: row by row would take minutes for a large portfolio."""
    table = Asset._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET evidence_root = new.root, submission = new.submission "
            "FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS new(id, root, submission) "
            f"WHERE {table}.id = new.id",
            [
                [asset.pk for asset in assets],
                [asset.evidence_root for asset in assets],
                [asset.submission for asset in assets],
            ],
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


def _requests(asset: Asset, kept_roles: set[int]) -> list[VerificationRequest]:
    needed = roles_needed(asset_class=asset.asset_class, flags=asset.flags)
    return [
        VerificationRequest(
            asset=asset,
            role=role.value,
            evidence_root=asset.evidence_root,
            submission=asset.submission,
        )
        for role in needed
        if role.value not in kept_roles
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
        request.claimed_at = timezone.now()
        request.save(update_fields=["status", "claimed_by", "claimed_at"])
        _tell(request, "claimed", f"{verifier} has begun to check the {_role(request)}.")
    return request


def release_request(*, request_id: int, verifier: Verifier) -> VerificationRequest:
    """Put a claimed request back into the queue."""
    with transaction.atomic():
        request = _locked(request_id)
        _refuse_unless_claimed(request, verifier)
        request.status, request.claimed_by, request.checked = RequestStatus.OPEN, None, []
        request.save(update_fields=["status", "claimed_by", "checked"])
        _tell(request, "released", f"{verifier} has given back the {_role(request)}.")
    return request


def confirm_checks(*, request_id: int, verifier: Verifier, points: Sequence[int]) -> None:
    """Keep which points of the checklist a verifier has confirmed, numbered from 0."""
    with transaction.atomic():
        request = _locked(request_id)
        _refuse_unless_claimed(request, verifier)
        count = len(checklist_of(request))
        request.checked = sorted({one for one in points if 0 <= one < count})
        request.save(update_fields=["checked"])


def confirm_points(*, request: VerificationRequest, words: Collection[str]) -> None:
    """Keep the points confirmed in words with those kept already; refuse if any is missing."""
    points = enumerate(checklist_of(request))
    confirmed = {place for place, point in points if point in words}
    request.checked = sorted(confirmed.union(request.checked))
    refuse_unchecked(request)
    VerificationRequest.objects.filter(pk=request.pk).update(checked=request.checked)


def refuse_unchecked(request: VerificationRequest) -> None:
    """Refuse a statement, or to prepare one, before the whole checklist is confirmed."""
    missing = [
        point for place, point in enumerate(checklist_of(request)) if place not in request.checked
    ]
    if missing:
        raise VerificationError(
            "CHECKLIST_OPEN",
            f"{len(missing)} of the checklist's points are not confirmed: {' '.join(missing)} "
            "Confirm them, ask the owner for more, or reject.",
        )


def checklist_of(request: VerificationRequest) -> tuple[str, ...]:
    """Return what the request's role checks for the asset's class.

    An extra inspection, asked for by a flag, has no list of its own: the first one's serves.
    """
    lists = request.asset.asset_class.checklist
    return lists.get(Role(request.role), next(iter(lists.values()), ()))


def reject_request(*, request_id: int, verifier: Verifier, reason: str) -> VerificationRequest:
    """Reject an asset in one role, with a reason its owner will read."""
    return _turn_down(
        request_id, verifier, reason, RequestStatus.REJECTED, AssetStatus.REJECTED, "rejected"
    )


def ask_for_more(*, request_id: int, verifier: Verifier, reason: str) -> VerificationRequest:
    """Send an asset back to its owner, saying what is missing; other roles wait for it too."""
    return _turn_down(
        request_id, verifier, reason, RequestStatus.ASKED, AssetStatus.INCOMPLETE, "asks for more"
    )


def _turn_down(
    request_id: int,
    verifier: Verifier,
    reason: str,
    status: RequestStatus,
    asset_status: AssetStatus,
    verb: str,
) -> VerificationRequest:
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
        request.status, request.claimed_by = status, verifier
        request.reason, request.decided_at = text, timezone.now()
        request.save(update_fields=["status", "claimed_by", "reason", "decided_at"])
        Asset.objects.filter(pk=request.asset_id, status=AssetStatus.SUBMITTED).update(
            status=asset_status, status_reason=text
        )
        Asset.objects.filter(pk=request.asset_id).update(renewal=RenewalStatus.NONE)
        _tell(request, verb.split()[0], f"{verifier} {verb} ({_role(request)}): {text}")
    return request


def _tell(request: VerificationRequest, kind: str, text: str) -> None:
    note_change(asset_id=request.asset_id, kind=kind, text=text)


def _role(request: VerificationRequest) -> str:
    return Role(request.role).label


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
