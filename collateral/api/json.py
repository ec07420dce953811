"""How every door reads and answers JSON, and says what was wrong."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from collateral.domain.portfolio.errors import CellError
from collateral.domain.refusal import Refusal
from collateral.domain.telemetry.errors import TelemetryError
from collateral.errors import REFUSALS

CONFLICTS = frozenset(
    {"DUPLICATE_ANCHOR", "PARCEL_OVERLAP", "EVIDENCE_MISMATCH", "DEVICE_KEY_TAKEN"}
)
FORBIDDEN = frozenset({"NOT_THE_OWNER", "CONFLICT_OF_INTEREST", "SIGNATURE_INVALID"})
MISSING = frozenset({"ASSET_UNKNOWN", "DEVICE_UNKNOWN"})
Door = Callable[..., Any]


class BadRequest(Refusal):
    """A request whose body cannot be read: a stable code and a full sentence."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(code, sentence)
        self.status = status


_REFUSED = (*REFUSALS, CellError, TelemetryError)


def door(*methods: str) -> Callable[[Door], Callable[..., HttpResponse]]:
    """Make a view of a function that returns what to answer, or ``(answer, status)``.

    Callers prove who they are by signatures in the body, not by a cookie, so that there is
    nothing for a forged cross-site request to borrow.
    """

    def decorate(function: Door) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(function)
        def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
            if request.method not in methods:
                response = problem(405, "METHOD", f"Use {' or '.join(methods)} here.")
                response["Allow"] = ", ".join(methods)
                return response
            try:
                answer = function(request, **arguments)
            except BadRequest as error:
                return problem(error.status, error.code, error.sentence)
            except _REFUSED as error:
                code = getattr(error, "code", "REFUSED")
                return problem(_status(code), code, str(error), **_holder(error))
            body, status = answer if isinstance(answer, tuple) else (answer, 200)
            return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})

        return view

    return decorate


def problem(status: int, code: str, sentence: str, **more: Any) -> JsonResponse:
    """Return a problem as RFC 9457 writes it, with our stable code."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": sentence, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object in the body of a request."""
    try:
        read = json.loads(request.body)
    except RequestDataTooBig as error:
        raise BadRequest(
            "BODY_TOO_LARGE", "The body is too large; send less at once.", 413
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadRequest("BODY_NOT_JSON", "The body is not JSON in UTF-8.") from error
    if not isinstance(read, dict):
        raise BadRequest("BODY_NOT_OBJECT", "The body is no JSON object.")
    return read


def text_of(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a text of the body; without ``default`` it must be there."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise BadRequest("FIELD_TYPE", f"{name} is missing or no text.")
    return value


def whole_of(body: dict[str, Any], name: str) -> int:
    """Return a positive whole number of the body that a database can hold."""
    value = body.get(name)
    if type(value) is not int or not 0 < value < 2**63:
        raise BadRequest("FIELD_TYPE", f"{name} is missing or no positive whole number.")
    return value


def bytes_of(body: dict[str, Any], name: str) -> bytes:
    """Return the bytes of 0x-prefixed text of the body."""
    value = text_of(body, name)
    try:
        if not value.startswith("0x"):
            raise ValueError("no prefix")
        return bytes.fromhex(value[2:])
    except ValueError as error:
        raise BadRequest("FIELD_TYPE", f"{name} is not 0x and hexadecimal digits.") from error


def _status(code: str) -> int:
    if code in CONFLICTS:
        return 409
    if code in FORBIDDEN:
        return 403
    return 404 if code in MISSING else 422


def _holder(error: Exception) -> dict[str, Any]:
    return getattr(error, "holder", {})
