"""What anyone may ask of governance over HTTP; votes are strings of digits, 1e-18."""

from typing import Any

from django.http import HttpRequest

from collateral.api.json import BadRequest, door
from governance.models import Proposal
from settlement.errors import SettlementError
from settlement.selectors import chain_time

MOST_LISTED = 100


@door("GET")
def proposals(request: HttpRequest) -> dict[str, Any]:
    """Return the newest proposals."""
    now = _now()
    return {"proposals": [fields(one, now) for one in Proposal.objects.all()[:MOST_LISTED]]}


@door("GET")
def proposal(request: HttpRequest, number: int) -> dict[str, Any]:
    """Return one proposal with its calls."""
    found = Proposal.objects.filter(number=number).first() if number < 2**256 else None
    if found is None:
        raise BadRequest("PROPOSAL_UNKNOWN", "There is no proposal of that number.", 404)
    return fields(found, _now()) | {
        "calls": [
            {"to": target, "data": data}
            for target, data in zip(found.targets, found.calls, strict=True)
        ]
    }


def fields(one: Proposal, now: int) -> dict[str, Any]:
    """Return a proposal as JSON."""
    return {
        "proposal": str(one.number),
        "standing": one.ballot.standing(now).name.lower(),
        "proposer": one.proposer,
        "reason": one.reason,
        "vote_start": one.vote_start,
        "vote_end": one.vote_end,
        "executable_from": one.executable_from or None,
        "for": str(one.votes_for),
        "against": str(one.votes_against),
        "abstain": str(one.votes_abstain),
        "quorum": str(one.quorum),
    }


def _now() -> int:
    try:
        return chain_time()
    except SettlementError as error:
        raise BadRequest("NOT_NOW", str(error), 503) from error
