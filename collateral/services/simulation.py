"""Fleets in software: things with device keys that register, enrol and report as real ones do."""

import secrets
from collections.abc import Sequence

from collateral.domain.classes import class_by_code
from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import KeyKind
from collateral.domain.telemetry.soft_device import SoftDevice, SoftKey
from collateral.models import Asset
from collateral.services.enrolment import enrol_device, offer_key
from collateral.services.registration import register_asset
from collateral.services.telemetry import IngestReport, ingest_telemetry
from collateral.services.uptime import current_round
from contracts.wallet import LocalWallet, random_wallet

NAMEPLATE_W = 7_600
_SECRET_BYTES = 32
_METER_WH = 1_000_000
_OPERATING_H = 1_200
_INCOME_UNITS = 42_000
_MAX_WEAR_BPS = 1_500


def enrol_fleet(
    *, count: int, kinds: Sequence[KeyKind], now_s: int, class_code: str = "energy"
) -> list[SoftDevice]:
    """Register ``count`` things of one owner and enrol a device in each; kinds take turns."""
    owner = random_wallet()
    return [
        _enrolled(owner, kinds[number % len(kinds)], now_s, class_code) for number in range(count)
    ]


def _enrolled(owner: LocalWallet, kind: KeyKind, now_s: int, class_code: str) -> SoftDevice:
    key = SoftKey(kind, secrets.token_bytes(_SECRET_BYTES))
    asset = _registered(owner.address, class_code)
    offered = offer_key(asset_id=asset.pk, kind=kind, public_key=key.public, now_s=now_s)
    device = enrol_device(
        nonce=bytes(offered.challenge.nonce),
        device_signature=key.sign(offered.digest),
        owner_signature=owner.sign_text(offered.text),
        now_s=now_s,
    )
    return SoftDevice(device.pk, key)


def _registered(owner_address: str, class_code: str) -> Asset:
    plate = {"maker": "Simulated", "model": "Fleet", "serial": f"S{secrets.token_hex(8)}"}
    return register_asset(
        asset_class=class_by_code(class_code),
        owner_address=owner_address,
        identifiers={"serial": plate},
        attributes={**plate, "nameplate_w": NAMEPLATE_W},
    )


def fleet_metrics(device: SoftDevice, *, at: int) -> dict[str, int]:
    """Return plausible numbers for a device's next message: a day's curve, slow wear."""
    second_of_day = at % 86_400
    # A parabola over the day with its top at noon, never above the plate.
    sun = max(NAMEPLATE_W * second_of_day * (86_400 - second_of_day) * 4 // 86_400**2, 0)
    steps = device.sequence
    return {
        "power_w": sun * (70 + device.device % 30) // 100,
        "energy_wh": _METER_WH + steps // 100,
        "income_units": _INCOME_UNITS + device.device % 97,
        "operating_h": _OPERATING_H + steps // 60,
        "health_bps": 10_000 - min(steps // 10 + device.device % 200, _MAX_WEAR_BPS),
        "availability_bps": 10_000,
    }


def report_fleet(*, fleet: Sequence[SoftDevice], now_s: int) -> IngestReport:
    """Have every device send one message, all in one bulk; return what became of them."""
    if not fleet:
        raise TelemetryError("FLEET_EMPTY", "There is no device to report; enrol one first.")
    nonce = bytes(current_round(now_s=now_s).nonce)
    messages = [
        device.report(at=now_s, nonce=nonce, metrics=fleet_metrics(device, at=now_s))
        for device in fleet
    ]
    return ingest_telemetry(messages=messages, now_s=now_s)
