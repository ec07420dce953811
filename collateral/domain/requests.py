"""A registration as its owner signs it, for the API: what is entered, read field by field."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from collateral.domain.classes import AssetClass
from collateral.domain.portfolio.cells import parse_cell, unit_of
from collateral.domain.portfolio.errors import CellError


def request_text(body: Mapping[str, Any]) -> str:
    """Return the words that the owner signs in its wallet (EIP-191) over everything it asks.

    The hash is the SHA-256 of the request as JSON without ``signature``: keys sorted, no blanks,
    UTF-8.
    """
    asked = {name: value for name, value in body.items() if name != "signature"}
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return f"Ask Ballast for what is in the request 0x{digest}."


def read_attributes(
    asset_class: AssetClass, given: Mapping[str, Any], *, as_of: date
) -> dict[str, int | str]:
    """Return what was entered in base units: ``{"mileage": "120000 km"}`` is ``mileage_m``.

    A number may be followed by a blank and one of the field's units. Raises ``CellError`` with
    what is wrong with the first bad field.
    """
    attributes: dict[str, int | str] = {}
    for name, raw in given.items():
        field = asset_class.field_named(name)
        if field is None:
            names = ", ".join(one.name for one in asset_class.fields)
            raise CellError("FIELD_UNKNOWN", f"{name[:40]!r} is no field of it; use {names}.")
        if not isinstance(raw, str):
            raise CellError("FIELD_TYPE", f"The {name} is no text; write it in quotation marks.")
        value, _, unit = raw.strip().rpartition(" ")
        if not (field.units and value and unit_of(field, unit)):
            value, unit = raw, ""
        attributes[field.key] = parse_cell(field, value, unit=unit, decimal_mark=".", as_of=as_of)
    return attributes
