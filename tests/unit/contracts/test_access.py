"""What a trace says that transactions touched: slots, and the accounts themselves."""

from types import SimpleNamespace

import pytest

from contracts.access import access_sets

BOOK, ESCROW, MADE = "0xB00C", "0xE5C0", "0x1ADE"
SENDER, MINER = "0xSENDER".lower(), "0xMINER".lower()


class TracedChain:
    """A chain with one transaction, whose two traces are given."""

    def __init__(self, before, diff):
        self.before, self.diff, self.rpc = before, diff, self

    def traces(self, tx_hashes, diff=False):
        return [self.diff if diff else self.before]

    def receipts_of(self, tx_hashes):
        return [SimpleNamespace(gas_used=21_000)]

    def batch_strict(self, calls):
        if calls[0][0] == "eth_getTransactionByHash":
            return [{"from": SENDER, "blockNumber": "0x1"}]
        return [{"miner": MINER}]


@pytest.fixture
def creation():
    """The book has an escrow make a contract: the escrow's nonce moves, the book's does not."""
    before = {
        BOOK: {"nonce": 1, "code": "0x60", "storage": {"0x0": "0x1", "0x2": "0x5"}},
        ESCROW: {"nonce": 1, "code": "0x61"},
        SENDER: {"nonce": 7, "balance": "0x9"},
    }
    diff = {
        "pre": {BOOK: {"storage": {"0x2": "0x5"}}, ESCROW: {"nonce": 1}, SENDER: {"nonce": 7}},
        "post": {
            ESCROW: {"nonce": 2},
            MADE: {"nonce": 1, "code": "0x62"},
            SENDER: {"nonce": 8},
        },
    }
    return TracedChain(before, diff)


# @custom:invariant L1
def test_the_nonce_of_who_makes_a_contract_is_written_and_so_is_the_contract(creation):
    (access,) = access_sets(creation, ["0x1"])

    assert access.writes == {"0xb00c:0x2", "0xe5c0:nonce", "0x1ade:nonce", "0x1ade:code"}


def test_code_that_runs_and_slots_that_stay_are_read(creation):
    (access,) = access_sets(creation, ["0x1"])

    assert access.reads == {"0xb00c:0x0", "0xb00c:nonce", "0xb00c:code", "0xe5c0:code"}


def test_what_every_chain_handles_by_itself_is_left_out(creation):
    (access,) = access_sets(creation, ["0x1"])

    assert not any(key.startswith((SENDER, MINER)) for key in access.reads | access.writes)
