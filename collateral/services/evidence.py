"""Evidence: private files, public hashes."""

import secrets
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from collateral.domain.evidence import EvidenceField, document_hash, evidence_tree
from collateral.errors import RegistrationError
from collateral.models import Asset, AssetStatus, Evidence
from collateral.services.disclosure import REGISTRATION, with_fields
from collateral.services.registration import SALT_BYTES, hex_of
from collateral.storage import FileDamaged

MAX_DOCUMENT_BYTES = 25 * 1024 * 1024
MAX_KIND_LENGTH = 80


def attach_evidence(*, asset_id: int, kind: str, content: bytes) -> Evidence:
    """Store a document for a draft under a random name and record its hash and salt."""
    name = " ".join(kind.split())
    if not name or len(name) > MAX_KIND_LENGTH:
        raise RegistrationError(
            "EVIDENCE_KIND", f"Say in 1 to {MAX_KIND_LENGTH} characters what the document is."
        )
    if not 0 < len(content) <= MAX_DOCUMENT_BYTES:
        raise RegistrationError(
            "EVIDENCE_SIZE",
            f"The document has {len(content)} bytes; 1 to {MAX_DOCUMENT_BYTES} are accepted.",
        )
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=asset_id)
        _refuse_unless_draft(asset)
        path = default_storage.save(f"{secrets.token_hex(16)}.bin", ContentFile(content))
        try:
            with transaction.atomic():
                return Evidence.objects.create(
                    asset=asset, path=path, size=len(content), **_hashed(name, content)
                )
        except IntegrityError as error:
            default_storage.delete(path)
            raise RegistrationError(
                "EVIDENCE_TWICE", f"The asset already has evidence named {name!r}."
            ) from error


def _refuse_unless_draft(asset: Asset) -> None:
    if asset.status not in (AssetStatus.DRAFT, AssetStatus.REJECTED):
        raise RegistrationError(
            "EVIDENCE_CLOSED",
            f"{asset} was handed to the verifiers, who sign exactly the evidence they saw; "
            "documents can be added before that.",
        )


def _hashed(kind: str, content: bytes) -> dict[str, object]:
    return {
        "kind": kind,
        "sha256": hex_of(document_hash(content)),
        "salt": secrets.token_bytes(SALT_BYTES),
    }


def attributes_as_evidence(*, asset: Asset, content: bytes) -> Evidence:
    """Return unsaved evidence of what was entered or imported; there is no file behind it."""
    evidence = Evidence(asset=asset, path="", size=len(content), **_hashed(REGISTRATION, content))
    return with_fields(evidence=evidence, content=content)


def evidence_content(*, evidence: Evidence) -> bytes:
    """Return a document, refusing one whose file no longer has the recorded hash."""
    try:
        with default_storage.open(evidence.path) as file:
            content: bytes = file.read()
    except FileDamaged:
        content = b""
    if hex_of(document_hash(content)) != evidence.sha256:
        raise RegistrationError(
            "EVIDENCE_MISMATCH",
            f"The file of {evidence.kind!r} changed since it was recorded; do not sign. "
            "Report it to the operator.",
        )
    return content


def evidence_root(evidence: Iterable[Evidence]) -> str:
    """Return the Merkle root over an asset's evidence, as 0x-text."""
    fields = [
        EvidenceField(one.kind, bytes.fromhex(one.sha256[2:]), bytes(one.salt)) for one in evidence
    ]
    return hex_of(evidence_tree(fields).root)
