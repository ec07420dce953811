"""All schemes in one table: their parts, their rule, and whether they need outside proof."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from collateral.domain.identifiers.base import Identifier, IdentifierError, shown
from collateral.domain.identifiers.codes import (
    cadastre_es,
    container,
    energy,
    financial_instrument,
    legal_entity,
    north_american_security,
    security,
    ship,
    supply_point_es,
)
from collateral.domain.identifiers.devices import device_certificate, modem, network_device
from collateral.domain.identifiers.places import hex_cell, postal_address, us_parcel
from collateral.domain.identifiers.things import chassis, gpu_board, plate, record, work_of_art
from collateral.domain.identifiers.vin import vin


@dataclass(frozen=True)
class Scheme:
    """One way to name a thing: the parts to enter, in order, and the rule that checks them."""

    code: str
    label: str
    parts: tuple[str, ...]
    rule: Callable[..., Identifier]
    uses_jurisdiction: bool = False

    def present_in(self, values: Mapping[str, str]) -> bool:
        """Return whether ``values`` holds every part of this scheme."""
        return all(values.get(part, "").strip() for part in self.parts)


_ALL = (
    Scheme("vin", "vehicle identification number", ("vin",), vin, uses_jurisdiction=True),
    Scheme(
        "chassis",
        "chassis number of a vehicle from before 1981",
        ("maker", "chassis_number", "year_built"),
        chassis,
    ),
    Scheme("imei", "IMEI", ("imei",), modem),
    Scheme("mac", "MAC address", ("mac",), network_device),
    Scheme("iso6346", "container number", ("container_number",), container),
    Scheme("lei", "LEI", ("lei",), legal_entity),
    Scheme("isin", "ISIN", ("isin",), security),
    Scheme("figi", "FIGI", ("figi",), financial_instrument),
    Scheme("cusip", "CUSIP", ("cusip",), north_american_security),
    Scheme("eic", "energy identification code", ("eic",), energy),
    Scheme("imo", "IMO ship number", ("imo",), ship),
    Scheme("es_cadastre", "Spanish cadastral reference", ("cadastre",), cadastre_es),
    Scheme("es_cups", "Spanish supply point", ("cups",), supply_point_es),
    Scheme("h3", "H3 cell", ("h3",), hex_cell),
    Scheme("fips_apn", "US parcel", ("fips", "apn"), us_parcel),
    Scheme("serial", "maker, model and serial", ("maker", "model", "serial"), plate),
    Scheme(
        "object_id",
        "Object ID",
        ("artist", "title", "year", "medium", "dimensions"),
        work_of_art,
    ),
    Scheme("gpu_serial", "board serial", ("maker", "board_serial"), gpu_board),
    Scheme("device_cert", "key of the device", ("device_certificate",), device_certificate),
    Scheme("address", "address", ("address", "country"), postal_address),
    Scheme("record", "record of a file", ("publisher", "file", "record"), record),
)
SCHEMES: Mapping[str, Scheme] = {scheme.code: scheme for scheme in _ALL}


def scheme_for(code: str) -> Scheme:
    """Return a scheme by its code."""
    if code not in SCHEMES:
        raise IdentifierError(
            "SCHEME_UNKNOWN",
            f"{shown(code)} is no identifier scheme; use one of {', '.join(SCHEMES)}.",
        )
    return SCHEMES[code]


def identify(
    *, scheme: str, values: Mapping[str, str], jurisdiction: str | None = None
) -> Identifier:
    """Return the canonical identifier made of the scheme's parts found in ``values``.

    ``jurisdiction`` is the two-letter country of the title; only some schemes depend on it.
    """
    chosen = scheme_for(scheme)
    missing = [part for part in chosen.parts if not values.get(part, "").strip()]
    if missing:
        raise IdentifierError(
            "PART_MISSING",
            f"The {chosen.label} needs {', '.join(chosen.parts)}; missing: {', '.join(missing)}.",
        )
    arguments = [values[part] for part in chosen.parts]
    if chosen.uses_jurisdiction:
        return chosen.rule(*arguments, jurisdiction=jurisdiction)
    return chosen.rule(*arguments)
