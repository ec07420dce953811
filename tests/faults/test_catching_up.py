"""A reader that starts from nothing ends where the one before stood."""

import os

from django.conf import settings

from benchmarks.catchup import measure
from contracts.wallet import development_wallet
from lending.models import Loan
from settlement import projection
from settlement.models import EventLog
from tests.chain.lending.market import MNEMONIC, USD

TRANSACTIONS = int(os.environ.get("CATCHUP_TRANSACTIONS", "60"))
TOGETHER = 500
UNBOUNDED_S = 3_600.0


def test_all_events_are_read_again_to_the_identical_state(world, ends_well):
    world.accept_some()
    busy_chain(world)
    world.drain()
    count, before = EventLog.objects.count(), projection.state_hashes()

    found = measure(
        chain=world.real, confirmations=settings.CHAIN_CONFIRMATIONS, budget_s=UNBOUNDED_S
    )

    print(f"{found.logs} logs in {found.seconds:.2f} s: {found.events_per_s:,.0f} events/s")
    assert found.logs == count
    assert found.words > 0
    assert projection.state_hashes() == before
    ends_well()


def busy_chain(world):
    """Let a borrower prefund loans, over and over: two events each, one of them of a loan."""
    borrower = development_wallet(MNEMONIC, "owner").address
    loans = list(Loan.objects.order_by("pk").values_list("pk", flat=True))
    rpc = world.real.rpc
    rpc.request("anvil_impersonateAccount", borrower)
    for start in range(0, TRANSACTIONS, TOGETHER):
        numbers = range(start, min(start + TOGETHER, TRANSACTIONS))
        rpc.batch_strict(
            [("eth_sendTransaction", (prefund(world, borrower, loans, n),)) for n in numbers]
        )
        world.mine()
    rpc.request("anvil_stopImpersonatingAccount", borrower)


def prefund(world, borrower, loans, number):
    data = world.real.encode("LoanBook", "prefund", loans[number % len(loans)], USD)
    to = world.real.address("LoanBook")
    return {"from": borrower, "to": to, "data": "0x" + data.hex(), "gas": hex(300_000)}
