"""The door for documents in pieces: begin, send, go on after a break, cancel. Answers in JSON."""

import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from collateral import services
from collateral.domain.whole import whole_number
from collateral.errors import REFUSALS
from collateral.models import MAX_CHUNK_BYTES, EvidenceUpload
from portal.owner.sign_in import signed_in, wallet_of
from portal.owner.views import own_asset


@require_POST
@signed_in
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Announce a document; answers with its id and how much of it is here already."""
    asset = own_asset(request, pk)
    try:
        asked = json.loads(request.body)
        name, kind, size = str(asked["name"]), str(asked.get("kind", "")), int(asked["size"])
        sha256 = str(asked["sha256"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return refused("FORMAT", "Send JSON with name, size (bytes), sha256 and perhaps kind.", 400)
    try:
        upload = services.begin_upload(
            asset_id=asset.pk, kind=kind, file_name=name, size=size, sha256=sha256
        )
    except REFUSALS as refusal:
        return refused(refusal.code, str(refusal), 413 if refusal.code == "EVIDENCE_SIZE" else 409)
    return JsonResponse(
        {
            "id": str(upload.pk),
            "address": reverse("portal:upload_piece", args=[upload.pk]),
            "received": upload.received,
            "piece_bytes": MAX_CHUNK_BYTES,
        }
    )


@require_POST
@signed_in
def piece(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Take the next piece, its place given by the header ``Upload-Offset``."""
    upload = _own(request, upload_id)
    offset = whole_number(request.headers.get("Upload-Offset", ""))
    if offset is None:
        return refused("FORMAT", "Say in the header Upload-Offset where the piece begins.", 400)
    try:
        evidence = services.receive_chunk(
            upload_id=str(upload.pk), offset=offset, content=request.body
        )
    except REFUSALS as refusal:
        return refused(refusal.code, str(refusal), 409)
    return JsonResponse(
        {"received": min(offset + len(request.body), upload.size), "done": bool(evidence)}
        | ({"sha256": evidence.sha256} if evidence else {})
    )


@require_POST
@signed_in
def cancel(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Forget a document on its way in."""
    services.cancel_upload(upload_id=str(_own(request, upload_id).pk))
    return JsonResponse({"cancelled": True})


def _own(request: HttpRequest, upload_id: str) -> EvidenceUpload:
    found = EvidenceUpload.objects.filter(
        pk=upload_id, asset__owner__address=wallet_of(request)
    ).first()
    if found is None:
        raise Http404
    return found


def refused(code: str, sentence: str, status: int) -> JsonResponse:
    """Return a refusal as JSON: a stable code and a sentence."""
    return JsonResponse({"error": {"code": code, "message": sentence}}, status=status)
