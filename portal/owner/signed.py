"""The API of attestations: a signed statement proves by itself who brings it."""

import json
from collections.abc import Mapping

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from collateral import services
from collateral.api.json import problem
from collateral.errors import REFUSALS
from contracts.errors import ChainError
from settlement.errors import SettlementError

_STATUS = {"CONFLICT_OF_INTEREST": 403, "NOT_AUTHORISED": 403, "INVALID_SIGNER": 403}
_STATUS |= {"REQUEST_UNKNOWN": 404, "MESSAGE_FORMAT": 400}
_STATUS |= dict.fromkeys(("REQUEST_CLOSED", "ATTESTED_ALREADY", "EVIDENCE_MISMATCH"), 409)


# No cookie counts here, so there is nothing for a forged cross-site request to borrow.
@csrf_exempt
@require_POST
def attest(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an attestation: ``{"message": EIP-712, "signature": "0x…", "checklist": [points]}``.

    The points are those of the role's checklist in ``/api/v1/classes``, in their words.
    """
    try:
        body = json.loads(request.body)
        message, signature = body["message"], body["signature"]
        checklist = body.get("checklist", [])
        if not isinstance(message, Mapping) or not isinstance(signature, str):
            raise TypeError("wrong types")
        if not isinstance(checklist, list) or not all(isinstance(one, str) for one in checklist):
            raise TypeError("wrong types")
    except RequestDataTooBig:
        return problem(413, "BODY_TOO_LARGE", "The body is too large; no statement is that long.")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return problem(
            400, "MESSAGE_FORMAT", "Send JSON with message, signature and the checklist's points."
        )
    try:
        kept = services.submit_attestation(
            request_id=pk, message=message, signature=signature, checklist=checklist
        )
    except (ChainError, SettlementError) as error:
        return problem(503, "NOT_NOW", str(error))
    except REFUSALS as refusal:
        code = getattr(refusal, "code", "REFUSED")
        return problem(_STATUS.get(code, 422), code, str(refusal))
    return JsonResponse({"uid": kept.uid, "verifier": kept.verifier.address}, status=201)
