"""Logs as events: what a stranger writes as text never stops the reader."""

import pytest
from eth_abi.abi import encode

from contracts import events
from contracts.abi import abi_of
from contracts.deployment_record import Deployment
from contracts.types import Log

GOVERNOR = "0x" + "61" * 20
VOTER = "0x" + "00" * 12 + "70997970c51812dc3a010c7d01b50e0d17dc79c8"


def vote_with(reason: bytes) -> Log:
    """A vote's log whose reason is any bytes, as the governor emits them."""
    (cast,) = [
        item for item in abi_of("BallastGovernor").events.values() if item.name == "VoteCast"
    ]
    return Log(
        address=GOVERNOR,
        topics=[cast.identifier, bytes.fromhex(VOTER[2:])],
        data=encode(["uint256", "uint8", "uint256", "bytes"], [7, 1, 5, reason]),
        block_number=1,
        block_hash="0x" + "b" * 64,
        tx_hash="0x" + "c" * 64,
        log_index=0,
    )


@pytest.mark.parametrize(
    ("reason", "read"),
    [
        (b"Yes, because it helps.", "Yes, because it helps."),
        ("Größer".encode(), "Größer"),
        (b"\xff\xfe bad", "\ufffd\ufffd bad"),
        (b"nul \x00 here", "nul \ufffd here"),
        (b"", ""),
    ],
)
def test_any_bytes_as_a_reason_are_read_as_text(reason, read):
    deployment = Deployment(31_337, "0x", 0, {"BallastGovernor": GOVERNOR}, (), {})

    event = events.decode(vote_with(reason), deployment)

    assert event.args["reason"] == read
    assert event.args["weight"] == 5
