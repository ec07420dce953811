"""Documents of a line of canonical JSON and then records: a million are read without parsing."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oracles.domain.canonical import canonical_json
from oracles.domain.errors import SnapshotInvalid
from oracles.domain.leaf import Domain, address_number
from oracles.domain.nesting import nests_deeper

_MAX_HEADER_BYTES = 1 << 20
_MAX_NUMBER = 2**63
_MAX_DEPTH = 8
Records = NDArray[Any]


def joined(header: dict[str, Any], *records: Records) -> bytes:
    """Return the document: the header, a line feed, and each table of records."""
    tables = (np.ascontiguousarray(one).data for one in records)
    return b"".join([canonical_json(header), b"\n", *tables])


def header_of(content: bytes, form: str) -> tuple[dict[str, Any], int]:
    """Return the header and where the records begin, refusing all but its canonical form."""
    end = content.find(b"\n", 0, _MAX_HEADER_BYTES)
    if end < 0:
        raise SnapshotInvalid("NO_HEADER", "The bytes do not start with a line of JSON.")
    if nests_deeper(content[:end], _MAX_DEPTH):
        raise SnapshotInvalid("TOO_DEEP", "The header is nested deeper than any header is.")
    try:
        header = json.loads(content[:end], parse_float=_no_float, parse_constant=_no_float)
    except ValueError as error:
        raise SnapshotInvalid(
            "NOT_JSON", f"The header is not JSON in whole numbers: {error}."
        ) from None
    if not isinstance(header, dict) or header.get("format") != form:
        raise SnapshotInvalid("UNKNOWN_FORMAT", f"The document is not in the format {form}.")
    if canonical_json(header) != content[:end]:
        raise SnapshotInvalid(
            "NOT_CANONICAL",
            "The header is not in canonical form, so its hash would not name its content.",
        )
    return header, end + 1


def records_of(content: bytes, start: int, **tables: tuple[np.dtype[Any], int]) -> list[Records]:
    """Return tables of so many records each, which must fill the document to its last byte."""
    size = start + sum(kind.itemsize * count for kind, count in tables.values())
    if size != len(content):
        raise SnapshotInvalid(
            "WRONG_LENGTH",
            f"The document has {len(content)} bytes; its header announces {size}. Fetch it again.",
        )
    found = []
    for kind, count in tables.values():
        found.append(np.frombuffer(content, kind, count, start))
        start += kind.itemsize * count
    return found


def domain_of(header: dict[str, Any]) -> Domain:
    """Return the oracle and the round that a header names."""
    address_number(header["oracle"])
    return Domain(
        chain_id=whole(header["chain_id"]),
        oracle=header["oracle"],
        number=whole(header["round"]),
    )


def whole(value: object) -> int:
    """Return a whole number of 63 bits, not below zero."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_NUMBER:
        raise ValueError(f"{value!r} is no whole number of 63 bits")
    return value


def bad_field(error: Exception) -> SnapshotInvalid:
    """Return the refusal of a header that lacks a field or holds a wrong one."""
    return SnapshotInvalid("BAD_FIELD", f"The header lacks a field or holds a wrong one: {error}.")


def _no_float(text: str) -> None:
    raise ValueError(f"{text[:40]} is no whole number")
