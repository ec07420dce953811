"""Calls of voters for their own wallets, from delegation to execution, and what they mean."""

from collections.abc import Sequence
from typing import Any

from collateral.domain.display import moment
from collateral.domain.keccak import keccak256
from contracts.events import UNREADABLE
from governance.domain.voting import Standing, Support
from governance.errors import GovernanceRefused
from governance.models import Proposal

GOVERNOR, TOKEN = "BallastGovernor", "BallastToken"
MOST_REASON = 1_000
# What a call means in words, and its contract, function and arguments.
Deed = tuple[str, Sequence[tuple[str, str, Sequence[Any]]]]


def delegate_call(*, holder: str, to: str) -> Deed:
    """Return the call by which a holder lends its votes' voice, to itself or another."""
    whose = "itself: they count as its own" if to == holder else to
    return (
        f"Your wallet lends the voice of the votes it holds to {whose}. Only delegated votes "
        "count, in votes that begin from now on. You keep the tokens and may change this any time.",
        [(TOKEN, "delegate", [to])],
    )


def vote_call(*, proposal: Proposal, voter: str, support: Support, reason: str, now: int) -> Deed:
    """Return the call of a vote; raises `GovernanceRefused` outside of its time, or when cast."""
    _require(proposal, now, Standing.ACTIVE)
    if proposal.votes.filter(voter=voter).exists():
        raise GovernanceRefused("voted_already", "You have voted on this; a vote cannot change.")
    said = {
        Support.FOR: "for",
        Support.AGAINST: "against",
        Support.ABSTAIN: "neither for nor against",
    }[support]
    given = reason.strip()[:MOST_REASON]
    return (
        f"Your wallet votes {said} “{proposal}”, with the votes that counted for it on "
        f"{moment(proposal.vote_start)}. A vote cannot be changed.",
        [(GOVERNOR, "castVoteWithReason", [proposal.number, int(support), given])],
    )


def queue_call(*, proposal: Proposal, now: int) -> Deed:
    """Return the call that starts the timelock of what has passed; anyone may send it."""
    _require(proposal, now, Standing.SUCCEEDED)
    return (
        "The proposal has passed. Your wallet starts its delay, in which lenders may leave "
        "before it takes effect. Anyone may.",
        [(GOVERNOR, "queue", _hashed(proposal))],
    )


def execute_call(*, proposal: Proposal, now: int) -> Deed:
    """Return the call that makes a proposal's calls; anyone may send it after the delay."""
    _require(proposal, now, Standing.QUEUED)
    if now < proposal.executable_from:
        raise GovernanceRefused(
            "delay_running", f"Its delay runs until {moment(proposal.executable_from)}."
        )
    return (
        "The delay has passed. Your wallet makes the calls of the proposal. Anyone may.",
        [(GOVERNOR, "execute", _hashed(proposal))],
    )


def cancel_call(*, proposal: Proposal, now: int) -> Deed:
    """Return the call by which its proposer takes a proposal back before the vote begins."""
    _require(proposal, now, Standing.PENDING)
    return (
        "Your wallet cancels the proposal. Its proposer may until the vote begins.",
        [(GOVERNOR, "cancel", _hashed(proposal))],
    )


def _require(proposal: Proposal, now: int, wanted: Standing) -> None:
    standing = proposal.ballot.standing(now)
    if standing != wanted:
        raise GovernanceRefused(
            "wrong_standing",
            f"The proposal is {standing.name.lower()}; this needs it to be {wanted.name.lower()}.",
        )


def _hashed(proposal: Proposal) -> list[Any]:
    """Return the arguments by which the governor knows a proposal."""
    if UNREADABLE in proposal.reason:
        raise GovernanceRefused(
            "reason_unreadable",
            "Its reason is no readable text, so its hash cannot be made here. Whoever proposed it "
            "has to send this call.",
        )
    calls = [bytes.fromhex(call[2:]) for call in proposal.calls]
    return [proposal.targets, [0] * len(calls), calls, keccak256(proposal.reason.encode())]
