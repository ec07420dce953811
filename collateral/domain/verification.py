"""Rules of verification: which roles must vouch, who may not, how long it holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from collateral.domain.classes import AssetClass, Role
from collateral.domain.refusal import Refusal

MAX_VALUE_UNITS = 2**63 - 1
_CLOCK_TOLERANCE_S = 60


class VerificationError(Refusal):
    """A step of verification that is refused: a stable code and a full sentence."""


@dataclass(frozen=True)
class Parties:
    """Who stands on the asset's side; none of them may verify it."""

    owner: str
    originator: str = ""


def roles_needed(*, asset_class: AssetClass, flags: Collection[str]) -> list[Role]:
    """Return the roles that must vouch for an asset.

    A VIN without a binding check digit needs one more pair of eyes: an inspection.
    """
    roles = asset_class.required_roles()
    if "VIN_CHECK_NOT_APPLICABLE" in flags and Role.INSPECTION not in roles:
        roles.append(Role.INSPECTION)
    return roles


def refuse_conflict(*, verifier: str, parties: Parties) -> None:
    """Refuse a verifier who is owner or originator of the asset."""
    if verifier.casefold() in {parties.owner.casefold(), parties.originator.casefold()}:
        raise VerificationError(
            "CONFLICT_OF_INTEREST",
            f"Verifier {verifier} is the owner or originator of this asset and may not vouch "
            "for it; another verifier must.",
        )


def refuse_without_authority(*, granted_roles: int, role: Role, asset_class: AssetClass) -> None:
    """Refuse a role that governance has not granted to the verifier for this class."""
    if not granted_roles & role:
        raise VerificationError(
            "NOT_AUTHORISED",
            f"This verifier is not admitted for {role.label} of the class {asset_class.label}; "
            "governance admits verifiers.",
        )


def refuse_value(*, value_units: int, role: Role) -> None:
    """Refuse a value out of range, or given by a role that says nothing about value.

    ``value_units`` are ledger units (1e-6 USD); 0 says nothing about value.
    """
    if not 0 <= value_units <= MAX_VALUE_UNITS:
        raise VerificationError(
            "VALUE_RANGE", f"The value {value_units} is outside 0 to {MAX_VALUE_UNITS} units."
        )
    if value_units and role is not Role.APPRAISAL:
        raise VerificationError(
            "VALUE_NOT_ASKED", f"The {role.label} role does not attest a value; leave it at 0."
        )


def valid_until(*, observed_at: int, asset_class: AssetClass) -> int:
    """Return when an attestation of that observation expires (unix seconds)."""
    return observed_at + asset_class.validity_s


def refuse_validity(*, observed_at: int, until: int, now: int, asset_class: AssetClass) -> None:
    """Refuse an observation from the future, an expiry in the past or beyond the class's limit."""
    if observed_at > now + _CLOCK_TOLERANCE_S:
        raise VerificationError(
            "INVALID_VALIDITY", f"The observation at {observed_at} lies after now, {now}."
        )
    if not now < until <= observed_at + asset_class.validity_s:
        raise VerificationError(
            "INVALID_VALIDITY",
            f"The expiry {until} must lie after now, {now}, and at most "
            f"{asset_class.validity_s // 86_400} days after the observation at {observed_at}.",
        )


def is_complete(*, needed: Collection[Role], attested: Mapping[Role, str]) -> bool:
    """Return whether every role is attested and no two by the same verifier."""
    signers = [attested[role] for role in needed if role in attested]
    return len(signers) == len(needed) and len(set(signers)) == len(signers)


def refuse_second_role(*, verifier: str, other_signers: Collection[str]) -> None:
    """Refuse a verifier who already vouches for the asset in another role."""
    if verifier.casefold() in {signer.casefold() for signer in other_signers}:
        raise VerificationError(
            "ONE_ROLE_EACH",
            f"Verifier {verifier} already vouches for this asset in another role; each role needs "
            "a verifier of its own.",
        )


SERVICE_LEVEL_S = 3 * 86_400
DUE_SOON_S = 86_400


def service_state(*, waited_s: int) -> str:
    """Return where a request stands against the time in which it is to be decided (seconds)."""
    if waited_s > SERVICE_LEVEL_S:
        return "late"
    return "soon" if waited_s > SERVICE_LEVEL_S - DUE_SOON_S else "on_time"


def committed_by(*, value_units: int, bond_factor: int) -> int:
    """Return what an attestation commits of its verifier's bond: value ÷ factor, rounded up."""
    return -(-value_units // bond_factor)
