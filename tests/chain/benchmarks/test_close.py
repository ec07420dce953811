"""A close of the largest market that there can be fits one transaction (EIP-7825)."""

from collections.abc import Iterator

import pytest

from benchmarks.market import DAY, LENT, PURSE, UNLIMITED, USD, Market
from benchmarks.node import own_chain
from benchmarks.transactions import account
from contracts.types import Receipt
from settlement.domain.profiles import TX_CAP

LANES, CLASSES = 64, 20
SHIPPED_CLASSES = 14
# A tenth less than a transaction may have.
MOST_GAS = TX_CAP * 9 // 10
LENDER = account("lender")
BORROWER = account("borrower")
RESERVED = 10_000_000 * USD


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with own_chain() as url:
        yield Market(url, lanes=LANES, more_classes=CLASSES - SHIPPED_CLASSES)


def close(market: Market) -> Receipt:
    """Close a day after the last close: every cap has grown, and so every room changes."""
    market.sender.wait(DAY)
    return market.send(LENDER, "LendingPool", "closeEpoch")


def cash_of_lanes(market: Market) -> list[int]:
    states = market.chain.calls([("LoanBook", "laneOf", (lane,)) for lane in range(LANES)])
    return [state["cash"] for state in states]


def rooms(market: Market) -> list[int]:
    places = [(lane, number) for lane in range(LANES) for number in range(1, CLASSES + 1)]
    found = market.chain.calls([("LoanBook", "roomOf", place) for place in places])
    return [room["left"] for room in found]


# @custom:invariant L4b
def test_the_first_close_fits(market):
    assert all(rooms(market))
    assert all(cash_of_lanes(market))
    assert market.first_close.gas_used <= MOST_GAS


# @custom:invariant L4b L2
def test_a_close_fits_that_brings_every_lane_cash_for_reserved_draws(market):
    market.send(BORROWER, "TestStablecoin", "mint", BORROWER, PURSE)
    market.send(BORROWER, "TestStablecoin", "approve", market.chain.address("LendingPool"), PURSE)
    market.sender.send_all(
        [market.call(BORROWER, "LendingPool", "reserveDraw", n, RESERVED) for n in range(LANES)]
    )
    cash, room = cash_of_lanes(market), rooms(market)

    closed = close(market)

    assert all(now > before for now, before in zip(cash_of_lanes(market), cash, strict=True))
    assert all(now != before for now, before in zip(rooms(market), room, strict=True))
    assert closed.gas_used <= MOST_GAS


# @custom:invariant L4b
def test_a_close_fits_that_takes_cash_from_every_lane_and_fills_all_requests(market):
    for vault, share in (("SeniorVault", "SeniorShare"), ("JuniorVault", "JuniorShare")):
        ready = market.chain.call(vault, "maxDeposit", LENDER)
        market.send(LENDER, vault, "deposit", ready, LENDER, LENDER)
        shares = market.chain.call(share, "balanceOf", LENDER)
        market.send(LENDER, vault, "requestRedeem", shares * 6 // 10, LENDER, LENDER)
        market.send(BORROWER, "TestStablecoin", "approve", market.chain.address(vault), UNLIMITED)
        market.send(BORROWER, vault, "requestDeposit", 1_000 * USD, BORROWER, BORROWER)
    between = close(market)
    cash, room = cash_of_lanes(market), rooms(market)

    closed = close(market)

    assert all(now < before for now, before in zip(cash_of_lanes(market), cash, strict=True))
    assert all(now != before for now, before in zip(rooms(market), room, strict=True))
    assert market.chain.call("SeniorVault", "maxWithdraw", LENDER) > LENT // 2
    assert max(between.gas_used, closed.gas_used) <= MOST_GAS


def test_no_transaction_of_a_deployment_is_larger(market):
    last = market.first_close.block_number
    blocks = [market.chain.rpc.request("eth_getBlockByNumber", hex(n), True) for n in range(last)]

    limits = [int(sent["gas"], 16) for block in blocks for sent in block["transactions"]]

    assert limits
    assert max(limits) <= TX_CAP
