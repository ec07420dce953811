"""The reconciliation finds what differs, and says it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from lending.models import Lane, Loan, LoanCollateral, PoolState, TokenBalance
from lending.services import reconcile
from tests.chain.lending.market import DAY, ETHER, USD

MANY = 5_000
REVERTING = "0x60006000fd"


@pytest.fixture
def loan(market) -> Loan:
    return market.open(lrt_amount=10 * ETHER, principal=12_000 * USD)


def test_one_unit_off_anywhere_is_a_sentence(market, loan):
    changes = (
        (Loan.objects.filter(pk=loan.pk), {"principal": loan.principal + 1}, f"{loan}: principal"),
        (Loan.objects.filter(pk=loan.pk), {"grace_period": 1}, f"{loan}: cardHash"),
        (LoanCollateral.objects.all(), {"lrt_amount": 1}, f"{loan}: cardHash"),
        (Lane.objects.filter(pk=1), {"cash": 5}, "Lane 1: cash"),
        (Lane.objects.filter(pk=1), {"stuck_since": 1}, "Pool: stuckSince"),
        (PoolState.objects.all(), {"reserve": 7}, "Pool: reserve"),
        (TokenBalance.objects.filter(pk=TokenBalance.objects.first().pk), {"amount": 3}, " of 0x"),
    )
    for rows, change, words in changes:
        before = rows.values(*change).get() if rows.count() == 1 else {}
        rows.update(**change)

        found = reconcile(chain=market.chain).differences

        assert any(words in sentence for sentence in found), words
        assert all(sentence.endswith(".") for sentence in found)
        rows.update(**before)


def test_both_sides_count_a_stuck_lanes_cash_zero_and_again_when_it_works(market, loan):
    # The others lent nothing, so the close takes cash from them; this one's escrow breaks.
    escrow = Lane.objects.exclude(pk=loan.lane_id).first().escrow
    code = market.chain.rpc.request("eth_getCode", escrow, "latest")
    market.chain.rpc.request("anvil_setCode", escrow, REVERTING)
    market.wait(DAY)
    market.close_epoch()
    stuck, found = Lane.objects.get(escrow=escrow), reconcile(chain=market.chain)
    market.chain.rpc.request("anvil_setCode", escrow, code)
    market.wait(DAY)
    market.close_epoch()

    assert stuck.stuck_since == 2
    assert found.differences == []
    assert Lane.objects.get(escrow=escrow).stuck_since == 0
    assert reconcile(chain=market.chain).differences == []


def test_the_command_ends_with_one_on_a_difference(market, loan, settings):
    settings.RPC_URL = market.chain.rpc.url
    equal = StringIO()
    call_command("reconcile", "--json", stdout=equal)
    Lane.objects.filter(pk=1).update(impaired=5)

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", stdout=StringIO())

    assert json.loads(equal.getvalue())["differences"] == []
    assert ended.value.code == 1


def test_thousands_of_values_are_compared(market):
    TokenBalance.objects.bulk_create(
        TokenBalance(token="TestStablecoin", address=f"0x{number:040x}", amount=0)
        for number in range(2**100, 2**100 + MANY)
    )

    found = reconcile(chain=market.chain)

    assert found.checked > MANY
    assert found.differences == []
