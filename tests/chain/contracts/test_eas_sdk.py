"""The EAS SDK verifies what we sign, and our registry mints on what it signs (rule A2)."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from config.paths import ROOT
from contracts import events, typed_data
from contracts.wallet import development_wallet
from tests.chain.contracts.admitting import admit
from tests.chain.contracts.sending import send

SDK = ROOT / "node_modules/@ethereum-attestation-service/eas-sdk"
SCRIPT = Path(__file__).with_name("eas_sdk.js")
HOUSE = 1
ROLES = (1, 2, 4)
VALUE_UNITS = 300_000_000_000
DAY_S = 86_400
ANCHORS = [b"\x7a" * 32, b"\x7b" * 32]

pytestmark = pytest.mark.skipif(
    not SDK.is_dir(), reason="npm's EAS SDK is not installed; `make setup-dev` installs it"
)


@pytest.fixture
def governor():
    return development_wallet(settings.RELAYER_MNEMONIC, "governor")


@pytest.fixture
def owner():
    return development_wallet(settings.RELAYER_MNEMONIC, "owner").address


def verifier(role):
    return development_wallet(settings.RELAYER_MNEMONIC, "verifier", role)


def ask_sdk(chain, question):
    """Return what the SDK answers; numbers go as text."""
    node = ROOT / ".venv/bin/node"
    eas = {
        "address": chain.address("EAS"),
        "version": chain.deployment.parameters["eas_version"],
        "chainId": "31337",
    }
    asked = subprocess.run(
        [str(node) if node.exists() else shutil.which("node"), str(SCRIPT)],
        input=json.dumps({**question, "eas": eas}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout)


def statement(chain, owner, role):
    now = chain.head().timestamp
    return typed_data.attestation(
        chain_id=31337,
        eas=chain.address("EAS"),
        eas_version=chain.deployment.parameters["eas_version"],
        registry=chain.address("AssetRegistry"),
        owner=owner,
        class_id=HOUSE,
        role=role,
        anchors=ANCHORS,
        identity_commitment=b"\xab" * 32,
        evidence_root=b"\xcd" * 32,
        value_units=VALUE_UNITS,
        time=now,
        observed_at=now,
        valid_until=now + 365 * DAY_S,
        salt=bytes([role]) * 32,
    )


def as_sdk_shows_it(signed, signature, uid):
    """Return one of our attestations in the SDK's own form."""
    return {
        "version": 2,
        "uid": uid,
        "domain": {**signed["domain"], "chainId": str(signed["domain"]["chainId"])},
        "primaryType": signed["primaryType"],
        "types": {"Attest": signed["types"]["Attest"]},
        "message": typed_data.for_wallet(signed)["message"],
        "signature": "0x" + signature.hex(),
    }


def test_the_sdk_verifies_what_our_wallets_sign(chain, owner):
    signed = statement(chain, owner, 2)
    uid = "0x" + typed_data.attestation_uid(signed).hex()
    attestation = as_sdk_shows_it(signed, verifier(2).sign_typed_data(signed), uid)
    attester = verifier(2).address

    answer = ask_sdk(chain, {"ask": "verify", "attester": attester, "attestation": attestation})

    assert answer["valid"] is True


def test_the_sdk_refuses_another_attester_and_another_id(chain, owner):
    signed = statement(chain, owner, 2)
    uid = "0x" + typed_data.attestation_uid(signed).hex()
    signature = verifier(2).sign_typed_data(signed)
    mine = as_sdk_shows_it(signed, signature, uid)
    other = as_sdk_shows_it(signed, signature, "0x" + "11" * 32)

    by_another = ask_sdk(
        chain, {"ask": "verify", "attester": verifier(4).address, "attestation": mine}
    )
    with_another = ask_sdk(
        chain, {"ask": "verify", "attester": verifier(2).address, "attestation": other}
    )

    assert by_another["valid"] is False
    assert with_another["valid"] is False


def signed_by_sdk(chain, owner, role):
    """Return an attestation that the SDK encoded, salted and signed, as the registry takes it."""
    now = chain.head().timestamp
    wallet = verifier(role)
    hexed = ["0x" + anchor.hex() for anchor in ANCHORS]
    values = (
        *(31337, chain.address("AssetRegistry"), HOUSE, role, hexed, "0x" + "ab" * 32),
        *("0x" + "cd" * 32, str(VALUE_UNITS), str(now), str(now + 365 * DAY_S)),
        typed_data.ZERO_ADDRESS,
    )
    columns = [field.rsplit(" ", 1) for field in typed_data.ATTESTATION_SCHEMA.split(",")]
    answer = ask_sdk(
        chain,
        {
            "ask": "sign",
            "key": "0x" + wallet.key.hex(),
            "schema": typed_data.ATTESTATION_SCHEMA,
            "fields": [
                {"type": kind, "name": name, "value": value}
                for (kind, name), value in zip(columns, values, strict=True)
            ],
            "message": {
                "schema": "0x" + typed_data.attestation_schema_uid().hex(),
                "recipient": owner,
                "time": str(now),
                "expirationTime": str(now + 365 * DAY_S),
                "revocable": True,
                "refUID": "0x" + "00" * 32,
            },
        },
    )
    return answer["uid"], {
        "attester": wallet.address,
        "role": role,
        "value": VALUE_UNITS,
        "time": now,
        "observedAt": now,
        "validUntil": now + 365 * DAY_S,
        "salt": bytes.fromhex(answer["salt"][2:]),
        "signature": bytes.fromhex(answer["signature"][2:]),
    }


def test_the_registry_mints_on_what_the_sdk_signs(chain, governor, owner):
    admit(chain, governor, roles={verifier(role).address: role for role in ROLES}, class_id=HOUSE)
    made = [signed_by_sdk(chain, owner, role) for role in ROLES]
    request = {
        "owner": owner,
        "originator": typed_data.ZERO_ADDRESS,
        "classId": HOUSE,
        "anchors": ANCHORS,
        "identityCommitment": b"\xab" * 32,
        "evidenceRoot": b"\xcd" * 32,
        "attestations": sorted(
            (signed for _, signed in made), key=lambda one: int(one["attester"], 16)
        ),
    }

    receipt = send(chain, governor, "AssetRegistry", "mint", request, gas=2_000_000)

    assert receipt.succeeded, chain.revert_reason(receipt.tx_hash)
    decoded = events.decode_all(receipt.logs, chain.deployment)
    spent = {event.args["uid"] for event in decoded if event.name == "AttestationSpent"}
    assert spent == {uid for uid, _ in made}
