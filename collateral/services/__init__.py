"""Everything that changes collateral, each step a function with named arguments."""

from collateral.services.disclosure import disclosable, disclose
from collateral.services.enrolment import Enrolment, enrol_device, offer_key
from collateral.services.evidence import attach_evidence, evidence_content, evidence_root
from collateral.services.importing import ImportReport, import_portfolio
from collateral.services.locations import Claim, Sighting, witness_location
from collateral.services.mappings import (
    PORTFOLIO_DIR,
    PlannedFile,
    known_mappings,
    load_mapping,
    mapping_for,
    plan_portfolio,
)
from collateral.services.minting import queue_mint, queue_verified, recover_failed_mints
from collateral.services.parcels import set_parcel
from collateral.services.registration import (
    NewAsset,
    assign_owner,
    ensure_owner,
    register_asset,
    register_assets,
)
from collateral.services.signing import (
    SignedStatement,
    Statement,
    attestation_message,
    attestation_messages,
    submit_attestation,
    submit_attestations,
)
from collateral.services.simulation import enrol_fleet, report_fleet
from collateral.services.telemetry import IngestReport, ingest_telemetry
from collateral.services.uptime import current_round
from collateral.services.verification import (
    claim_request,
    ensure_verifier,
    reject_request,
    release_request,
    submit_assets,
    submit_for_verification,
)

__all__ = [
    "PORTFOLIO_DIR",
    "Claim",
    "Enrolment",
    "ImportReport",
    "IngestReport",
    "NewAsset",
    "PlannedFile",
    "Sighting",
    "SignedStatement",
    "Statement",
    "assign_owner",
    "attach_evidence",
    "attestation_message",
    "attestation_messages",
    "claim_request",
    "current_round",
    "disclosable",
    "disclose",
    "enrol_device",
    "enrol_fleet",
    "ensure_owner",
    "ensure_verifier",
    "evidence_content",
    "evidence_root",
    "import_portfolio",
    "ingest_telemetry",
    "known_mappings",
    "load_mapping",
    "mapping_for",
    "offer_key",
    "plan_portfolio",
    "queue_mint",
    "queue_verified",
    "recover_failed_mints",
    "register_asset",
    "register_assets",
    "reject_request",
    "release_request",
    "report_fleet",
    "set_parcel",
    "submit_assets",
    "submit_attestation",
    "submit_attestations",
    "submit_for_verification",
    "witness_location",
]
