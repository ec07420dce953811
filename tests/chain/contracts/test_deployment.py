"""The contracts come up wired, with the committed parameters, and only once."""

import json

import pytest
from django.conf import settings

from contracts.client import Chain
from contracts.deployment import deploy_if_needed
from contracts.errors import CallReverted, DeploymentInvalid
from contracts.genesis import class_terms, load_genesis
from contracts.typed_data import attestation_schema_uid
from contracts.wallet import development_wallet


def wallet(purpose, index=0):
    return development_wallet(settings.RELAYER_MNEMONIC, purpose, index)


def test_every_contract_has_code_at_its_address(chain):
    missing = [
        name for name, address in chain.deployment.addresses.items() if not chain.code(address)
    ]

    assert missing == []


def test_the_two_registries_name_each_other(chain):
    vouched = chain.call("VerifierRegistry", "assetRegistry")
    bonds = chain.call("AssetRegistry", "verifierRegistry")

    assert vouched == chain.address("AssetRegistry")
    assert bonds == chain.address("VerifierRegistry")


def test_restaking_bonds_are_valued_by_the_oracle_and_the_risk_terms(chain):
    token = chain.address("TestRestakingToken")

    assert chain.call("VerifierRegistry", "isRestakingToken", token) is True
    assert chain.call("VerifierRegistry", "oracle") == chain.address("ValuationOracle")
    assert chain.call("VerifierRegistry", "riskTerms") == chain.address("RiskTerms")


def test_every_class_has_the_committed_terms(chain):
    classes = load_genesis()["classes"]

    stored = chain.calls([("RiskTerms", "termsOf", (row["id"],)) for row in classes])

    assert stored == [class_terms(row["terms"]) for row in classes]


def test_every_class_that_can_be_minted_has_its_roles(chain):
    classes = load_genesis()["classes"]

    roles = [chain.call("AssetRegistry", "requiredRoles", row["id"]) for row in classes]

    assert roles == [row["required_roles"] for row in classes]


def test_each_lane_has_an_escrow_of_its_own(chain):
    lanes = chain.deployment.lanes

    assert len(set(lanes)) == load_genesis()["lanes"]
    assert [chain.call("LoanBook", "escrowOf", lane) for lane in range(len(lanes))] == list(lanes)


def test_a_relayer_may_settle_its_own_lane_only(chain):
    data = chain.encode("LoanBook", "settle", 1, [])
    book = chain.address("LoanBook")

    chain.simulate(book, data, wallet("lane", 1).address)
    with pytest.raises(CallReverted) as refused:
        chain.simulate(book, data, wallet("lane", 0).address)

    assert refused.value.error == "NotRelayer"
    assert refused.value.arguments["lane"] == 1


def test_every_class_starts_with_the_committed_cap(chain):
    classes = load_genesis()["classes"]

    caps = chain.calls([("RiskTerms", "capOf", (row["id"],)) for row in classes])

    for row, cap in zip(classes, caps, strict=True):
        assert row["start_cap_units"] <= cap < row["cap_units"]


def test_the_timelock_may_set_terms_and_whoever_deployed_may_not(chain):
    cap = chain.encode("RiskTerms", "setCap", 1, 1)

    chain.simulate(chain.address("RiskTerms"), cap, chain.address("BallastTimelock"))
    with pytest.raises(CallReverted) as refused:
        chain.simulate(chain.address("RiskTerms"), cap, wallet("governor").address)

    assert refused.value.error == "AccessManagedUnauthorized"


def test_the_guardian_may_void_and_the_governor_may_not_do_it_for_it(chain):
    data = chain.encode("ValuationOracle", "void", 1)
    oracle = chain.address("ValuationOracle")

    with pytest.raises(CallReverted) as by_guardian:
        chain.simulate(oracle, data, wallet("guardian").address)
    with pytest.raises(CallReverted) as by_relayer:
        chain.simulate(oracle, data, wallet("relayer").address)

    assert by_guardian.value.error != "AccessManagedUnauthorized"
    assert by_relayer.value.error == "AccessManagedUnauthorized"


def test_the_attestation_schema_is_registered(chain):
    record = chain.call("SchemaRegistry", "getSchema", attestation_schema_uid())

    assert record["uid"] == attestation_schema_uid()
    assert record["revocable"] is True


def test_a_second_start_finds_the_deployment(chain, anvil, tmp_path):
    path = tmp_path / "deployment.json"
    head = chain.head().number

    again = deploy_if_needed(anvil, path)

    assert again == chain.deployment
    assert chain.head().number == head


def test_a_record_of_another_chain_is_refused(chain, anvil, tmp_path):
    path = tmp_path / "deployment.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"genesis_hash": "0x" + "12" * 32}))

    with pytest.raises(DeploymentInvalid, match="RESET=1"):
        deploy_if_needed(anvil, path)


def test_a_record_whose_contracts_the_chain_has_lost_is_made_anew(chain, anvil, tmp_path):
    path = tmp_path / "deployment.json"
    nowhere = "0x00000000000000000000000000000000000000Ff"
    record = json.loads(path.read_text())
    record["addresses"]["AuctionHouse"] = nowhere
    path.write_text(json.dumps(record))

    made = deploy_if_needed(anvil, path)

    assert Chain(anvil, made).code(made.address("AuctionHouse"))


def test_a_record_that_cannot_be_read_is_refused_in_a_sentence(anvil, tmp_path):
    path = tmp_path / "deployment.json"
    path.write_text("{")

    with pytest.raises(DeploymentInvalid, match="cannot be read"):
        deploy_if_needed(anvil, path)
