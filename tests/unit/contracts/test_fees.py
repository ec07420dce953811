"""What a transaction should pay."""

import pytest

from contracts.errors import ChainRejected
from contracts.fees import LEAST_PRIORITY_FEE_WEI, market_fees
from contracts.types import Fees

LATEST = {"baseFeePerGas": hex(1_000)}


def history(*paid):
    return {"reward": [[hex(wei)] for wei in paid]}


def test_the_cap_holds_while_the_base_fee_doubles():
    least = LEAST_PRIORITY_FEE_WEI

    assert market_fees(LATEST, history(0)) == Fees(2_000 + least, least)


def test_what_others_pay_beyond_the_base_fee_is_paid_as_in_the_cheapest_of_the_last_blocks():
    fees = market_fees(LATEST, history(9_000_000, 5_000_000, 7_000_000, 80_000_000))

    assert fees == Fees(5_002_000, 5_000_000)


@pytest.mark.parametrize(
    "silence", [ChainRejected(-32_601, "no such method"), None, {}, {"reward": [[]]}]
)
def test_a_node_without_a_history_leaves_the_least(silence):
    assert market_fees(LATEST, silence).priority_fee_wei == LEAST_PRIORITY_FEE_WEI


def test_a_chain_without_a_base_fee_has_none():
    assert market_fees({}, history(0)).max_fee_wei == LEAST_PRIORITY_FEE_WEI
