"""What the lenders' page asks the pool: whether the market's sanctions list clears them."""

import pytest
from django.conf import settings

from contracts.errors import CallReverted
from contracts.wallet import development_wallet
from lending.models import Tranche
from portal.acts.lenders import waiting_of
from tests.chain.governing import enact

# Contracts that answer every question with one, and that fail at every question.
LISTS_EVERYBODY = "0x600160005260206000f3"
FAILS = "0xfe"
LIST = "0x" + "5a" * 20
LENDER = development_wallet(settings.RELAYER_MNEMONIC, "lender").address


# @custom:invariant D9b
def test_without_a_list_every_lender_is_cleared(chain):
    assert [one.cleared for one in waiting_of(LENDER).values()] == [True, True]


# @custom:invariant D9b
@pytest.mark.parametrize("code", [LISTS_EVERYBODY, FAILS])
def test_a_list_that_names_a_lender_or_fails_clears_it_no_more(chain, code):
    chain.rpc.request("anvil_setCode", LIST, code)

    enact(chain, [("LoanBook", "setSanctions", [LIST])])

    waiting = waiting_of(LENDER)
    assert set(waiting) == {Tranche.SENIOR, Tranche.JUNIOR}
    assert not any(one.cleared for one in waiting.values())


# @custom:invariant D9b
def test_the_refusal_of_a_deposit_has_a_name(chain):
    chain.rpc.request("anvil_setCode", LIST, LISTS_EVERYBODY)
    enact(chain, [("LoanBook", "setSanctions", [LIST])])
    ask = chain.encode("LendingPool", "requestDeposit", Tranche.SENIOR, LENDER, LENDER, 1)

    with pytest.raises(CallReverted) as refused:
        chain.simulate(chain.address("LendingPool"), ask, chain.address("SeniorVault"))

    assert (refused.value.error, refused.value.arguments) == ("Sanctioned", {"party": LENDER})
