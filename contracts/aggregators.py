"""Reading price aggregators that others run, in the form that Chainlink made common."""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from contracts.abi import checksum
from contracts.client import Chain
from contracts.errors import ChainRejected, ChainUnavailable

# The first four bytes of the hash of each function's signature.
_DECIMALS, _LATEST_ROUND, _AGGREGATOR = "0x313ce567", "0xfeaf968c", "0x245a7bfc"
_MIN_ANSWER, _MAX_ANSWER = "0x22adbc78", "0x70da2f67"
_ROUND = ("uint80", "int256", "uint256", "uint256", "uint80")


@dataclass(frozen=True, kw_only=True)
class AggregatorRound:
    """What an aggregator says at one block: ``answer · 10^-decimals``; times in unix seconds.

    The least and greatest answer are None where the aggregator has none.
    """

    block: int
    block_hash: str
    decimals: int
    round_id: int
    answer: int
    started_at: int
    updated_at: int
    answered_in_round: int
    min_answer: int | None
    max_answer: int | None


def read_aggregator(chain: Chain, address: str) -> AggregatorRound:
    """Return the newest round of an aggregator, all of it as of one block.

    Raises `ChainRejected` where there is no aggregator at the address.
    """
    head = chain.head()
    decimals, newest, behind = _ask(
        chain, address, head.number, _DECIMALS, _LATEST_ROUND, _AGGREGATOR
    )
    round_ = _decoded(newest, *_ROUND)
    if round_ is None or (places := _decoded(decimals, "uint8")) is None:
        raise ChainRejected(0, f"there is no price aggregator at {address}")
    # A proxy keeps its bounds in the aggregator behind it; older ones have theirs themselves.
    bounded = _decoded(behind, "address")
    least, most = _ask(
        chain, checksum(bounded[0]) if bounded else address, head.number, _MIN_ANSWER, _MAX_ANSWER
    )
    return AggregatorRound(
        block=head.number,
        block_hash=head.hash,
        decimals=places[0],
        round_id=round_[0],
        answer=round_[1],
        started_at=round_[2],
        updated_at=round_[3],
        answered_in_round=round_[4],
        min_answer=_first(_decoded(least, "int192")),
        max_answer=_first(_decoded(most, "int192")),
    )


def _ask(chain: Chain, address: str, block: int, *selectors: str) -> list[bytes]:
    """Return what each function gives, nothing where the call reverts."""
    calls = [("eth_call", ({"to": address, "data": one}, hex(block))) for one in selectors]
    found = chain.rpc.batch(calls)
    if failed := next((one for one in found if isinstance(one, ChainUnavailable)), None):
        raise failed
    return [b"" if isinstance(one, Exception) else bytes.fromhex(one[2:]) for one in found]


def _decoded(data: bytes, *types: str) -> tuple[Any, ...] | None:
    try:
        return tuple(decode(types, data)) if data else None
    except DecodingError:
        return None


def _first(values: tuple[Any, ...] | None) -> int | None:
    return int(values[0]) if values else None
