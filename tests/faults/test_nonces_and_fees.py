"""Nonces that are ahead, missing or taken by others, and fees that rise (faults 13 to 18)."""

import pytest

from contracts.wallet import development_wallet
from settlement.domain.profiles import PROFILES
from settlement.models import Batch, BatchStatus, Incident, IncidentKind, Signer
from tests.chain.lending.market import MNEMONIC
from tests.faults.support import lies
from tests.faults.support.proxy import hashes

GWEI = 10**9
LONG_S = 90


def lane_key(world):
    """The signer of the first lane, and the key itself."""
    signer = Signer.objects.get(lane=world.lanes[0], retired_at__isnull=True)
    return signer, development_wallet(MNEMONIC, "lane", signer.key_index)


def send_foreign(world, count=1):
    """Let somebody else use the lane's key; return the hashes."""
    signer, wallet = lane_key(world)
    sent = []
    for _ in range(count):
        raw, tx_hash = wallet.sign_transaction(
            {
                "type": 2,
                "chainId": 31_337,
                "nonce": world.real.transaction_count(signer.address, "latest") + len(sent),
                "to": signer.address,
                "value": 0,
                "gas": 21_000,
                "maxFeePerGas": 100 * GWEI,
                "maxPriorityFeePerGas": GWEI,
            }
        )
        world.real.send_raw(raw)
        sent.append(tx_hash)
    world.mine()
    world.foreign += count
    return sent


@pytest.mark.fault(13)
def test_twenty_that_arrive_in_any_order_are_released_in_order(world, ends_well):
    world.accept_calls(12, lane=world.lanes[0])
    world.node.tell(
        lies.refused("nonce too high", chance=0.5, times=12),
        lies.silently_dropped(chance=0.3, times=4),
    )

    world.beats(4)

    ends_well()


@pytest.mark.fault(13)
def test_five_minutes_without_a_line_leave_no_jam(world, ends_well):
    world.accept_some()
    world.node.tell(lies.unreachable(times=30))
    for _ in range(5):
        world.beat()
        world.let_pass(60)
    world.accept_some()

    ends_well()


@pytest.mark.fault(14)
def test_the_middle_one_that_the_pool_lost_is_back_within_two_blocks(world, ends_well):
    world.accept_calls(3, lane=world.lanes[0])
    world.beat()
    _, middle, last = hashes(world.node.submitted)
    world.real.rpc.request("anvil_dropTransaction", middle)
    world.mine()

    world.let_pass(7)
    for _ in range(2):
        world.beat()
        world.mine()

    assert world.real.receipt(middle) is not None
    assert world.real.receipt(last) is not None
    ends_well()


@pytest.mark.fault(15)
def test_a_nonce_that_a_stranger_used_is_noticed_and_the_batch_goes_under_another(world, ends_well):
    world.accept_calls(2, lane=world.lanes[0])
    world.node.tell(lies.silently_dropped(times=2))
    world.beat()
    send_foreign(world)

    world.beats(4)

    assert Incident.objects.filter(kind=IncidentKind.FOREIGN_TRANSACTION).exists()
    ends_well()


@pytest.mark.fault(15)
def test_a_stranger_before_the_claim_costs_nothing(world, ends_well):
    send_foreign(world, count=2)
    world.accept_calls(3, lane=world.lanes[0])

    world.beats(2)

    ends_well()


@pytest.mark.fault(16)
def test_the_first_replacement_is_taken_by_a_node_that_wants_a_tenth_more(world, ends_well):
    world.accept_calls(2, lane=world.lanes[0])
    world.beat()
    first = hashes(world.node.submitted)

    world.let_pass(LONG_S)
    world.beat()

    replaced = Batch.objects.exclude(replaced_hashes=[])
    assert replaced.count() == 2
    assert not replaced.filter(error__contains="underpriced").exists()
    assert all(world.node.rules.is_pending(batch.tx_hash) for batch in replaced)
    assert not any(world.node.rules.is_pending(tx_hash) for tx_hash in first)
    ends_well()


@pytest.mark.fault(18)
def test_an_old_attempt_that_is_mined_after_its_replacement_was_sent_is_credited(world, ends_well):
    world.accept_calls(2, lane=world.lanes[0])
    world.beat()
    first = hashes(world.node.submitted)
    world.let_pass(LONG_S)
    world.node.tell(lies.silently_dropped())
    world.beat()
    assert Batch.objects.exclude(replaced_hashes=[]).count() == 2
    world.mine()

    ends_well()

    credited = Batch.objects.filter(client_key__in=world.calls)
    assert set(credited.values_list("tx_hash", flat=True)) == set(first)


@pytest.mark.fault(17)
def test_a_base_fee_that_rises_eightfold_is_followed(world, ends_well):
    world.accept_some()
    world.beat()
    fee = int(world.real.rpc.request("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    for step in range(1, 7):
        world.real.rpc.request("anvil_setNextBlockBaseFeePerGas", hex(fee * (1 << (step + 1) // 2)))
        world.mine()
        world.let_pass(LONG_S)
        world.beat()

    ends_well()


@pytest.mark.fault(17)
def test_above_the_dearest_fee_nothing_new_is_sent_until_it_has_come_down(
    world, ends_well, settings
):
    most = PROFILES[settings.CHAIN_PROFILE].most_fee_wei
    world.real.rpc.request("anvil_setNextBlockBaseFeePerGas", hex(most))
    world.mine()
    world.accept_calls(3, lane=world.lanes[0])

    world.beat()

    assert world.node.submitted == []
    assert not Batch.objects.filter(client_key__in=world.calls, nonce__isnull=False).exists()
    world.real.rpc.request("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    world.mine()
    ends_well()


@pytest.mark.fault(25)
def test_a_key_without_money_sends_nothing_and_goes_on_when_it_is_filled(world, ends_well):
    signer, _ = lane_key(world)
    world.accept_calls(3, lane=world.lanes[0])
    world.real.rpc.request("anvil_setBalance", signer.address, "0x0")

    world.beats(3)
    assert not Batch.objects.filter(client_key__in=world.calls, status=BatchStatus.FINAL).exists()

    world.real.rpc.request("anvil_setBalance", signer.address, hex(10**21))
    ends_well()


def test_a_key_whose_account_is_delegated_is_paused_and_says_why(world, ends_well):
    signer, _ = lane_key(world)
    world.real.rpc.request("anvil_setCode", signer.address, "0xef0100" + "11" * 20)
    world.accept_calls(2, lane=world.lanes[0])

    world.beat()

    assert world.node.submitted == []
    assert "EIP-7702" in Signer.objects.get(pk=signer.pk).paused
    world.real.rpc.request("anvil_setCode", signer.address, "0x")
    Signer.objects.update(paused="")
    ends_well()


@pytest.mark.fault(22)
def test_the_node_takes_no_more_gas_than_two_to_the_twenty_four(world):
    gas = world.one_of([1 << 24, (1 << 24) + 1])
    signer, wallet = lane_key(world)
    raw, tx_hash = wallet.sign_transaction(
        {
            "type": 2,
            "chainId": 31_337,
            "nonce": world.real.transaction_count(signer.address, "latest"),
            "to": signer.address,
            "value": 0,
            "gas": gas,
            "maxFeePerGas": 100 * GWEI,
            "maxPriorityFeePerGas": GWEI,
        }
    )

    (answer,) = world.chain.send_many([raw])

    assert (answer == tx_hash) == (gas == 1 << 24)
