"""How anything is written to the chain, and how what it says is read."""

from settlement.services.calls import retry, submit_call
from settlement.services.confirming import confirm_batches
from settlement.services.operations import NewOperation, intake
from settlement.services.planning import plan_lanes
from settlement.services.pumping import pump_signer, signers_with_work
from settlement.services.reading import read_chain
from settlement.services.reading.rebuilding import reindex
from settlement.services.signers import ensure_signers

__all__ = [
    "NewOperation",
    "confirm_batches",
    "ensure_signers",
    "intake",
    "plan_lanes",
    "pump_signer",
    "read_chain",
    "reindex",
    "retry",
    "signers_with_work",
    "submit_call",
]
