"""How anything is written to the chain, and how what it says is read."""

from settlement.domain.intake import NewOperation, Refusal
from settlement.domain.parcels import NewParcel
from settlement.services.calls import retry, submit_call
from settlement.services.confirming import confirm_batches
from settlement.services.operations import Intake, accept, intake
from settlement.services.parcels import intake_parcels
from settlement.services.pumping import pump_signer, signers_to_ring, signers_with_work
from settlement.services.reading import read_chain
from settlement.services.reading.rebuilding import reindex
from settlement.services.signers import ensure_signers

__all__ = [
    "Intake",
    "NewOperation",
    "NewParcel",
    "Refusal",
    "accept",
    "confirm_batches",
    "ensure_signers",
    "intake",
    "intake_parcels",
    "pump_signer",
    "read_chain",
    "reindex",
    "retry",
    "signers_to_ring",
    "signers_with_work",
    "submit_call",
]
