"""Evidence: private files, public hashes."""

import secrets
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Sum

from collateral.domain.documents import document_kind, refuse_quota
from collateral.domain.evidence import EvidenceField, document_hash, evidence_tree
from collateral.errors import RegistrationError
from collateral.models import (
    OPEN_TO_OWNER,
    Asset,
    AssetStatus,
    Evidence,
    RenewalStatus,
    current_evidence,
)
from collateral.services.changes import note_change
from collateral.services.disclosure import REGISTRATION, with_fields
from collateral.services.registration import SALT_BYTES, hex_of
from collateral.services.sanitising import SafeDocument, safe_document
from collateral.storage import FileDamaged

_LIVING = (AssetStatus.MINTED, AssetStatus.PLEDGED)


def attach_evidence(*, asset_id: int, kind: str, content: bytes, file_name: str = "") -> Evidence:
    """Store a document under a random name and record its hash and salt.

    ``kind`` says what it is; a document of that name in an earlier submission is replaced. Raises
    ``DocumentRefused`` for a file that is no evidence, ``RegistrationError`` at the wrong time.
    """
    name = document_kind(given=kind, file_name=file_name)
    safe = safe_document(content=content, file_name=file_name)
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=asset_id)
        refuse_closed(asset)
        _refuse_over_quota(asset, len(safe.content))
        evidence = _stored(asset, name, safe)
        note_change(asset_id=asset.pk, kind="evidence", text=f"Document added: {name}.")
    return evidence


def _stored(asset: Asset, name: str, safe: SafeDocument) -> Evidence:
    path = default_storage.save(f"{secrets.token_hex(16)}.bin", ContentFile(safe.content))
    try:
        with transaction.atomic():
            return Evidence.objects.create(
                asset=asset,
                path=path,
                size=len(safe.content),
                media_type=safe.media_type,
                image_hash=safe.image_hash,
                submission=asset.submission + 1,
                **_hashed(name, safe.content),
            )
    except IntegrityError as error:
        default_storage.delete(path)
        raise RegistrationError(
            "EVIDENCE_TWICE",
            f"The asset already has evidence named {name!r}. Remove it first, or give this one "
            "another name.",
        ) from error


def _refuse_over_quota(asset: Asset, size: int) -> None:
    held = asset.evidence.exclude(path="")
    total = held.aggregate(total=Sum("size"))["total"] or 0
    refuse_quota(count=held.count(), held_bytes=total, size=size)


def refuse_closed(asset: Asset) -> None:
    """Refuse a change of evidence while verifiers rely on it."""
    is_living = asset.status in _LIVING and asset.renewal == RenewalStatus.NONE
    if asset.status not in OPEN_TO_OWNER and not is_living:
        raise RegistrationError(
            "EVIDENCE_CLOSED",
            f"{asset} was handed to the verifiers, who sign exactly the evidence they saw; "
            "documents can be added before that, or once a verifier asks for more.",
        )


def remove_evidence(*, evidence_id: int) -> None:
    """Remove a document that no verifier has been shown yet, with its file."""
    with transaction.atomic():
        evidence = Evidence.objects.select_related("asset").get(pk=evidence_id)
        asset = Asset.objects.select_for_update().get(pk=evidence.asset_id)
        refuse_closed(asset)
        if evidence.submission <= asset.submission or not evidence.path:
            raise RegistrationError(
                "EVIDENCE_SEEN",
                f"Verifiers have seen {evidence.kind!r}, so it stays on record. Add a newer one "
                "under the same name to replace it.",
            )
        path = evidence.path
        note_change(asset_id=asset.pk, kind="evidence", text=f"Document removed: {evidence.kind}.")
        evidence.delete()
        transaction.on_commit(lambda: default_storage.delete(path))


def _hashed(kind: str, content: bytes) -> dict[str, object]:
    return {
        "kind": kind,
        "sha256": hex_of(document_hash(content)),
        "salt": secrets.token_bytes(SALT_BYTES),
    }


def attributes_as_evidence(*, asset: Asset, content: bytes, submission: int) -> Evidence:
    """Return unsaved evidence of what was entered or imported; there is no file behind it."""
    evidence = Evidence(
        asset=asset,
        path="",
        size=len(content),
        submission=submission,
        **_hashed(REGISTRATION, content),
    )
    return with_fields(evidence=evidence, content=content)


def evidence_content(*, evidence: Evidence) -> bytes:
    """Return a document, refusing one whose file no longer has the recorded hash."""
    try:
        with default_storage.open(evidence.path) as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        raise _changed(evidence, "is missing") from error
    except FileDamaged:
        content = b""
    if hex_of(document_hash(content)) != evidence.sha256:
        raise _changed(evidence, "changed since it was recorded")
    return content


def _changed(evidence: Evidence, what: str) -> RegistrationError:
    return RegistrationError(
        "EVIDENCE_MISMATCH",
        f"The file of {evidence.kind!r} {what}; do not sign. Report it to the operator.",
    )


def refuse_changed_evidence(*, asset: Asset, submission: int) -> None:
    """Refuse when a file, or the set of files, is no longer what was handed in."""
    rows = current_evidence(asset.evidence.all(), submission)
    for evidence in rows:
        if evidence.path:
            evidence_content(evidence=evidence)
    if rows and asset.evidence_root and evidence_root(rows) != asset.evidence_root:
        raise RegistrationError(
            "EVIDENCE_MISMATCH",
            f"The records of {asset} no longer give the root that is signed; do not sign. Report "
            "it to the operator.",
        )


def evidence_root(evidence: Iterable[Evidence]) -> str:
    """Return the Merkle root over an asset's evidence, as 0x-text."""
    fields = [
        EvidenceField(one.kind, bytes.fromhex(one.sha256[2:]), bytes(one.salt)) for one in evidence
    ]
    return hex_of(evidence_tree(fields).root)
