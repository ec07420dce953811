"""Selective disclosure: one field or document of an asset, its salt and its proof, nothing else."""

import json
import secrets
from collections.abc import Sequence
from typing import Any

from collateral.domain.disclosure import (
    FORMAT,
    Step,
    as_data,
    canonical_value,
    flattened,
    holds,
    registered_leaves,
    registered_root,
    way_up,
)
from collateral.domain.evidence import EvidenceField
from collateral.errors import RegistrationError
from collateral.models import Asset, Evidence, current_evidence
from contracts.deployment_record import load

REGISTRATION = "registration"
SECRET_BYTES = 32


def with_fields(*, evidence: Evidence, content: bytes) -> Evidence:
    """Make the value of the registration's leaf the root over its fields (``content`` is JSON)."""
    evidence.fields = flattened(json.loads(content))
    evidence.fields_secret = secrets.token_bytes(SECRET_BYTES)
    evidence.sha256 = "0x" + registered_root(evidence.fields, evidence.fields_secret).hex()
    return evidence


def disclosable(*, asset: Asset) -> list[str]:
    """Return the names of all fields and documents of an asset that can be shown alone."""
    rows = list(asset.evidence.order_by("pk"))
    given = [pair for row in rows if row.fields for pair in row.fields.items()]
    fields = [name for name, value in given if value not in ("", None)]
    return sorted({*fields, *(row.kind for row in rows if row.path)})


def disclose(*, asset_id: int, field: str) -> dict[str, Any]:
    """Return the file that shows one field of an asset: value, salts, proofs and where to look.

    Of a document it names the SHA-256; who was given the document compares. Raises
    ``RegistrationError`` when the asset was not handed in yet, or has no such field.
    """
    asset = Asset.objects.filter(pk=asset_id).first()
    if asset is None:
        raise RegistrationError("ASSET_UNKNOWN", f"There is no asset {asset_id}.")
    if not asset.evidence_root:
        raise RegistrationError(
            "NO_EVIDENCE_ROOT",
            f"{asset} was not handed to the verifiers yet, so nobody vouches for its evidence.",
        )
    rows = current_evidence(asset.evidence.all(), asset.submission)
    outer = [_leaf(row) for row in rows]
    document = next((row for row in rows if row.kind == field and row.path), None)
    if document is not None:
        return _file(asset, field, {"document_sha256": document.sha256}, [way_up(outer, field)])
    value, inner = _registered(asset, rows, field)
    steps = [inner, way_up(outer, REGISTRATION)]
    root = bytes.fromhex(asset.evidence_root[2:])
    if not holds(steps=steps, value=canonical_value(value), root=root):
        raise _changed(asset)
    return _file(asset, field, {"value": value}, steps)


def _leaf(row: Evidence) -> EvidenceField:
    return EvidenceField(row.kind, bytes.fromhex(row.sha256[2:]), bytes(row.salt))


def _registered(asset: Asset, rows: Sequence[Evidence], field: str) -> tuple[Any, Step]:
    row = next((one for one in rows if one.kind == REGISTRATION and one.fields), None)
    if row is None or field not in row.fields:
        raise RegistrationError(
            "FIELD_UNKNOWN",
            f"{asset} has no field or document {field[:80]!r}; it has "
            f"{', '.join(disclosable(asset=asset))}.",
        )
    leaves = registered_leaves(row.fields, bytes(row.fields_secret))
    return row.fields[field], way_up(leaves, field)


def _changed(asset: Asset) -> RegistrationError:
    return RegistrationError(
        "EVIDENCE_MISMATCH",
        f"The records of {asset} do not give the root that is signed; report it to the operator.",
    )


def _file(asset: Asset, field: str, shown: dict[str, Any], steps: Sequence[Step]) -> dict[str, Any]:
    deployment = load()
    return {
        "format": FORMAT,
        "chain_id": deployment.chain_id,
        "registry": deployment.address("AssetRegistry"),
        "token_id": None if asset.token_id is None else str(asset.token_id),
        "class": asset.asset_class.code,
        "field": field,
        **shown,
        "steps": [as_data(step) for step in steps],
        "evidence_root": asset.evidence_root,
    }
