"""The fields that classes are made of, each with its base unit and the units files may use."""

from fractions import Fraction

from collateral.domain.classes.base import Field, Kind, Unit

LEDGER_UNITS_PER_USD = 1_000_000


def _units(**scales: int | str) -> tuple[Unit, ...]:
    return tuple(Unit(code, Fraction(scale)) for code, scale in scales.items())


# Ledger units: 1e-6 USD.
_MONEY = _units(USD=10**6, kUSD=10**9, MUSD=10**12, cents=10**4)
_LENGTH = _units(km=1_000, m=1, kkm=10**6, mi="1609.344", kmi="1609344")
_AREA = _units(
    m2=10_000,
    sqft="929.0304",
    ha=10**8,
    acre="40468564.224",
    sqm=10_000,
)
_POWER = _units(W=1, kW=1_000, MW=10**6)
_ENERGY = _units(kWh=1_000, Wh=1, MWh=10**6)
_AGE = _units(years=12, months=1)
_WEIGHT_CARAT = _units(carat=1_000, ct=1_000)
_MASS = _units(kg=1, t=1_000, lb="0.45359237")
_MEMORY = _units(GB=1, TB=1_024)
_TOKENS = _units(tokens=10**18, wei=1)
_HOURS = _units(hours=1)


def text(name: str, help_text: str, *, required: bool = False, identifying: bool = False) -> Field:
    """Return a field of free text."""
    return Field(name, Kind.TEXT, help_text, required=required, identifying=identifying)


def identifier(name: str, help_text: str) -> Field:
    """Return a field that is part of an identifier."""
    return text(name, help_text, identifying=True)


def whole(name: str, help_text: str) -> Field:
    """Return a field that counts something."""
    return Field(name, Kind.WHOLE, help_text)


def year(name: str, help_text: str, *, identifying: bool = False) -> Field:
    """Return a field that holds a calendar year."""
    return Field(name, Kind.YEAR, help_text, identifying=identifying)


def date(name: str, help_text: str) -> Field:
    """Return a field that holds a day."""
    return Field(name, Kind.DATE, help_text)


def cell(name: str, help_text: str) -> Field:
    """Return a field that holds an H3 cell."""
    return Field(name, Kind.CELL, help_text)


def money(name: str, help_text: str, *, required: bool = False) -> Field:
    """Return a field of money, kept in ledger units (1e-6 USD)."""
    return Field(name, Kind.MONEY, help_text, "units", _MONEY, required)


def _measure(name: str, help_text: str, unit: str, units: tuple[Unit, ...]) -> Field:
    return Field(name, Kind.MEASURE, help_text, unit, units)


PRICE = money("price", "what it is worth or was sold for, the appraiser's starting point")
PRICED_ON = date("priced_on", "the day for which the price holds")
SOLD_ON = date("sold_on", "the day of its last sale at that price")
COUNTRY = Field("country", Kind.COUNTRY, "country of the title, two letters")
ADDRESS = text("address", "where it is or was when recorded")
RECORD = identifier("record", "number of the record in the published file, if it has one")
MAKER = text("maker", "manufacturer", identifying=True)
MODEL = text("model", "model or type", identifying=True)
SERIAL = identifier("serial", "serial number or PIN on the plate")
DEVICE_CERTIFICATE = identifier("device_certificate", "SHA-256 of the device's public key, or PEM")
YEAR_BUILT = year("year_built", "year of construction or manufacture")
AGE = _measure("age", "age when the price was recorded", "months", _AGE)
MILEAGE = _measure("mileage", "distance run", "m", _LENGTH)
HOURS = _measure("operating_hours", "hours run", "h", _HOURS)
FLOOR_AREA = _measure("floor_area", "usable floor area", "cm2", _AREA)
LOT_AREA = _measure("lot_area", "area of the land", "cm2", _AREA)
NAMEPLATE = _measure("nameplate", "greatest output by its plate", "w", _POWER)
CAPACITY = _measure("capacity", "storage capacity by its plate", "wh", _ENERGY)
WEIGHT_CARAT = _measure("weight", "weight in carat", "mct", _WEIGHT_CARAT)
MASS = _measure("mass", "mass", "kg", _MASS)
GPU_MEMORY = _measure("gpu_memory", "memory of all its GPUs", "gb", _MEMORY)
TOKENS = _measure("amount", "tokens held", "wei", _TOKENS)
HOURLY_INCOME = money("hourly_income", "rent that the whole server earns per hour in use")
MONTHLY_INCOME = money("monthly_income", "net income per month that users pay")
