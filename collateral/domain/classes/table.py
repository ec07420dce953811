"""The fourteen classes, as `contracts/genesis.json` numbers them."""

from collections.abc import Mapping
from dataclasses import replace

from collateral.domain.classes import fields as f
from collateral.domain.classes.base import AssetClass, Field, Role, Valuation
from collateral.domain.classes.checklists import (
    APPRAISED,
    ART,
    DEVICE,
    REAL_ESTATE,
    VEHICLE,
)

DAY_S = 86_400
YEAR_S = 365 * DAY_S
HALF_YEAR_S = 180 * DAY_S
_ALL_THREE = Role.TITLE | Role.APPRAISAL | Role.INSPECTION
_TITLED = Role.TITLE | Role.APPRAISAL
_SEEN = Role.APPRAISAL | Role.INSPECTION
_ATTESTED_DEVICE = Role.DEVICE | Role.APPRAISAL

_COMMON = (f.PRICE, f.PRICED_ON, f.SOLD_ON, f.COUNTRY, f.ADDRESS, f.RECORD)
_PLATE = (f.MAKER, f.MODEL, f.SERIAL, f.YEAR_BUILT)
_VEHICLE_FIELDS = (
    *_COMMON,
    f.identifier("vin", "vehicle identification number"),
    f.identifier("chassis_number", "chassis number of a vehicle built before 1981"),
    *_PLATE,
    f.AGE,
    f.MILEAGE,
)
_REAL_ESTATE_FIELDS = (
    *_COMMON,
    f.identifier("cadastre", "Spanish cadastral reference"),
    f.identifier("fips", "US county code, five digits"),
    f.identifier("apn", "US assessor's parcel number"),
    f.FLOOR_AREA,
    f.LOT_AREA,
    f.YEAR_BUILT,
    f.whole("bedrooms", "number of bedrooms"),
    f.text("baths", "number of baths, as published"),
    f.money("list_price", "last asking price"),
)
_ART_FIELDS = (
    *_COMMON,
    f.text("artist", "maker of the work", identifying=True),
    f.text("title", "title of the work", identifying=True),
    f.year("year", "year of the work", identifying=True),
    f.year("artist_born", "year in which its maker was born"),
    f.year("artist_died", "year in which its maker died"),
    f.text("medium", "material and technique", identifying=True),
    f.text("dimensions", "height x width, in cm or mm", identifying=True),
    f.money("low_estimate", "low estimate of the appraiser"),
)
_COLLECTIBLE_FIELDS = (
    *_COMMON,
    f.SERIAL,
    f.MAKER,
    f.MODEL,
    f.WEIGHT_CARAT,
    f.text("colour", "colour grade"),
    f.text("clarity", "clarity grade"),
    f.text("certification", "laboratory or house that certified it"),
)
_MACHINE_FIELDS = (*_COMMON, *_PLATE, f.HOURS, f.NAMEPLATE, f.MASS)
_DEVICE_FIELDS = (
    *_COMMON,
    *_PLATE,
    f.identifier("mac", "network address of the device"),
    f.identifier("imei", "IMEI of its modem"),
    f.DEVICE_CERTIFICATE,
    f.cell("location_h3", "H3 cell where it stands"),
    f.NAMEPLATE,
    f.MONTHLY_INCOME,
)
_GPU_FIELDS = (
    *_COMMON,
    f.MAKER,
    f.MODEL,
    f.identifier("board_serial", "serial of the board"),
    f.DEVICE_CERTIFICATE,
    f.SERIAL,
    f.YEAR_BUILT,
    f.whole("gpus", "number of GPUs"),
    f.GPU_MEMORY,
    f.text("architecture", "GPU architecture"),
    f.text("cloud", "market where it is let"),
    f.HOURLY_INCOME,
)
_ENERGY_FIELDS = (
    *_COMMON,
    f.identifier("eic", "energy identification code"),
    f.identifier("cups", "Spanish supply point code"),
    f.DEVICE_CERTIFICATE,
    *_PLATE,
    f.NAMEPLATE,
    f.CAPACITY,
    f.text("listed_as", "name in the list of equipment"),
    f.MONTHLY_INCOME,
)
_LRT_FIELDS: tuple[Field, ...] = (
    f.text("symbol", "symbol of the token", required=True),
    replace(f.TOKENS, required=True),
    f.text("holder", "address that holds it; the importing owner where it is left out"),
)

CLASSES: tuple[AssetClass, ...] = (
    AssetClass(
        1,
        "real_estate",
        "Real estate",
        ("es_cadastre", "fips_apn", "record"),
        _ALL_THREE,
        YEAR_S,
        _REAL_ESTATE_FIELDS,
        REAL_ESTATE,
        has_parcel=True,
    ),
    AssetClass(
        2,
        "car",
        "Car",
        ("vin", "chassis", "serial", "record"),
        _TITLED,
        HALF_YEAR_S,
        _VEHICLE_FIELDS,
        VEHICLE,
    ),
    AssetClass(
        3,
        "motorcycle",
        "Motorcycle",
        ("vin", "chassis", "serial", "record"),
        _TITLED,
        HALF_YEAR_S,
        _VEHICLE_FIELDS,
        VEHICLE,
    ),
    AssetClass(
        4,
        "truck",
        "Truck",
        ("vin", "chassis", "serial", "record"),
        _TITLED,
        HALF_YEAR_S,
        _VEHICLE_FIELDS,
        VEHICLE,
    ),
    AssetClass(5, "art", "Art", ("object_id", "record"), _ALL_THREE, YEAR_S, _ART_FIELDS, ART),
    AssetClass(
        6,
        "collectible",
        "Collectible",
        ("serial", "record"),
        _SEEN,
        YEAR_S,
        _COLLECTIBLE_FIELDS,
        APPRAISED,
    ),
    AssetClass(
        7,
        "machinery",
        "Machinery",
        ("serial", "record"),
        _SEEN,
        HALF_YEAR_S,
        _MACHINE_FIELDS,
        APPRAISED,
    ),
    AssetClass(
        8,
        "factory",
        "Factory",
        ("es_cadastre", "fips_apn", "record"),
        _ALL_THREE,
        YEAR_S,
        _REAL_ESTATE_FIELDS,
        REAL_ESTATE,
        has_parcel=True,
    ),
    AssetClass(
        9,
        "container",
        "Container",
        ("iso6346", "record"),
        _SEEN,
        HALF_YEAR_S,
        (
            *_COMMON,
            f.identifier("container_number", "number painted on its doors"),
            f.MAKER,
            f.MODEL,
            f.YEAR_BUILT,
            f.MASS,
        ),
        APPRAISED,
    ),
    AssetClass(
        10,
        "gpu_server",
        "GPU server",
        ("gpu_serial", "device_cert", "serial", "record"),
        _ATTESTED_DEVICE,
        HALF_YEAR_S,
        _GPU_FIELDS,
        DEVICE,
        Valuation.INCOME,
    ),
    AssetClass(
        11,
        "hotspot",
        "Hotspot",
        ("mac", "imei", "device_cert", "serial", "record"),
        _ATTESTED_DEVICE,
        HALF_YEAR_S,
        _DEVICE_FIELDS,
        DEVICE,
        Valuation.INCOME,
    ),
    AssetClass(
        12,
        "ev_charger",
        "EV charger",
        ("serial", "mac", "imei", "device_cert", "record"),
        _ATTESTED_DEVICE,
        HALF_YEAR_S,
        _DEVICE_FIELDS,
        DEVICE,
        Valuation.INCOME,
    ),
    AssetClass(
        13,
        "energy",
        "Energy hardware",
        ("serial", "eic", "es_cups", "device_cert", "record"),
        _ATTESTED_DEVICE,
        HALF_YEAR_S,
        _ENERGY_FIELDS,
        DEVICE,
        Valuation.INCOME,
    ),
    AssetClass(
        14,
        "lrt",
        "Liquid restaking token",
        (),
        Role(0),
        0,
        _LRT_FIELDS,
        valuation=Valuation.RESTAKING,
        fungible=True,
    ),
)
_BY_CODE: Mapping[str, AssetClass] = {one.code: one for one in CLASSES}
_BY_ID: Mapping[int, AssetClass] = {one.id: one for one in CLASSES}


def class_by_code(code: str) -> AssetClass:
    """Return the class of that code."""
    if code not in _BY_CODE:
        raise LookupError(f"{code!r} is no asset class; use one of {', '.join(_BY_CODE)}.")
    return _BY_CODE[code]


def class_by_id(class_id: int) -> AssetClass:
    """Return the class of that number, as the contracts count them."""
    if class_id not in _BY_ID:
        raise LookupError(f"{class_id} is no asset class; classes are numbered 1 to {len(_BY_ID)}.")
    return _BY_ID[class_id]
