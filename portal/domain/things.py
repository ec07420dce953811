"""What to call a physical thing in public, and which of its attributes to show.

A title never carries an identifier or an address: those are private (rule A1).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.domain.formatting import usd

NOUNS = {
    "real_estate": ("property", "properties"),
    "car": ("car", "cars"),
    "motorcycle": ("motorcycle", "motorcycles"),
    "truck": ("truck", "trucks"),
    "art": ("work of art", "works of art"),
    "collectible": ("collectible", "collectibles"),
    "machinery": ("machine", "machines"),
    "factory": ("factory", "factories"),
    "container": ("container", "containers"),
    "gpu_server": ("GPU server", "GPU servers"),
    "hotspot": ("hotspot", "hotspots"),
    "ev_charger": ("EV charger", "EV chargers"),
    "energy": ("energy device", "energy devices"),
    "lrt": ("restaking tokens", "restaking tokens"),
}
SCHEMES = {
    "vin": "Vehicle identification number",
    "imei": "IMEI of its modem",
    "mac": "Network address",
    "iso6346": "Container number",
    "lei": "Legal entity identifier",
    "eic": "Energy identification code",
    "es_cadastre": "Cadastral reference",
    "fips_apn": "Assessor's parcel number",
    "serial": "Maker, model and serial number",
    "object_id": "Object identification of a work of art",
    "gpu_serial": "Board serial",
    "record": "Record of a published file, no identifier of its own",
}
PRIVATE = {"address", "record", "holder", "price", "priced_on", "list_price"}


def sentence_case(text: str) -> str:
    """Return the text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def noun(code: str, number: int = 1) -> str:
    """Return what things of a class are called: one of them, or several."""
    one, many = NOUNS[code]
    return one if number == 1 else many


def title(code: str, attributes: Mapping[str, Any]) -> str:
    """Return a public name: the work and its artist, maker and model, or the class."""
    if attributes.get("title"):
        artist = attributes.get("artist")
        return f"{attributes['title']}, {artist}" if artist else str(attributes["title"])
    made = " ".join(str(attributes[key]) for key in ("maker", "model") if attributes.get(key))
    named = made or str(attributes.get("listed_as") or "")
    if named:
        return named
    size = attributes.get("floor_area_cm2") or attributes.get("weight_mct")
    name = sentence_case(noun(code))
    if size and "floor_area_cm2" in attributes:
        return f"{name}, {_area(size)}"
    return f"{name}, {_carat(size)}" if size else name


def basket(codes: Sequence[str], tokens: str = "") -> str:
    """Return what secures a loan in words: `2 cars, 1 truck and 12.5 restaking tokens`."""
    counts = {code: codes.count(code) for code in dict.fromkeys(codes)}
    if len(codes) == 1 and not tokens:
        return sentence_case(noun(codes[0]))
    parts = [f"{number} {noun(code, number)}" for code, number in counts.items()]
    if tokens:
        parts.append(f"{tokens} restaking tokens")
    return joined(parts)


def joined(parts: Sequence[str]) -> str:
    """Return the parts as a list in prose: `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def attribute(unit: str, value: Any) -> str:
    """Return an attribute's value as text, in the unit in which people say it."""
    show = _UNITS.get(unit)
    return show(value) if show and isinstance(value, int) else str(value)


def _scaled(value: int, scale: int, word: str, places: int = 1) -> str:
    whole, rest = divmod(value * 10**places // scale, 10**places)
    decimals = str(rest).zfill(places).rstrip("0")
    return f"{whole:,}.{decimals} {word}" if decimals else f"{whole:,} {word}"


def _area(value: int) -> str:
    return _scaled(value, 10_000, "m²", places=0)


def _carat(value: int) -> str:
    return _scaled(value, 1_000, "carat", places=2)


def _age(months: int) -> str:
    years, rest = divmod(months, 12)
    return f"{years} years {rest} months" if rest else f"{years} years"


_UNITS: dict[str, Callable[[int], str]] = {
    "cm2": _area,
    "m": lambda value: _scaled(value, 1_000, "km", places=0),
    "w": lambda value: _scaled(value, 1_000, "kW"),
    "wh": lambda value: _scaled(value, 1_000, "kWh"),
    "mct": _carat,
    "kg": lambda value: f"{value:,} kg",
    "gb": lambda value: f"{value:,} GB",
    "h": lambda value: f"{value:,} h",
    "months": _age,
    "units": usd,
}
