"""Calls for people's own wallets: where to send what, in words. The server never signs for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collateral.models import JointDecision
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


def freeze_proposal(decision: JointDecision) -> WalletCall:
    """Return the proposal to governance, which alone can freeze a token."""
    target = load().address("AssetRegistry")
    freeze = encode_call("AssetRegistry", "setStatus", [decision.asset.token_id, FROZEN])
    return wallet_call(
        label="Propose the freeze to governance",
        words=f"Your wallet proposes to the holders of votes that the token of {decision.asset} is "
        "frozen: it can then be neither pledged nor moved. They vote, and the timelock passes, "
        "before it takes effect. Your account needs the votes that a proposal takes.",
        sender="",
        calls=[("BallastGovernor", "propose", [[target], [0], [freeze], decision.reason])],
    )
