"""Assets: register by a signed request, check an outline, show one field."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from collateral.api.json import body_of, door
from collateral.domain.requests import request_text
from collateral.services import requests


@door("POST")
def assets(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """Register a thing; the owner's wallet signed the request."""
    asset = requests.register_signed(body=body_of(request), as_of=timezone.now().date())
    return {
        "asset": asset.pk,
        "status": asset.status,
        "scheme": asset.scheme,
        "canonical": asset.canonical,
        "anchor": asset.anchor,
        "flags": asset.flags,
    }, 201


@door("POST")
def to_sign(request: HttpRequest) -> dict[str, Any]:
    """Return the words that a wallet must sign for a request to be taken."""
    return {"sign": request_text(body_of(request)), "send_to": reverse("collateral_api:assets")}


@door("POST")
def parcels(request: HttpRequest) -> dict[str, Any]:
    """Check an outline against the registered ones, without keeping it."""
    return requests.check_parcel(geojson=body_of(request))


@door("POST")
def disclosures(request: HttpRequest, asset_id: int) -> dict[str, Any]:
    """Return one field of an asset with its proof; the owner's wallet signed the request."""
    return requests.disclose_signed(asset_id=asset_id, body=body_of(request))
