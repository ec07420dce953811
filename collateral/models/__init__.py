"""State of collateral: owners, assets, evidence, verifiers, their requests and attestations."""

from collateral.models.assets import Asset, AssetAnchor, AssetStatus, Evidence, LrtHolding, Owner
from collateral.models.verification import (
    Attestation,
    Challenge,
    ChallengeStatus,
    RequestStatus,
    VerificationRequest,
    Verifier,
    VerifierAuthority,
)

__all__ = [
    "Asset",
    "AssetAnchor",
    "AssetStatus",
    "Attestation",
    "Challenge",
    "ChallengeStatus",
    "Evidence",
    "LrtHolding",
    "Owner",
    "RequestStatus",
    "VerificationRequest",
    "Verifier",
    "VerifierAuthority",
]
