"""Proposals as those who vote must read them: which function of which contract, with what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.abi import decode_call
from contracts.deployment_record import load
from governance.models import Proposal


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """One call of a proposal; without a function when no contract of ours has it."""

    contract: str
    function: str
    arguments: dict[str, Any]
    data: str


def decoded_calls(proposal: Proposal) -> Sequence[Decoded]:
    """Return a proposal's calls in order. The governor refuses a proposal whose lists differ in
    length, and our deployment names the contracts.
    """
    deployment = load()
    pairs = zip(proposal.targets, proposal.calls, strict=True)
    return [_decoded(deployment.name_of(target) or "", target, data) for target, data in pairs]


def _decoded(contract: str, target: str, data: str) -> Decoded:
    found = decode_call(contract, bytes.fromhex(data[2:])) if contract else None
    if found is None:
        return Decoded(contract=contract or target, function="", arguments={}, data=data)
    function, arguments = found
    return Decoded(contract=contract, function=function, arguments=arguments, data=data)
