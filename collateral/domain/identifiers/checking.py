"""One answer for one value, and for one line of a list: accepted or not, and why."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from collateral.domain.identifiers.base import IdentifierError, compact, shown
from collateral.domain.identifiers.registry import Scheme, identify, scheme_for

MAX_LINE_BYTES = 65_536
OK = "OK"
_PART_ENDS = re.compile(r"(?<!\\)\|")
_KEYS = ("scheme", "value")


@dataclass(frozen=True)
class Verdict:
    """What a check found. ``code`` is ``OK``, the flag of an accepted value, or the refusal's."""

    ok: bool
    code: str
    canonical: str | None
    message: str

    def as_json(self) -> str:
        """Return the verdict as one line of JSON, in ASCII whatever the value held."""
        return json.dumps(asdict(self))


def check_value(
    *, scheme: str, value: str | Mapping[str, str], jurisdiction: str | None = None
) -> Verdict:
    """Return the verdict on one value; one of several parts is a mapping or ``part|part``."""
    try:
        chosen = scheme_for(compact(scheme).lower())
        found = identify(
            scheme=chosen.code, values=_parts(chosen, value), jurisdiction=jurisdiction
        )
    except IdentifierError as error:
        return _refused(error.code, error.sentence)
    flags = sorted(found.flags)
    remarks = f" To be looked at: {', '.join(flags)}." if flags else ""
    words = f"Accepted as {chosen.label} {found.canonical}.{remarks}"
    return Verdict(True, flags[0] if flags else OK, found.canonical, words)


def check_line(line: bytes) -> Verdict:
    """Return the verdict on one line of a list: a JSON object with scheme and value."""
    if len(line) > MAX_LINE_BYTES:
        return _refused("LINE_TOO_LONG", f"The line has more than {MAX_LINE_BYTES} bytes.")
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _refused("LINE_ENCODING", "The line is not UTF-8 text; save the list as UTF-8.")
    except (ValueError, RecursionError):
        return _refused("LINE_NOT_JSON", "The line is not JSON; write one JSON object a line.")
    if not isinstance(asked, dict):
        return _refused("LINE_NOT_OBJECT", "The line is no JSON object with scheme and value.")
    return _check_object(asked)


def _check_object(asked: Mapping[str, Any]) -> Verdict:
    missing = [key for key in _KEYS if key not in asked]
    if missing:
        return _refused("KEY_MISSING", f"The line has no {' and no '.join(missing)}.")
    scheme, value, jurisdiction = asked["scheme"], asked["value"], asked.get("jurisdiction")
    if not isinstance(scheme, str):
        return _refused("KEY_TYPE", "scheme is not text; write it in quotation marks.")
    if not (isinstance(value, str) or _is_parts(value)):
        return _refused("KEY_TYPE", "value is neither text nor an object of texts; quote it.")
    if not isinstance(jurisdiction, str | None):
        return _refused("KEY_TYPE", "jurisdiction is neither text nor null; quote it.")
    return check_value(scheme=scheme, value=value, jurisdiction=jurisdiction)


def _is_parts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _parts(scheme: Scheme, value: str | Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(value, str):
        return value
    if len(scheme.parts) == 1:
        return {scheme.parts[0]: value}
    given = [one.replace("\\|", "|").replace("\\\\", "\\") for one in _PART_ENDS.split(value)]
    if len(given) != len(scheme.parts):
        raise IdentifierError(
            "PART_MISSING",
            f"The {scheme.label} has {len(scheme.parts)} parts, {shown(value)} has {len(given)}: "
            f"write {'|'.join(scheme.parts)}, or an object with these keys.",
        )
    return dict(zip(scheme.parts, given, strict=True))


def _refused(code: str, message: str) -> Verdict:
    return Verdict(False, code, None, message)
