"""A key is enrolled when the device and the owner both signed for it, once."""

import pytest

from collateral import services
from collateral.domain.classes import class_by_code
from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.soft_device import SoftKey
from collateral.models import Device
from contracts.wallet import random_wallet
from tests.integration.collateral.devices.conftest import NOW

KEY = SoftKey(KeyKind.P256, b"\x05" * 32)


@pytest.fixture
def owner():
    return random_wallet()


@pytest.fixture
def charger(db, owner):
    plate = {"maker": "ABB", "model": "Terra", "serial": "T54-1187"}
    return services.register_asset(
        asset_class=class_by_code("ev_charger"),
        owner_address=owner.address,
        identifiers={"serial": plate},
        attributes={**plate, "nameplate_w": 50_000},
    )


def offer(asset, key=KEY, kind=None):
    return services.offer_key(
        asset_id=asset.pk, kind=kind or key.kind, public_key=key.public, now_s=NOW
    )


def enrol(offered, owner, key=KEY, now_s=NOW, **changes):
    arguments = {
        "nonce": bytes(offered.challenge.nonce),
        "device_signature": key.sign(offered.digest),
        "owner_signature": owner.sign_text(offered.text),
        "now_s": now_s,
    }
    return services.enrol_device(**(arguments | changes))


def refused(action, *arguments, **options):
    with pytest.raises(TelemetryError) as refusal:
        action(*arguments, **options)
    return refusal.value.code


def test_a_device_is_enrolled_with_the_plate_of_its_thing(charger, owner):
    device = enrol(offer(charger), owner)

    assert (device.asset, device.nameplate_w) == (charger, 50_000)
    assert device.head.sequence == 0


def test_a_new_key_takes_the_place_of_the_old_one(charger, owner):
    old = enrol(offer(charger), owner)
    other = SoftKey(KeyKind.ED25519, b"\x06" * 32)

    new = enrol(offer(charger, other), owner, other)

    old.refresh_from_db()
    assert old.retired_at == NOW
    assert Device.objects.filter(retired_at__isnull=True).get() == new


def test_a_challenge_serves_once(charger, owner):
    offered = offer(charger)
    enrol(offered, owner)

    code = refused(enrol, offered, owner)

    assert code == "CHALLENGE_SPENT"


@pytest.mark.parametrize(("late_s", "accepted"), [(600, True), (601, False)])
def test_a_challenge_serves_for_ten_minutes(charger, owner, late_s, accepted):
    offered = offer(charger)

    code = None if accepted else refused(enrol, offered, owner, now_s=NOW + late_s)
    if accepted:
        enrol(offered, owner, now_s=NOW + late_s)

    assert code in (None, "CHALLENGE_SPENT")
    assert Device.objects.count() == int(accepted)


def test_somebody_else_s_signature_enrols_nothing(charger, owner):
    offered = offer(charger)
    stranger = random_wallet()

    codes = [
        refused(enrol, offered, owner, device_signature=b"\x01" * 64),
        refused(enrol, offered, owner, owner_signature=stranger.sign_text(offered.text)),
        refused(enrol, offered, owner, owner_signature=b"\xff" * 65),
        refused(enrol, offered, owner, nonce=b"\x01" * 32),
    ]

    assert codes == ["SIGNATURE_INVALID", "NOT_THE_OWNER", "SIGNATURE_INVALID", "CHALLENGE_SPENT"]
    assert not Device.objects.exists()


def test_one_key_names_one_device(charger, owner):
    enrol(offer(charger), owner)

    code = refused(enrol, offer(charger), owner)

    assert code == "DEVICE_KEY_TAKEN"
    assert Device.objects.get().retired_at is None


def test_a_house_holds_no_device(owner, db):
    house = services.register_asset(
        asset_class=class_by_code("real_estate"),
        owner_address=owner.address,
        identifiers={"es_cadastre": {"cadastre": "7837301VG8173B0001TT"}},
        attributes={},
    )

    assert refused(offer, house) == "NOT_A_DEVICE"


def test_what_cannot_be_enrolled_is_refused_at_once(charger, owner):
    bad_key = refused(
        services.offer_key, asset_id=charger.pk, kind="p256", public_key=b"x", now_s=1
    )
    bad_kind = refused(offer, charger, kind="rsa")
    no_asset = refused(
        services.offer_key, asset_id=10**9, kind="p256", public_key=KEY.public, now_s=1
    )

    assert (bad_key, bad_kind, no_asset) == ("DEVICE_KEY", "DEVICE_KEY", "ASSET_UNKNOWN")
