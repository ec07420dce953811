"""State of collateral: owners, assets, evidence, verifiers and what they sign, devices."""

from collateral.models.assets import Asset, AssetAnchor, AssetStatus, Evidence, LrtHolding, Owner
from collateral.models.devices import (
    Device,
    DeviceHead,
    EnrolmentChallenge,
    LocationClaim,
    TelemetryMessage,
    UptimeRound,
)
from collateral.models.parcels import Parcel, ParcelCore
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
    "Device",
    "DeviceHead",
    "EnrolmentChallenge",
    "Evidence",
    "LocationClaim",
    "LrtHolding",
    "Owner",
    "Parcel",
    "ParcelCore",
    "RequestStatus",
    "TelemetryMessage",
    "UptimeRound",
    "VerificationRequest",
    "Verifier",
    "VerifierAuthority",
]
