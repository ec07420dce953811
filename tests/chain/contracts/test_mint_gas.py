"""What a mint with three attestations costs: the whole transaction, cold, the owner's first token.

The verifiers have attested before with an expiry in the same week; who has not pays one new slot.
"""

import pytest
from django.conf import settings

from contracts import typed_data
from contracts.wallet import development_wallet, development_wallets
from tests.chain.contracts.admitting import admit
from tests.chain.contracts.sending import send

HOUSE = 1
ROLES = (1, 2, 4)
VALUE_UNITS = 300_000_000_000
MOST_GAS = 200_000


@pytest.fixture
def governor():
    return development_wallet(settings.RELAYER_MNEMONIC, "governor")


@pytest.fixture
def verifiers(chain, governor):
    wallets = development_wallets(settings.RELAYER_MNEMONIC, "verifier", len(ROLES))
    roles = {wallet.address: role for wallet, role in zip(wallets, ROLES, strict=True)}
    admit(chain, governor, roles=roles, class_id=HOUSE)
    return sorted(zip(wallets, ROLES, strict=True), key=lambda pair: int(pair[0].address, 16))


def signed(chain, owner, anchors, wallet, role):
    now = chain.head().timestamp
    value = VALUE_UNITS if role == 2 else 0
    message = typed_data.attestation(
        chain_id=31337,
        eas=chain.address("EAS"),
        eas_version=chain.deployment.parameters["eas_version"],
        registry=chain.address("AssetRegistry"),
        owner=owner,
        class_id=HOUSE,
        role=role,
        anchors=anchors,
        identity_commitment=b"\xab" * 32,
        evidence_root=b"\xcd" * 32,
        value_units=value,
        time=now,
        observed_at=now,
        valid_until=now + 86_400 * 365,
        salt=bytes([role + 100]) * 32,
    )
    return {
        "attester": wallet.address,
        "role": role,
        "value": value,
        "time": now,
        "observedAt": now,
        "validUntil": now + 86_400 * 365,
        "salt": message["message"]["salt"],
        "signature": wallet.sign_typed_data(message),
    }


def mint_request(chain, owner, anchors, verifiers):
    return {
        "owner": owner,
        "originator": typed_data.ZERO_ADDRESS,
        "classId": HOUSE,
        "anchors": anchors,
        "identityCommitment": b"\xab" * 32,
        "evidenceRoot": b"\xcd" * 32,
        "attestations": [signed(chain, owner, anchors, *pair) for pair in verifiers],
    }


def test_a_mint_with_three_attestations_keeps_to_its_gas(chain, governor, verifiers):
    first, second = development_wallets(settings.RELAYER_MNEMONIC, "owner", 2)
    before = mint_request(chain, first.address, [b"\x7a" * 32], verifiers)
    send(chain, governor, "AssetRegistry", "mint", before, gas=1_000_000)
    request = mint_request(chain, second.address, [b"\x7b" * 32], verifiers)

    receipt = send(chain, governor, "AssetRegistry", "mint", request, gas=1_000_000)

    assert receipt.succeeded, chain.revert_reason(receipt.tx_hash)
    assert receipt.gas_used <= MOST_GAS
