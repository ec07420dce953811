"""The doors of the API: from an offered key to a message that counts, and what they refuse."""

import json

import pytest

from collateral import services
from collateral.api.devices import now_s
from collateral.domain.classes import class_by_code
from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.soft_device import SoftDevice, SoftKey
from collateral.models import TelemetryMessage
from contracts.wallet import random_wallet

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def post(client, path, body):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"/api/v1/{path}", text, content_type="application/json")


def test_a_device_goes_from_its_key_to_a_message_that_counts(client):
    owner, key = random_wallet(), SoftKey(KeyKind.ED25519, b"\x07" * 32)
    plate = {"maker": "Helium", "model": "H1", "serial": "HS-20394"}
    asset = services.register_asset(
        asset_class=class_by_code("hotspot"),
        owner_address=owner.address,
        identifiers={"serial": plate},
        attributes=plate,
    )

    offered = post(
        client,
        "devices/challenges",
        {"asset": asset.pk, "key_kind": "ed25519", "public_key": f"0x{key.public.hex()}"},
    ).json()
    enrolled = post(
        client,
        "devices",
        {
            "nonce": offered["nonce"],
            "device_signature": f"0x{key.sign(bytes.fromhex(offered['device_signs'][2:])).hex()}",
            "owner_signature": f"0x{owner.sign_text(offered['owner_signs']).hex()}",
        },
    )
    opened = client.get("/api/v1/devices/round").json()
    device = SoftDevice(enrolled.json()["device"], key)
    message = device.report(
        at=now_s(), nonce=bytes.fromhex(opened["nonce"][2:]), metrics={"power_w": 3}
    )
    answer = post(client, "telemetry", {"messages": [message, message]})

    assert enrolled.status_code == 201
    assert opened["closes_at"] > now_s()
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    assert [one["code"] for one in answer.json()["refused"]] == ["TELEMETRY_REPLAY"]
    assert TelemetryMessage.objects.get().power_w == 3


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("telemetry", "{", 400, "BODY_NOT_JSON"),
        ("telemetry", b"\xff", 400, "BODY_NOT_JSON"),
        ("telemetry", "[]", 400, "BODY_NOT_OBJECT"),
        ("telemetry", {"messages": 1}, 400, "FIELD_TYPE"),
        ("telemetry", {"messages": [0] * 5_001}, 422, "BULK_TOO_LARGE"),
        ("telemetry", "x" * 3_000_000, 413, "BODY_TOO_LARGE"),
        ("devices/challenges", {"asset": "1"}, 400, "FIELD_TYPE"),
        ("devices/challenges", {"asset": 2**70}, 400, "FIELD_TYPE"),
        (
            "devices/challenges",
            {"asset": 1, "key_kind": "p256", "public_key": "0xzz"},
            400,
            "FIELD_TYPE",
        ),
        (
            "devices/challenges",
            {"asset": 1, "key_kind": "p256", "public_key": "0x00"},
            422,
            "DEVICE_KEY",
        ),
        (
            "devices",
            {"nonce": "0x01", "device_signature": "0x01", "owner_signature": "0x01"},
            422,
            "CHALLENGE_SPENT",
        ),
        ("devices/locations", {"sightings": [1]}, 400, "FIELD_TYPE"),
        ("identifiers/check", {"scheme": "vin", "value": 1}, 400, "FIELD_TYPE"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_code(client, path, body, status, code):
    answer = post(client, path, body)

    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert answer.json()["code"] == code
    assert answer.json()["detail"].endswith(".")


def test_a_wrong_method_is_told_the_right_one(client):
    answer = client.get("/api/v1/telemetry")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_an_identifier_is_checked_as_the_command_does(client):
    answer = post(client, "identifiers/check", {"scheme": "vin", "value": "1J9RP1A3XA1644345"})

    assert (answer.status_code, answer.json()["code"]) == (200, "VIN_CHECKSUM")


def test_every_class_is_described(client):
    classes = client.get("/api/v1/classes").json()["classes"]

    assert len(classes) == 14
    assert classes[1]["schemes"] == ["vin", "chassis", "serial", "record"]
