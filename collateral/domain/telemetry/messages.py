"""A message of a device: its JSON form, and the bytes that are hashed and signed."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

from collateral.domain.telemetry.errors import TelemetryError
from collateral.domain.telemetry.keys import SIGNATURE_BYTES
from collateral.domain.telemetry.metrics import LARGEST, METRICS, Values, read_metrics

HASH_BYTES = 32
NO_HASH = bytes(HASH_BYTES)
# Names the layout, so that no signature for anything else can be read as telemetry.
_DOMAIN = hashlib.sha256(b"Ballast telemetry 1").digest()
_HEAD = struct.Struct(">32sQQQ32s32sB")
_VALUES = struct.Struct(f">{len(METRICS)}Q")
_FIELDS = ("device", "sequence", "at", "nonce", "previous", "metrics", "signature")


@dataclass(frozen=True, slots=True)
class Message:
    """One report. ``at`` is unix seconds, ``previous`` the hash of the message before."""

    device: int
    sequence: int
    at: int
    nonce: bytes
    previous: bytes
    values: Values
    signature: bytes
    hash: bytes


def message_hash(
    *, device: int, sequence: int, at: int, nonce: bytes, previous: bytes, values: Values
) -> bytes:
    """Return the SHA-256 that a device signs and that its next message names as ``previous``.

    Layout, big-endian: SHA-256("Ballast telemetry 1"), device, sequence, at (8 bytes each), nonce,
    previous (32 each), one bit for each metric that is there, all metrics (8 bytes each, absent
    ones zero).
    """
    present = sum(1 << place for place, value in enumerate(values) if value is not None)
    head = _HEAD.pack(_DOMAIN, device, sequence, at, nonce, previous, present)
    return hashlib.sha256(head + _VALUES.pack(*(value or 0 for value in values))).digest()


def read_message(given: Any) -> Message:
    """Return the message in a JSON object; raises ``TelemetryError`` saying what is wrong."""
    if not isinstance(given, dict):
        raise TelemetryError("MESSAGE_FORMAT", f"A message is an object with {', '.join(_FIELDS)}.")
    missing = [name for name in _FIELDS if name not in given]
    if missing:
        raise TelemetryError("MESSAGE_FORMAT", f"The message has no {', no '.join(missing)}.")
    fields: dict[str, Any] = {
        "device": _whole(given, "device"),
        "sequence": _whole(given, "sequence"),
        "at": _whole(given, "at"),
        "nonce": read_hex(given["nonce"], name="nonce", size=HASH_BYTES),
        "previous": read_hex(given["previous"], name="previous", size=HASH_BYTES),
        "values": read_metrics(given["metrics"]),
    }
    signature = read_hex(given["signature"], name="signature", size=SIGNATURE_BYTES)
    return Message(**fields, signature=signature, hash=message_hash(**fields))


def _whole(given: dict[str, Any], name: str) -> int:
    value = given[name]
    if type(value) is not int or not 0 < value <= LARGEST:
        raise TelemetryError("MESSAGE_FORMAT", f"{name} is not a positive whole number.")
    return value


def read_hex(value: Any, *, name: str, size: int) -> bytes:
    """Return the bytes of 0x-prefixed text of exactly ``size`` bytes."""
    if isinstance(value, str) and len(value) == 2 + 2 * size and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            pass
    raise TelemetryError("MESSAGE_FORMAT", f"{name} is not 0x and {2 * size} hexadecimal digits.")
