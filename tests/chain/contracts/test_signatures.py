"""What our wallets sign is what the contracts accept."""

import pytest
from django.conf import settings
from eth_utils.crypto import keccak

from contracts import events, typed_data
from contracts.wallet import development_wallet, development_wallets
from tests.chain.contracts.admitting import admit
from tests.chain.contracts.sending import send

CAR = 2
ROLES = (1, 2)
VALUE_UNITS = 20_000_000_000


@pytest.fixture
def governor():
    return development_wallet(settings.RELAYER_MNEMONIC, "governor")


@pytest.fixture
def verifiers(chain, governor):
    """One bonded verifier for each role of a car, sorted by address."""
    wallets = development_wallets(settings.RELAYER_MNEMONIC, "verifier", len(ROLES))
    roles = {wallet.address: role for wallet, role in zip(wallets, ROLES, strict=True)}
    admit(chain, governor, roles=roles, class_id=CAR)
    return list(zip(wallets, ROLES, strict=True))


def attestation(chain, owner, role):
    now = chain.head().timestamp
    return typed_data.attestation(
        chain_id=31337,
        eas=chain.address("EAS"),
        eas_version=chain.deployment.parameters["eas_version"],
        registry=chain.address("AssetRegistry"),
        owner=owner,
        class_id=CAR,
        role=role,
        anchors=[b"\x0a" * 32],
        identity_commitment=b"\x0b" * 32,
        evidence_root=b"\x0c" * 32,
        value_units=VALUE_UNITS,
        time=now,
        observed_at=now,
        valid_until=now + 86_400 * 90,
        salt=bytes([role]) * 32,
    )


def mint_request(chain, owner, verifiers):
    signed = []
    for wallet, role in sorted(verifiers, key=lambda pair: int(pair[0].address, 16)):
        message = attestation(chain, owner, role)
        signed.append(
            {
                "attester": wallet.address,
                "role": role,
                "value": VALUE_UNITS,
                "time": message["message"]["time"],
                "observedAt": message["message"]["time"],
                "validUntil": message["message"]["expirationTime"],
                "salt": message["message"]["salt"],
                "signature": wallet.sign_typed_data(message),
            }
        )
    return {
        "owner": owner,
        "originator": typed_data.ZERO_ADDRESS,
        "classId": CAR,
        "anchors": [b"\x0a" * 32],
        "identityCommitment": b"\x0b" * 32,
        "evidenceRoot": b"\x0c" * 32,
        "attestations": signed,
    }


def test_an_asset_is_minted_on_our_attestations_and_their_uids_are_ours(chain, governor, verifiers):
    owner = development_wallet(settings.RELAYER_MNEMONIC, "owner").address
    request = mint_request(chain, owner, verifiers)
    uids = {
        "0x" + typed_data.attestation_uid(attestation(chain, owner, role)).hex() for role in ROLES
    }

    receipt = send(chain, governor, "AssetRegistry", "mint", request, gas=2_000_000)

    assert receipt.succeeded, chain.revert_reason(receipt.tx_hash)
    decoded = events.decode_all(receipt.logs, chain.deployment)
    minted = next(event for event in decoded if event.name == "AssetMinted")
    spent = {event.args["uid"] for event in decoded if event.name == "AttestationSpent"}
    assert minted.args["appraisalCap"] == VALUE_UNITS
    assert chain.call("AssetRegistry", "ownerOf", minted.args["tokenId"]) == owner
    assert len(spent) == len(ROLES)
    assert spent == uids


def test_an_attestation_of_another_value_is_refused(chain, governor, verifiers):
    owner = development_wallet(settings.RELAYER_MNEMONIC, "owner").address
    request = mint_request(chain, owner, verifiers)
    request["attestations"][0]["value"] += 1

    receipt = send(chain, governor, "AssetRegistry", "mint", request, gas=2_000_000)

    assert not receipt.succeeded
    assert chain.revert_reason(receipt.tx_hash).error == "InvalidSigner"


def signed_round(chain, reporters, number=1):
    message = {
        "round": number,
        "observedAt": chain.head().timestamp - 10,
        "root": keccak(b"root %d" % number),
        "contentHash": keccak(b"content %d" % number),
    }
    oracle = chain.address("ValuationOracle")
    data = typed_data.round(chain_id=31337, oracle=oracle, message=message)
    by_address = sorted(reporters, key=lambda wallet: int(wallet.address, 16))
    return message, [typed_data.compact(wallet.sign_typed_data(data)) for wallet in by_address]


def test_a_round_is_published_on_five_of_seven_signatures(chain, governor):
    reporters = development_wallets(settings.RELAYER_MNEMONIC, "reporter", 7)
    message, signatures = signed_round(chain, reporters[:5])

    receipt = send(chain, governor, "ValuationOracle", "publish", message, signatures)

    assert receipt.succeeded, chain.revert_reason(receipt.tx_hash)
    assert chain.call("ValuationOracle", "rounds")[0] == 1


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_round_costs_at_most_62_500_gas_as_a_whole_transaction(chain, governor, first):
    """From the third round on, when every slot has been written before."""
    reporters = sorted(
        development_wallets(settings.RELAYER_MNEMONIC, "reporter", 7),
        key=lambda wallet: int(wallet.address, 16),
    )
    receipts = []
    for number in range(1, 6):
        message, signatures = signed_round(chain, reporters[first : first + 5], number)
        receipts.append(send(chain, governor, "ValuationOracle", "publish", message, signatures))
        chain.rpc.request("evm_increaseTime", hex(86_400))
        chain.rpc.request("evm_mine")

    assert all(receipt.succeeded for receipt in receipts)
    assert max(receipt.gas_used for receipt in receipts[2:]) <= 62_500


def test_four_of_seven_signatures_are_not_enough(chain, governor):
    reporters = development_wallets(settings.RELAYER_MNEMONIC, "reporter", 7)
    message, signatures = signed_round(chain, reporters[:4])

    receipt = send(chain, governor, "ValuationOracle", "publish", message, signatures)

    assert chain.revert_reason(receipt.tx_hash).error == "NotEnoughSigners"


def test_the_loan_book_reads_our_terms_as_signed_by_the_borrower(chain, governor):
    owner = development_wallet(settings.RELAYER_MNEMONIC, "owner")
    terms = {
        "borrower": owner.address,
        "lane": 1,
        "principal": 5_000_000,
        "limit": 5_000_000,
        "maxRateBps": 2_000,
        "schedule": 1,
        "instalments": 1,
        "interval": 2_592_000,
        "assets": [5],
        "lrt": typed_data.ZERO_ADDRESS,
        "lrtAmount": 0,
        "nonce": 1,
        "deadline": chain.head().timestamp + 3_600,
    }
    book = chain.address("LoanBook")
    message = typed_data.loan_terms(chain_id=31337, loan_book=book, terms=terms)
    good = chain.encode("LoanBook", "open", terms, owner.sign_typed_data(message), [])
    forged = chain.encode("LoanBook", "open", terms, governor.sign_typed_data(message), [])

    by_owner, by_other = chain.simulate_many(
        [(book, good, governor.address), (book, forged, governor.address)]
    )

    assert by_other.error == "InvalidSignature"
    assert by_owner.error != "InvalidSignature"
