"""A reader that starts from nothing ends where the one before stood."""

import os

from django.conf import settings

from benchmarks.catchup import UNBOUNDED_S, measure
from contracts.wallet import development_wallet
from lending.models import Loan
from settlement import projection
from settlement.domain import windows
from settlement.models import EventLog
from tests.chain.lending.market import MNEMONIC, USD

TRANSACTIONS = int(os.environ.get("CATCHUP_TRANSACTIONS", "60"))
TOGETHER = 500


def test_all_events_are_read_again_to_the_identical_state(world, ends_well):
    world.accept_some()
    busy_chain(world)
    opened = world.real.head().number
    world.drain()
    count, before = EventLog.objects.count(), projection.state_hashes()

    found = read_anew(world, opened)

    print(f"{found.opening.events} events at {found.events_per_s:,.0f} a second")
    assert found.opening.events + found.settling.events == count
    assert (found.opening.words, found.settling.words > 0) == (0, True)
    assert projection.state_hashes() == before
    ends_well()


def test_steps_of_one_block_and_portions_of_one_event_end_in_the_same_state(
    world, ends_well, monkeypatch
):
    world.accept_some()
    busy_chain(world)
    opened = world.real.head().number
    world.drain()
    before = projection.state_hashes()
    monkeypatch.setattr(windows, "GAS_AT_ONCE", 1)
    monkeypatch.setattr(projection, "PORTION", 1)

    read_anew(world, opened)

    assert projection.state_hashes() == before
    ends_well()


def read_anew(world, opened):
    return measure(
        chain=world.real,
        opened=opened,
        confirmations=settings.CHAIN_CONFIRMATIONS,
        budget_s=UNBOUNDED_S,
    )


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
