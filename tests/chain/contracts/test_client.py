"""The client against a real node."""

import pytest
from django.conf import settings

from contracts import access, events, typed_data
from contracts.client import Chain, connect, transaction_hash
from contracts.domain.conflicts import ideal_speedup
from contracts.errors import CallReverted, ChainRejected, ChainUnavailable, ContractUnknown
from contracts.wallet import development_wallet, development_wallets
from tests.chain.contracts.sending import send

HOLDER = "0x00000000000000000000000000000000000000A1"


@pytest.fixture
def relayer():
    return development_wallet(settings.RELAYER_MNEMONIC, "relayer")


def test_a_node_that_is_down_is_one_clear_sentence():
    with pytest.raises(ChainUnavailable, match="RPC_URL"):
        connect("http://127.0.0.1:9").head()


def test_one_process_has_one_connection_to_a_node():
    assert connect("http://127.0.0.1:9") is connect("http://127.0.0.1:9")


def test_a_call_changes_what_a_view_returns(chain, relayer):
    receipt = send(chain, relayer, "TestStablecoin", "mint", HOLDER, 7_000_000)

    assert receipt.succeeded
    assert chain.call("TestStablecoin", "balanceOf", HOLDER) == 7_000_000


def test_the_hash_of_a_transaction_is_known_before_it_is_sent(chain, relayer):
    raw, tx_hash = relayer.sign_transaction(
        {
            "type": 2,
            "chainId": 31337,
            "nonce": chain.transaction_count(relayer.address),
            "to": HOLDER,
            "value": 1,
            "gas": 21_000,
            "maxFeePerGas": chain.fees().max_fee_wei,
            "maxPriorityFeePerGas": 1,
        }
    )

    assert chain.send_raw(raw) == tx_hash == transaction_hash(raw)


def test_an_event_is_decoded_by_name(chain, relayer):
    receipt = send(chain, relayer, "TestStablecoin", "mint", HOLDER, 7)

    (event,) = events.decode_all(receipt.logs, chain.deployment)

    assert (event.contract, event.name) == ("TestStablecoin", "Transfer")
    assert event.args == {"from": typed_data.ZERO_ADDRESS, "to": HOLDER, "value": 7}


def test_an_event_with_a_struct_is_decoded_by_the_names_of_its_fields(chain):
    logs = chain.logs(0, chain.head().number, [chain.address("RiskTerms")])

    decoded = events.decode_all(logs, chain.deployment)

    terms = next(event for event in decoded if event.name == "ClassTermsSet").args
    assert terms["classId"] == 1
    assert terms["terms"]["maxLtvBps"] == 6_000


def test_a_log_of_somebody_elses_contract_is_no_event(chain, relayer):
    receipt = send(chain, relayer, "TestStablecoin", "mint", HOLDER, 7)
    log = type(receipt.logs[0])(
        **{
            **{name: getattr(receipt.logs[0], name) for name in receipt.logs[0].__slots__},
            "address": HOLDER,
        }
    )

    assert events.decode(log, chain.deployment) is None


def test_a_refused_call_names_the_contracts_error(chain, relayer):
    data = chain.encode("TestStablecoin", "transfer", HOLDER, 5)

    with pytest.raises(CallReverted) as refused:
        chain.simulate(chain.address("TestStablecoin"), data, relayer.address)

    assert refused.value.error == "ERC20InsufficientBalance"
    assert refused.value.arguments["needed"] == 5


def test_calls_are_simulated_one_after_the_other(chain, relayer):
    token = chain.address("TestStablecoin")
    calls = [
        (token, chain.encode("TestStablecoin", "transfer", HOLDER, 5), relayer.address),
        (token, chain.encode("TestStablecoin", "mint", relayer.address, 5), relayer.address),
        (token, chain.encode("TestStablecoin", "transfer", HOLDER, 5), relayer.address),
    ]

    before, minted, after = chain.simulate_many(calls)

    assert isinstance(before, CallReverted)
    assert minted > 21_000 and after > 21_000
    assert chain.call("TestStablecoin", "balanceOf", HOLDER) == 0


def test_gas_that_a_simulation_gives_is_the_gas_of_the_receipt(chain, relayer):
    data = chain.encode("TestStablecoin", "mint", HOLDER, 5)
    (gas_used,) = chain.simulate_many([(chain.address("TestStablecoin"), data, relayer.address)])

    receipt = send(chain, relayer, "TestStablecoin", "mint", HOLDER, 5)

    assert receipt.gas_used == gas_used


def test_the_reason_of_a_mined_revert_can_be_had(chain, relayer):
    receipt = send(chain, relayer, "TestStablecoin", "transfer", HOLDER, 5)

    reason = chain.revert_reason(receipt.tx_hash)

    assert not receipt.succeeded
    assert reason.error == "ERC20InsufficientBalance"


def test_a_transaction_that_the_node_refuses_is_an_error_in_its_place(chain):
    results = chain.send_many([b"\x02\xc0", b"\x01"])

    assert all(isinstance(result, ChainRejected) for result in results)


def test_an_unknown_function_is_named(chain):
    with pytest.raises(ContractUnknown, match="no function burn"):
        chain.call("TestStablecoin", "burn", 5)


def test_a_wrong_number_of_arguments_is_named(chain):
    with pytest.raises(ContractUnknown, match="takes 2 arguments"):
        chain.encode("TestStablecoin", "mint", 5)


def test_the_schema_of_attestations_and_the_typed_data_are_those_of_the_contracts(chain):
    message = {
        "round": 1,
        "observedAt": 2,
        "root": b"\x01" * 32,
        "contentHash": b"\x02" * 32,
    }
    oracle = chain.address("ValuationOracle")
    ours = typed_data.round(chain_id=31337, oracle=oracle, message=message)

    domain = chain.call("ValuationOracle", "eip712Domain")

    assert domain[1:5] == (
        ours["domain"]["name"],
        ours["domain"]["version"],
        31337,
        oracle,
    )


def test_transactions_for_different_parties_touch_nothing_in_common(chain):
    wallets = development_wallets(settings.RELAYER_MNEMONIC, "relayer", 3)
    supply_is_shared = [
        send(chain, wallet, "TestStablecoin", "mint", wallet.address, 5) for wallet in wallets
    ]
    approvals = [send(chain, wallet, "TestStablecoin", "approve", HOLDER, 5) for wallet in wallets]

    shared = access.access_sets(chain, [receipt.tx_hash for receipt in supply_is_shared])
    apart = access.access_sets(chain, [receipt.tx_hash for receipt in approvals])

    gas = approvals[0].gas_used
    assert ideal_speedup(shared).critical_path_gas == ideal_speedup(shared).total_gas
    assert ideal_speedup(apart).critical_path_gas == gas
    assert ideal_speedup(apart).total_gas == 3 * gas


def test_a_chain_resolves_names_of_the_deployment_it_was_given(chain):
    other = Chain(chain.rpc.url, chain.deployment)

    assert other.address("LoanBook") == chain.address("LoanBook")
    with pytest.raises(ContractUnknown):
        other.address("Nothing")
