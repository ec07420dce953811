"""What owners ask by a signed request, without a session: register, and show one field."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from collateral.domain.addresses import checksum_address
from collateral.domain.classes import class_by_code
from collateral.domain.parcels import read_parcel
from collateral.domain.requests import read_attributes, request_text
from collateral.errors import RegistrationError
from collateral.models import Asset, Evidence
from collateral.services.board import attest_board
from collateral.services.disclosure import disclose
from collateral.services.parcels import refuse_overlap, set_parcel
from collateral.services.registration import register_asset
from contracts.wallet import SignatureInvalid, recover_text


def refuse_unless_signed(*, body: Mapping[str, Any], address: str) -> None:
    """Raise ``RegistrationError`` unless the wallet at ``address`` signed this very request."""
    signature = str(body.get("signature", ""))
    try:
        signer = recover_text(request_text(body), bytes.fromhex(signature.removeprefix("0x")))
    except (SignatureInvalid, ValueError) as error:
        raise RegistrationError(
            "SIGNATURE_INVALID", f"The signature is not one of a wallet; sign: {request_text(body)}"
        ) from error
    if signer != address:
        raise RegistrationError(
            "NOT_THE_OWNER", f"{signer} signed, not {address}; sign: {request_text(body)}"
        )


def register_signed(*, body: Mapping[str, Any], as_of: date) -> Asset:
    """Register what a signed request asks, outline included, or nothing at all.

    ``identifiers`` maps a scheme to its parts; ``attributes`` a field to a text.
    """
    owner = checksum_address(_text(body, "owner"))
    refuse_unless_signed(body=body, address=owner)
    try:
        asset_class = class_by_code(_text(body, "class"))
    except LookupError as error:
        raise RegistrationError("CLASS_UNKNOWN", str(error)) from error
    attributes = read_attributes(asset_class, _mapping(body, "attributes"), as_of=as_of)
    price = attributes.get("price_units")
    with transaction.atomic():
        asset = register_asset(
            asset_class=asset_class,
            owner_address=owner,
            identifiers={
                scheme: _texts(scheme, parts)
                for scheme, parts in _mapping(body, "identifiers").items()
            },
            attributes=attributes,
            jurisdiction=_text(body, "jurisdiction") if body.get("jurisdiction") else None,
            price_units=price if isinstance(price, int) else None,
        )
        if body.get("parcel") is not None:
            set_parcel(asset_id=asset.pk, geojson=body["parcel"])
    return asset


def disclose_signed(*, asset_id: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the disclosure of one field that the owner asks for by its signature."""
    _refuse_stranger(asset_id, body)
    return disclose(asset_id=asset_id, field=_text(body, "field"))


def attest_board_signed(*, asset_id: int, body: Mapping[str, Any], now_s: int) -> Evidence:
    """Keep what a board says of itself, as the owner asks by its signature."""
    _refuse_stranger(asset_id, body)
    return attest_board(asset_id=asset_id, token=_text(body, "token"), now_s=now_s)


def _refuse_stranger(asset_id: int, body: Mapping[str, Any]) -> None:
    """Raise ``RegistrationError`` unless the owner of that asset signed the request about it."""
    asset = Asset.objects.select_related("owner").filter(pk=asset_id).first()
    if asset is None or not asset.owner_address or body.get("asset") != asset_id:
        raise RegistrationError("ASSET_UNKNOWN", f"There is no asset {asset_id} of yours.")
    refuse_unless_signed(body=body, address=asset.owner_address)


def check_parcel(*, geojson: Any) -> dict[str, Any]:
    """Return area and hash of an outline that could be registered now; raises as that would."""
    parcel = read_parcel(geojson)
    refuse_overlap(parcel=parcel)
    return {"area_m2": str(parcel.area_m2), "sha256": parcel.sha256}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise RegistrationError("FIELD_TYPE", f"{name} is missing or no text.")
    return value


def _mapping(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise RegistrationError("FIELD_TYPE", f"{name} is no object.")
    return value


def _texts(scheme: str, parts: Any) -> Mapping[str, str]:
    if not isinstance(parts, dict) or not all(isinstance(one, str) for one in parts.values()):
        raise RegistrationError("FIELD_TYPE", f"The parts of {scheme[:40]!r} are not all texts.")
    return parts
