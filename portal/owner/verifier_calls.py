"""Calls about a verifier for people's own wallets: bond, proof, way out, challenge, claim."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404

from collateral.domain.display import moment
from collateral.domain.portfolio.cells import parse_number
from collateral.domain.portfolio.errors import CellError
from collateral.errors import REFUSALS
from collateral.models import Attestation, Challenge, ChallengeStatus, Verifier
from collateral.selectors.calls import WalletCall, wallet_call
from contracts.deployment_record import load
from contracts.errors import ChainError
from lending.parameters import ledger_unit
from lending.selectors.wallets import LRT, STABLECOIN
from oracles.domain.errors import RoundRefused
from oracles.selectors import newest_round, proofs
from oracles.selectors.proofs import NO_PROOF
from portal.selectors.verifiers import challenge_bond_units, ruling_due
from settlement.errors import SettlementError
from settlement.selectors import chain_time

UNITS_PER_USD, WEI = 10**6, 10**18
REGISTRY = "VerifierRegistry"
BY_ANYONE = frozenset({"deposit", "prove", "challenge", "lapse"})
CALL_REFUSED = (CellError, ChainError, RoundRefused, SettlementError, *REFUSALS)
Calls = Sequence[tuple[str, str, Sequence[Any]]]


def verifier_call(verifier: Verifier, act: str, given: Any) -> WalletCall:
    """Return the call of an act about a verifier, from what a form gave.

    Raises one of ``CALL_REFUSED``, or ``Http404`` for an act that there is none of.
    """
    makers: dict[str, Callable[[Verifier, Any], tuple[str, str, Calls]]] = {
        "deposit": _deposit,
        "deposit_lrt": _deposit_lrt,
        "prove": _prove,
        "unbond": _unbond,
        "unbond_lrt": _unbond_lrt,
        "withdraw": _withdraw,
        "challenge": _challenge,
        "lapse": _lapse,
    }
    if act not in makers:
        raise Http404
    label, words, calls = makers[act](verifier, given)
    sender = "" if act in BY_ANYONE else verifier.address
    return wallet_call(label=label, words=words, sender=sender, calls=calls)


def _amount(given: Any, scale: int) -> int:
    amount = int(parse_number(given.get("amount", "")) * scale)
    if amount <= 0:
        raise CellError("ZERO_AMOUNT", "Enter an amount above 0.")
    return amount


def _deposit(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    units = _amount(given, UNITS_PER_USD)
    registry = load().address(REGISTRY)
    return (
        "Post the bond",
        f"Your wallet allows the registry to take the amount, then adds it to the bond of "
        f"{verifier}. It comes back by unbonding only.",
        [
            (STABLECOIN, "approve", [registry, units * ledger_unit()]),
            (REGISTRY, "deposit", [verifier.address, units]),
        ],
    )


def _deposit_lrt(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    wei = _amount(given, WEI)
    token, registry = load().address(LRT), load().address(REGISTRY)
    return (
        "Post restaking tokens",
        "Your wallet allows the registry to take the tokens, then adds them to your bond. They "
        "count at their borrowing value while its proof is of the newest round, and go on earning "
        "for you.",
        [
            (LRT, "approve", [registry, wei]),
            (REGISTRY, "depositLrt", [token, wei]),
        ],
    )


def _unbond(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    return (
        "Start unbonding",
        "This part of your bond stops counting now and can be withdrawn after the delay. Until "
        "then it can still be slashed.",
        [(REGISTRY, "startUnbonding", [_amount(given, UNITS_PER_USD), 0])],
    )


def _unbond_lrt(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    return (
        "Start unbonding tokens",
        "These restaking tokens stop counting now and can be withdrawn after the delay. They go on "
        "earning for you; until then they can still be slashed.",
        [(REGISTRY, "startUnbonding", [0, _amount(given, WEI)])],
    )


def _prove(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    """Bring the newest proof of the token's value: without it the tokens do not count (A4)."""
    newest = newest_round()
    if not verifier.lrt_address or newest is None:
        raise CellError(
            "NOTHING_TO_PROVE", "It has bonded no restaking tokens, or no round has valued them."
        )
    token = int(verifier.lrt_address, 16)
    (proof,) = proofs(asset_ids=[token], round_number=newest.number)
    if proof == NO_PROOF:
        raise CellError(
            "NOT_VALUED",
            f"Round {newest.number} has no value of the token; wait for the next round.",
        )
    return (
        "Prove the bond",
        f"Your wallet shows the ledger what the restaking tokens of {verifier} are worth in round "
        f"{newest.number}. They count until the next round; whoever attests then proves anew.",
        [(REGISTRY, "proveBond", [verifier.address, proof])],
    )


def _lapse(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    uid = given.get("uid", "")
    found = Challenge.objects.filter(
        verifier=verifier, uid=uid, status=ChallengeStatus.OPEN
    ).first()
    if found is None:
        raise CellError("CHALLENGE_UNKNOWN", "Choose an open challenge of this verifier.")
    until = ruling_due(found)
    if chain_time() <= until:
        raise CellError(
            "CHALLENGE_RUNNING", f"Governance may rule on it until {moment(until)}; come back then."
        )
    return (
        "End the challenge",
        "Nobody ruled on it in time. Your wallet ends it: the challenger gets its bond back, and "
        f"the bond of {verifier} is free again.",
        [(REGISTRY, "lapse", [verifier.address, bytes.fromhex(uid[2:])])],
    )


def _withdraw(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    return (
        "Withdraw what is unbonded",
        "Your wallet takes out what is ready. It is refused while one of your attestations is "
        "challenged.",
        [(REGISTRY, "withdraw", [])],
    )


def _challenge(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    found = Attestation.objects.filter(verifier=verifier, uid=given.get("uid", "")).first()
    evidence = given.get("evidence", "").strip().removeprefix("0x")
    if found is None:
        raise CellError("ATTESTATION_UNKNOWN", "Choose one of this verifier's attestations.")
    try:
        digest = bytes.fromhex(evidence)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise CellError(
            "EVIDENCE_HASH", "Give the SHA-256 of your evidence: 64 hexadecimal digits."
        )
    registry, bond = load().address(REGISTRY), challenge_bond_units()
    return (
        "Challenge it",
        f"Your wallet posts a bond and says that this attestation of {verifier} is wrong. If "
        "governance agrees, the bond returns with half of what is slashed; if not, it is lost. "
        "Keep the evidence: governance will ask for it.",
        [
            (STABLECOIN, "approve", [registry, bond * ledger_unit()]),
            (REGISTRY, "challenge", [verifier.address, bytes.fromhex(found.uid[2:]), digest]),
        ],
    )


def claim_call(wallet: str, token: str) -> WalletCall:
    """Return the call by which a party takes what rulings and lapses left for it."""
    if not wallet or token not in (STABLECOIN, LRT):
        raise CellError("CLAIM_UNKNOWN", "Sign in, and choose one of the amounts on this page.")
    return wallet_call(
        label="Take what is yours",
        words="Your wallet takes out what a ruling, or the end of a challenge, left for it.",
        sender=wallet,
        calls=[(REGISTRY, "claim", [load().address(token)])],
    )
