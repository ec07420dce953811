"""Large documents in pieces: what arrived is kept, so a broken line costs one piece."""

import re
from datetime import timedelta
from hashlib import sha256 as sha256_of

from django.db import transaction
from django.utils import timezone

from collateral.domain.documents import DocumentRefused, document_kind, plain_name, refuse_size
from collateral.models import MAX_CHUNK_BYTES, Asset, Evidence, EvidenceChunk, EvidenceUpload
from collateral.services.evidence import attach_evidence, refuse_closed

UPLOADS_AT_ONCE = 10
UPLOAD_LIFE = timedelta(days=1)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def begin_upload(
    *, asset_id: int, kind: str, file_name: str, size: int, sha256: str
) -> EvidenceUpload:
    """Announce a document of ``size`` bytes; the same announcement finds the one under way.

    ``sha256`` (64 hexadecimal digits) is the whole document's: a file that was edited since the
    line broke is another document, and is not sent on from where the former one stopped.
    """
    refuse_size(size)
    if not _SHA256.fullmatch(sha256):
        raise DocumentRefused(
            "UPLOAD_HASH", "Say the SHA-256 of the whole document: 64 hexadecimal digits."
        )
    name = document_kind(given=kind, file_name=file_name)
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=asset_id)
        refuse_closed(asset)
        asset.uploads.filter(created_at__lt=timezone.now() - UPLOAD_LIFE).delete()
        document = {"kind": name, "file_name": plain_name(file_name), "size": size}
        same = asset.uploads.filter(**document, sha256=sha256).first()
        if same:
            return same
        if asset.uploads.count() >= UPLOADS_AT_ONCE:
            raise DocumentRefused(
                "UPLOADS_OPEN",
                f"{UPLOADS_AT_ONCE} documents are on their way already. Finish or cancel one.",
            )
        return EvidenceUpload.objects.create(asset=asset, **document, sha256=sha256)


def receive_chunk(*, upload_id: str, offset: int, content: bytes) -> Evidence | None:
    """Keep the next piece; return the evidence when it was the last one.

    A piece that is here already changes nothing. A refused document is forgotten, pieces and all.
    """
    with transaction.atomic():
        upload = EvidenceUpload.objects.select_for_update().filter(pk=upload_id).first()
        if upload is None:
            raise DocumentRefused(
                "UPLOAD_UNKNOWN", "This document is here already or was cancelled. Load the page."
            )
        _keep(upload, offset, content)
    if upload.received < upload.size:
        return None
    return _complete(upload)


def _keep(upload: EvidenceUpload, offset: int, content: bytes) -> None:
    if not 0 < len(content) <= MAX_CHUNK_BYTES:
        raise DocumentRefused(
            "CHUNK_SIZE", f"A piece has 1 to {MAX_CHUNK_BYTES} bytes; this one has {len(content)}."
        )
    if offset + len(content) <= upload.received:
        return
    if offset != upload.received or offset + len(content) > upload.size:
        raise DocumentRefused(
            "CHUNK_OFFSET",
            f"{upload.received} of {upload.size} bytes are here; the next piece begins there and "
            f"not at {offset}.",
        )
    EvidenceChunk.objects.create(upload=upload, offset=offset, content=content)
    upload.received += len(content)
    upload.save(update_fields=["received"])


def _complete(upload: EvidenceUpload) -> Evidence:
    pieces = upload.chunks.order_by("offset").values_list("content", flat=True)
    content = b"".join(bytes(piece) for piece in pieces)
    try:
        if sha256_of(content).hexdigest() != upload.sha256:
            raise DocumentRefused(
                "UPLOAD_DAMAGED",
                "What arrived is not the document that was announced. Nothing was kept; send it "
                "again.",
            )
        return attach_evidence(
            asset_id=upload.asset_id,
            kind=upload.kind,
            content=content,
            file_name=upload.file_name,
        )
    finally:
        upload.delete()


def cancel_upload(*, upload_id: str) -> None:
    """Forget a document on its way in."""
    EvidenceUpload.objects.filter(pk=upload_id).delete()
