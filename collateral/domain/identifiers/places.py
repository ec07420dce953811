"""Identifiers of places: H3 cells, US parcels, postal addresses."""

import re

import h3

from collateral.domain.identifiers.base import (
    Identifier,
    IdentifierError,
    compact,
    fold,
    joined,
    shown,
)
from collateral.domain.identifiers.countries import country_of

MIN_DEVICE_RESOLUTION = 12
# State part of a county FIPS code: 50 states, DC and the five inhabited territories.
_STATE_CODES = frozenset(
    f"{code:02d}" for code in [*range(1, 57), 60, 66, 69, 72, 78] if code not in {3, 7, 14, 43, 52}
)
_APN_PUNCTUATION = re.compile(r"[./]+")
_ADDRESS_PUNCTUATION = re.compile(r"[.,;#]+")
_CELL = re.compile(r"[0-9a-f]{15}")


def hex_cell(raw: str) -> Identifier:
    """Return the canonical H3 cell; a coarse one is flagged, as it holds many devices."""
    # The index is a 64-bit word whose first digit is always 0, and mostly left out.
    text = compact(raw).lower().removeprefix("0x").removeprefix("0")
    if not _CELL.fullmatch(text) or not h3.is_valid_cell(text):
        raise IdentifierError(
            "H3_INVALID", f"{shown(raw)} is not an H3 cell index, such as 8928308280fffff."
        )
    coarse = h3.get_resolution(text) < MIN_DEVICE_RESOLUTION
    return Identifier("h3", text, frozenset({"H3_COARSE"}) if coarse else frozenset())


def us_parcel(fips: str, apn: str) -> Identifier:
    """Return the canonical US parcel: county FIPS code and assessor's parcel number."""
    county = compact(fips)
    if not re.fullmatch(r"[0-9]{5}", county) or county[:2] not in _STATE_CODES:
        raise IdentifierError(
            "BAD_FIPS",
            f"{shown(fips)} is not a county FIPS code: five digits, the first two a state.",
        )
    if county[2:] == "000":
        raise IdentifierError(
            "BAD_FIPS", f"{shown(fips)} is a whole state; enter the county's code."
        )
    parcel = _APN_PUNCTUATION.sub("", compact(apn))
    if not re.fullmatch(r"[0-9A-Z]{4,30}", parcel) or len(set(parcel)) == 1:
        raise IdentifierError(
            "APN_FORMAT",
            f"{shown(apn)} is not an assessor's parcel number: 4 to 30 letters and digits.",
        )
    return Identifier("fips_apn", joined(county, parcel))


def postal_address(address: str, country: str) -> Identifier:
    """Return the folded address; it is weak, as one place can be written in many ways."""
    canonical = joined(country_of(country), address_key(address))
    return Identifier("address", canonical, frozenset({"ADDRESS_IS_WEAK"}))


def address_key(address: str) -> str:
    """Return an address in one spelling, for comparing: folded, without punctuation."""
    return fold(_ADDRESS_PUNCTUATION.sub(" ", address), label="address")
