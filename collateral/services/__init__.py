"""Everything that changes collateral, each step a function with named arguments."""

from collateral.services.board import attest_board, board_nonce
from collateral.services.changes import mark_read
from collateral.services.decisions import (
    confirm_decision,
    decline_decision,
    note_revocations,
    propose_freeze,
    propose_revocation,
)
from collateral.services.disclosure import disclosable, disclose
from collateral.services.enrolment import Enrolment, enrol_device, offer_key
from collateral.services.evidence import (
    attach_evidence,
    evidence_content,
    evidence_root,
    refuse_changed_evidence,
    remove_evidence,
)
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
    register_entries,
)
from collateral.services.renewal import (
    begin_renewal,
    queue_renewals,
    release_exposures,
    warn_of_expiry,
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
from collateral.services.uploads import begin_upload, cancel_upload, receive_chunk
from collateral.services.uptime import current_round
from collateral.services.verification import (
    ask_for_more,
    checklist_of,
    claim_request,
    confirm_checks,
    ensure_verifier,
    refuse_unchecked,
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
    "ask_for_more",
    "assign_owner",
    "attach_evidence",
    "attest_board",
    "attestation_message",
    "attestation_messages",
    "begin_renewal",
    "begin_upload",
    "board_nonce",
    "cancel_upload",
    "checklist_of",
    "claim_request",
    "confirm_checks",
    "confirm_decision",
    "current_round",
    "decline_decision",
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
    "mark_read",
    "note_revocations",
    "offer_key",
    "plan_portfolio",
    "propose_freeze",
    "propose_revocation",
    "queue_mint",
    "queue_renewals",
    "queue_verified",
    "receive_chunk",
    "recover_failed_mints",
    "refuse_changed_evidence",
    "refuse_unchecked",
    "register_asset",
    "register_assets",
    "register_entries",
    "reject_request",
    "release_exposures",
    "release_request",
    "remove_evidence",
    "report_fleet",
    "set_parcel",
    "submit_assets",
    "submit_attestation",
    "submit_attestations",
    "submit_for_verification",
    "warn_of_expiry",
    "witness_location",
]
