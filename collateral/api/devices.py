"""Devices: offer a key, enrol it, fetch the challenge, report, be seen somewhere."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from collateral import services
from collateral.api.json import BadRequest, body_of, bytes_of, door, text_of, whole_of
from collateral.services.requests import attest_board_signed
from collateral.services.uptime import ROUND_S


def now_s() -> int:
    """Return the server's time, unix seconds: devices keep real time, not the ledger's."""
    return int(timezone.now().timestamp())


@door("POST")
def challenges(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """Offer a key for a thing: answers what the device and the owner must sign."""
    body = body_of(request)
    offered = services.offer_key(
        asset_id=whole_of(body, "asset"),
        kind=text_of(body, "key_kind"),
        public_key=bytes_of(body, "public_key"),
        now_s=now_s(),
    )
    answer = {
        "nonce": "0x" + bytes(offered.challenge.nonce).hex(),
        "device_signs": "0x" + offered.digest.hex(),
        "owner_signs": offered.text,
        "expires_at": offered.challenge.expires_at,
    }
    return answer, 201


@door("GET")
def board_nonce(request: HttpRequest, asset_id: int) -> dict[str, Any]:
    """Return what the board of an asset is to answer in its token now."""
    return {"nonce": "0x" + services.board_nonce(asset_id=asset_id, now_s=now_s())}


@door("POST")
def board_token(request: HttpRequest, asset_id: int) -> tuple[dict[str, Any], int]:
    """Keep what a board says of itself; the owner's wallet signed the request."""
    kept = attest_board_signed(asset_id=asset_id, body=body_of(request), now_s=now_s())
    return {"document": kept.kind, "sha256": kept.sha256}, 201


@door("POST")
def devices(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """Enrol the key that was offered, with both signatures."""
    body = body_of(request)
    device = services.enrol_device(
        nonce=bytes_of(body, "nonce"),
        device_signature=bytes_of(body, "device_signature"),
        owner_signature=bytes_of(body, "owner_signature"),
        now_s=now_s(),
    )
    return {"device": device.pk, "asset": device.asset_id}, 201


@door("GET")
def uptime_round(request: HttpRequest) -> dict[str, Any]:
    """Return the number that messages must carry now."""
    opened = services.current_round(now_s=now_s())
    return {
        "round": opened.number,
        "nonce": "0x" + bytes(opened.nonce).hex(),
        "closes_at": (opened.number + 1) * ROUND_S,
    }


@door("POST")
def telemetry(request: HttpRequest) -> dict[str, Any]:
    """Take messages in bulk; answers how many were kept and why each other was not."""
    messages = body_of(request).get("messages")
    if not isinstance(messages, list):
        raise BadRequest("FIELD_TYPE", "messages is missing or no list.")
    report = services.ingest_telemetry(messages=messages, now_s=now_s())
    return {
        "accepted": report.accepted,
        "refused": [
            {"index": one.index, "code": one.code, "message": one.message} for one in report.refused
        ],
    }


@door("POST")
def locations(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """Say where a device stands, with the signatures of those that saw it there."""
    body = body_of(request)
    given = body.get("sightings")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadRequest("FIELD_TYPE", "sightings is no list of objects.")
    accepted = services.witness_location(
        claim=services.Claim(
            device=whole_of(body, "device"),
            cell=text_of(body, "cell"),
            at=whole_of(body, "at"),
            nonce=bytes_of(body, "nonce"),
            signature=bytes_of(body, "signature"),
        ),
        sightings=[
            services.Sighting(
                witness=whole_of(one, "witness"), signature=bytes_of(one, "signature")
            )
            for one in given
        ],
        now_s=now_s(),
    )
    return {"device": accepted.device_id, "cell": accepted.cell, "at": accepted.at}, 201
