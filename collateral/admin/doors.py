"""The decisions of the desk as views: check who asks, act, say what happened."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from collateral import services
from collateral.admin.base import verifier_of
from collateral.domain.verification import VerificationError
from collateral.domain.whole import whole_numbers
from collateral.errors import REFUSALS
from collateral.models import VerificationRequest, Verifier
from collateral.selectors import requests_for
from settlement.errors import SettlementError

Action = Callable[[VerificationRequest, Verifier, HttpRequest], str]
REFUSED = (*REFUSALS, SettlementError)


def found_for(request: HttpRequest, pk: int) -> tuple[VerificationRequest, Verifier]:
    """Return a request that this verifier may see, and the verifier; else it is not there."""
    verifier = verifier_of(request.user)
    found = requests_for(verifier).filter(pk=pk).first() if verifier else None
    if verifier is None or found is None:
        raise Http404("There is no such request for this verifier.")
    return found, verifier


def door(action: Action) -> Callable[..., HttpResponse]:
    """Return the view of one decision."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        found, verifier = found_for(request, pk)
        try:
            messages.success(request, action(found, verifier, request))
        except REFUSED as error:
            messages.error(request, str(error))
        return to_page(pk)

    return view


def to_page(pk: int, **query: str) -> HttpResponse:
    """Return to the page of a request."""
    page = reverse("admin:collateral_verificationrequest_change", args=[pk])
    return HttpResponseRedirect(f"{page}?{urlencode(query)}#decide" if query else page)


def claim(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    """Take a request."""
    services.claim_request(request_id=found.pk, verifier=verifier)
    return "The request is yours. Go through the checks, then sign, ask for more, or reject."


def release(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    """Give a request back."""
    services.release_request(request_id=found.pk, verifier=verifier)
    return "The request is back in the queue."


def reject(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    """Reject the asset, or send it back for more, as the button says."""
    reason = request.POST.get("reason", "")
    if request.POST.get("decision") == "ask":
        services.ask_for_more(request_id=found.pk, verifier=verifier, reason=reason)
        return "The owner sees what you ask for, and hands the asset in again."
    services.reject_request(request_id=found.pk, verifier=verifier, reason=reason)
    return "Rejected. The owner sees your reason and may submit again."


def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was confirmed of the checklist, and go on to the statement."""
    found, verifier = found_for(request, pk)
    points = whole_numbers(request.POST.getlist("points"))
    try:
        services.confirm_checks(request_id=found.pk, verifier=verifier, points=points)
    except REFUSED as error:
        messages.error(request, str(error))
        return to_page(pk)
    return to_page(pk, prepare="1", value=request.POST.get("value", ""))


def sign(found: VerificationRequest, verifier: Verifier, request: HttpRequest) -> str:
    """Take a signed statement."""
    try:
        given = dict(json.loads(request.POST.get("message", "")))
    except (TypeError, ValueError, RecursionError) as error:
        raise VerificationError(
            "MESSAGE_FORMAT",
            "The message could not be read, so nothing was kept. Prepare it again.",
        ) from error
    take_signed(found.pk, given, request.POST.get("signature", "").strip())
    return "Your attestation is kept. The asset is minted once every role has signed."


def take_signed(request_id: int, message: Mapping[str, Any], signature: str) -> None:
    """Keep one signed statement."""
    services.submit_attestation(request_id=request_id, message=message, signature=signature)


ACTIONS: Mapping[str, Action] = {
    "claim": claim,
    "release": release,
    "reject": reject,
    "sign": sign,
}
