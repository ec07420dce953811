"""What anyone may ask of the oracles over HTTP: proofs of values, rounds and their documents.

Amounts and ids are strings of digits: JSON's numbers are not wide enough.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http import StreamingHttpResponse as Streaming
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from oracles import selectors
from oracles.documents import stream_document
from oracles.domain.errors import OracleError
from oracles.domain.leaf import ValueLeaf
from oracles.domain.nesting import nests_deeper
from oracles.models import Document, Round, RoundStatus
from oracles.selectors import ProvenValue, UsableRound

# Which rounds are usable is asked once a second, not for every proof.
_ROUNDS_KEPT_S = 1
_PROOF_KEPT_S = 60
_YEAR_S = 31_536_000
MOST_IDS = 1_000
_MAX_BODY_BYTES = 200_000
_MAX_DEPTH = 4
_STATUS_OF_CODE = {
    "ROUND_UNUSABLE": 404,
    "NO_ROUND": 503,
    "NOT_VALUED": 404,
    "CONTENT_MISSING": 404,
}
View = Callable[..., HttpResponseBase]


def _answers_errors(view: View) -> View:
    """Turn refusals into JSON with a stable code and a sentence."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except OracleError as error:
            status = _STATUS_OF_CODE.get(error.code, 422)
            return JsonResponse({"code": error.code, "message": str(error)}, status=status)

    return guarded


@require_GET
@_answers_errors
def proof(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Serve the proof of one value: `GET /api/v1/assets/{id}/proof?round=`."""
    found = _round(request.GET.get("round", ""))
    number = _asset_id(asset_id)
    etag = f'"{found.root[2:34]}-{number:x}"'
    if request.headers.get("If-None-Match") == etag:
        return _cached(HttpResponse(status=304), etag, _PROOF_KEPT_S)
    proven = selectors.proven_value(asset_id=number, round=found)
    return _cached(JsonResponse(_round_fields(found) | _value_fields(proven)), etag, _PROOF_KEPT_S)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@_answers_errors
def proofs(request: HttpRequest) -> HttpResponse:
    """Serve one proof of many values, as OpenZeppelin's ``multiProofVerify`` takes it.

    `GET /api/v1/proofs?ids=1,2&round=`, or POST `{"ids": ["1", "2"], "round": 7}`.
    """
    asked = _body(request) if request.method == "POST" else request.GET
    ids = asked.get("ids", "")
    texts = ids.split(",") if isinstance(ids, str) else ids
    if not ids or not isinstance(texts, Sequence) or not 0 < len(texts) <= MOST_IDS:
        raise OracleError("BAD_IDS", f"Ask for 1 to {MOST_IDS} ids, as a list or after commas.")
    found = _round(str(asked.get("round") or ""))
    many = selectors.proven_values(asset_ids=[_asset_id(str(one)) for one in texts], round=found)
    values = [{"leaf": _leaf_fields(leaf), "leaf_hash": _hex(hash)} for leaf, hash in many.values]
    return JsonResponse(
        _round_fields(found)
        | {
            "values": values,
            "not_valued": [str(one) for one in many.missing],
            "proof": [_hex(one) for one in many.proof.siblings],
            "flags": list(many.proof.flags),
        }
    )


@require_GET
@_answers_errors
def round_document(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    """Serve a round's inputs or leaves, byte for byte as they are hashed (rule V5)."""
    found = Round.objects.exclude(status=RoundStatus.ABANDONED).filter(number=number).first()
    if found is None:
        raise OracleError("ROUND_UNUSABLE", f"There is no round {number}.")
    hash = found.snapshot_hash if name == "snapshot" else found.content_hash
    document = Document.objects.filter(hash=hash).first()
    if document is None:
        raise OracleError(
            "CONTENT_MISSING", f"The {name} of round {number} are not stored here; ask others."
        )
    response = Streaming(stream_document(document.pk), content_type="application/octet-stream")
    response["Content-Length"] = document.size
    return _cached(response, f'"{hash}"', _YEAR_S)


@require_GET
@_answers_errors
def round(request: HttpRequest, number: int) -> HttpResponse:
    """Serve what a round's reporters signed, and by whom it was signed."""
    found = Round.objects.exclude(status=RoundStatus.ABANDONED).filter(number=number).first()
    if found is None:
        raise OracleError("ROUND_UNUSABLE", f"There is no round {number}.")
    signatures = found.signatures.select_related("reporter").order_by("reporter__address")
    fields = {
        "round": number,
        "status": found.status,
        "observed_at": str(found.observed_at),
        "count": found.count,
        "root": found.root,
        "content_hash": found.content_hash,
        "snapshot_hash": found.snapshot_hash,
        "model_set_hash": found.model_set_hash,
        "signatures": {one.reporter.address: one.signature for one in signatures},
    }
    return JsonResponse(fields)


def _round(text: str) -> UsableRound:
    """Return the usable round of that number, or the newest where none is asked for."""
    rounds = cache.get_or_set("oracles:usable", selectors.rounds_in_use, _ROUNDS_KEPT_S) or []
    if not rounds:
        raise OracleError("NO_ROUND", "No round has been published yet. Ask again later.")
    if not text:
        return rounds[0]
    found = next((one for one in rounds if str(one.number) == text), None)
    if found is None:
        numbers = " and ".join(str(one.number) for one in rounds)
        raise OracleError(
            "ROUND_UNUSABLE",
            f"Round {text[:20]} cannot be used; the usable rounds are: {numbers}.",
        )
    return found


def _asset_id(text: str) -> int:
    """Return an id given in decimal digits, or in hex after 0x."""
    try:
        number = int(text, 16) if text[:2] == "0x" else int(text) if text.isdecimal() else 0
    except ValueError:
        number = 0
    if not 0 < number < 2**256 or len(text) > 80:
        raise OracleError(
            "BAD_ID", f"{text[:80]!r} is no id: give digits, or 0x and hex, of 256 bits at most."
        )
    return number


def _body(request: HttpRequest) -> Mapping[str, Any]:
    if len(request.body) > _MAX_BODY_BYTES:
        raise OracleError("BODY_TOO_LARGE", f"Send at most {_MAX_BODY_BYTES} bytes.")
    try:
        body = None if nests_deeper(request.body, _MAX_DEPTH) else json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise OracleError("NOT_JSON", 'Send JSON such as {"ids": ["1", "2"]}.')
    return body


def _round_fields(round: UsableRound) -> dict[str, Any]:
    return {
        "round": round.number,
        "root": round.root,
        "chain_id": round.chain_id,
        "oracle": round.oracle,
    }


def _value_fields(proven: ProvenValue) -> dict[str, Any]:
    return {
        "leaf": _leaf_fields(proven.leaf),
        "leaf_hash": _hex(proven.leaf_hash),
        "proof": [_hex(one) for one in proven.proof],
    }


def _leaf_fields(leaf: ValueLeaf) -> dict[str, Any]:
    """Return the leaf under the names of the contract's struct, in its order."""
    return {
        "assetId": str(leaf.asset_id),
        "classId": leaf.class_id,
        "status": int(leaf.status),
        "value": str(leaf.value),
        "lower": str(leaf.lower),
        "observedAt": str(leaf.observed_at),
        "validUntil": str(leaf.valid_until),
    }


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _cached(response: Any, etag: str, seconds: int) -> Any:
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=seconds)
    return response
