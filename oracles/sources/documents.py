"""Reading what a source sent: JSON or CSV of observations, each row judged by itself later."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from collateral.models import Asset
from oracles.domain.nesting import nests_deeper
from oracles.sources.errors import SourceFailed
from oracles.sources.statements import NewObservation

FIELDS = (
    *("asset", "token", "kind", "value", "unit", "scale", "currency", "observed_at"),
    "signature",
)
_REQUIRED = ("value", "observed_at")
MOST_ROWS = 200_000
_MAX_DEPTH = 20
_MAX_WHOLE = 2**63
Row = Mapping[str, Any]


def document_of(content: bytes) -> Any:
    """Return what a JSON document says; numbers with a point stay as they are written."""
    if nests_deeper(content, _MAX_DEPTH):
        raise SourceFailed("NOT_JSON", "The source's answer is nested too deep to be read.")
    try:
        return json.loads(content, parse_float=str, parse_constant=str)
    except ValueError:
        raise SourceFailed("NOT_JSON", "The source's answer is not JSON.") from None


def rows_of_json(content: bytes, *, items: str, fields: Mapping[str, str]) -> list[Row]:
    """Return rows from the list under a name of a JSON document, under our names of fields."""
    document = document_of(content)
    found = document.get(items) if isinstance(document, dict) else document
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise SourceFailed("WRONG_SHAPE", f"The answer has no list of objects under {items!r}.")
    if len(found) > MOST_ROWS:
        raise SourceFailed("TOO_LARGE", f"The answer has more than {MOST_ROWS:,} rows.")
    return [{own: one[theirs] for own, theirs in fields.items() if theirs in one} for one in found]


def rows_of_csv(content: bytes) -> list[Row]:
    """Return the rows of a CSV file whose header names our fields."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise SourceFailed("NOT_UTF8", "The file is not UTF-8 text. Save it as UTF-8.") from None
    reader = csv.DictReader(io.StringIO("\n".join(lines)), strict=True)
    try:
        reader.fieldnames = _checked([name.strip() for name in reader.fieldnames or ()])
        return [{name: row[name] for name in FIELDS if row.get(name)} for row in reader]
    except csv.Error as error:
        raise SourceFailed("WRONG_SHAPE", f"The file is no CSV: {error}.") from None


def _checked(names: list[str]) -> list[str]:
    missing = [name for name in _REQUIRED if name not in names]
    if missing or not {"asset", "token"} & set(names):
        wanted = ", ".join([*missing, *([] if {"asset", "token"} & set(names) else ["asset"])])
        raise SourceFailed("WRONG_SHAPE", f"The header lacks {wanted}. It names {FIELDS}.")
    return names


def observations(
    rows: list[Row], *, source: str, defaults: Mapping[str, Any], raw: bytes
) -> Iterator[NewObservation]:
    """Return one observation for each row; assets go by their token ids, in digits or hex.

    What cannot be read stays in the observation, which is then refused and kept with its code.
    """
    full = [{**defaults, **row} for row in rows]
    numbers = [_token_id(row.get("asset")) for row in full]
    known = dict(
        Asset.objects.filter(token_id__in=[one for one in numbers if one]).values_list(
            "token_id", "pk"
        )
    )
    for row, number in zip(full, numbers, strict=True):
        token = str(row.get("token") or "")
        yield NewObservation(
            source=source,
            # No row has the number 0: an asset that is none is refused as unknown.
            asset_id=None if token else known.get(number, 0),
            token=token,
            kind=str(row.get("kind", "")),
            value=row.get("value", ""),
            unit=str(row.get("unit", "")),
            scale=whole(row.get("scale"), otherwise=-1),
            currency=str(row.get("currency") or "USD"),
            observed_at=whole(row.get("observed_at"), otherwise=0),
            signature=str(row.get("signature") or ""),
            raw=raw,
        )


def _token_id(value: object) -> int:
    text = str(value or "").strip()
    try:
        number = int(text, 16) if text.startswith("0x") else int(text) if text.isdecimal() else 0
    except ValueError:
        return 0
    return number if number < 2**256 else 0


def whole(value: object, *, otherwise: int) -> int:
    """Return a whole number given as such or in digits; anything else becomes a wrong one."""
    if isinstance(value, bool):
        return otherwise
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        return otherwise
    number = int(text)
    return number if number < _MAX_WHOLE else otherwise
