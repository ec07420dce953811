"""Calls for people's own wallets: where to send what, in words. The server never signs for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collateral.domain.classes import Role
from collateral.domain.display import usd
from collateral.models import Challenge, JointDecision, VerifierApplication
from contracts.abi import encode_call
from contracts.deployment_record import load

FROZEN = 2


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One transaction; ``data`` is hexadecimal."""

    to: str
    data: str


@dataclass(frozen=True, kw_only=True)
class WalletCall:
    """What a wallet is asked to send, one after the other, and what that means."""

    label: str
    words: str
    chain_id: int
    sender: str
    transactions: Sequence[Transaction]


def wallet_call(
    *, label: str, words: str, sender: str, calls: Sequence[tuple[str, str, Sequence[Any]]]
) -> WalletCall:
    """Return calls given as contract, function and arguments; ``sender`` empty for any account."""
    deployment = load()
    return WalletCall(
        label=label,
        words=words,
        chain_id=deployment.chain_id,
        sender=sender,
        transactions=[
            Transaction(
                to=deployment.address(contract),
                data="0x" + encode_call(contract, function, arguments).hex(),
            )
            for contract, function, arguments in calls
        ],
    )


def revocation_call(decision: JointDecision) -> WalletCall:
    """Return the call by which a verifier takes its attestation back, for all to see."""
    attestation = decision.attestation
    return wallet_call(
        label="Send the revocation",
        words=f"Your wallet tells the public list of attestations that {attestation.verifier} no "
        f"longer stands by its word on {decision.asset}. This cannot be undone. From then on "
        "nothing new can be borrowed on the asset; a loan that runs is not called for it.",
        sender=attestation.verifier.address,
        calls=[("EAS", "revokeOffchain", [bytes.fromhex(attestation.uid[2:])])],
    )


def proposal(
    *, label: str, words: str, contract: str, function: str, arguments: Sequence[Any], reason: str
) -> WalletCall:
    """Return a proposal to governance of one call; its words say what would change."""
    inner = encode_call(contract, function, arguments)
    return wallet_call(
        label=label,
        words=f"{words} The holders of votes decide, and the timelock passes, before it takes "
        "effect. Your account needs the votes that a proposal takes.",
        sender="",
        calls=[("BallastGovernor", "propose", [[load().address(contract)], [0], [inner], reason])],
    )


def freeze_proposal(decision: JointDecision) -> WalletCall:
    """Return the proposal to governance, which alone can freeze a token."""
    return proposal(
        label="Propose the freeze to governance",
        words=f"Your wallet proposes that the token of {decision.asset} is frozen: it can then be "
        "neither pledged nor moved.",
        contract="AssetRegistry",
        function="setStatus",
        arguments=[decision.asset.token_id, FROZEN],
        reason=decision.reason,
    )


def admission_proposal(application: VerifierApplication) -> WalletCall:
    """Return the proposal that admits a verifier to a class in the roles it asks for."""
    return proposal(
        label="Propose the admission to governance",
        words=f"Your wallet proposes that {application.name} may vouch for "
        f"{Role(application.roles).label} of the class {application.get_class_id_display()}.",
        contract="VerifierRegistry",
        function="setVerifier",
        arguments=[application.address, application.class_id, application.roles],
        reason=f"Admit {application.name} ({application.address})",
    )


def ruling_proposals(challenge: Challenge, *, slash_units: int) -> list[WalletCall]:
    """Return the two rulings that governance can make; what is slashed in ledger units."""
    named = [challenge.verifier.address, bytes.fromhex(challenge.uid[2:])]
    return [
        proposal(
            label="Propose to uphold it",
            words=f"Your wallet proposes that the challenge is right: {usd(slash_units)} of the "
            f"bond of {challenge.verifier} is taken, half for the challenger and half for the "
            "reserve.",
            contract="VerifierRegistry",
            function="uphold",
            arguments=[*named, slash_units, 0],
            reason=f"Uphold the challenge of {challenge.uid}",
        ),
        proposal(
            label="Propose to dismiss it",
            words="Your wallet proposes that the challenge is wrong: the challenger's bond goes to "
            "the reserve.",
            contract="VerifierRegistry",
            function="dismiss",
            arguments=named,
            reason=f"Dismiss the challenge of {challenge.uid}",
        ),
    ]
