"""The life of a verifier: judged by anyone, applying, posting a bond, being challenged."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from collateral.domain.classes import Role
from collateral.errors import REFUSALS
from collateral.models.assets import CLASS_CHOICES
from collateral.services.applying import apply_as_verifier
from portal.owner.sign_in import signed_in, wallet_of
from portal.owner.verifier_calls import CALL_REFUSED, claim_call, verifier_call
from portal.rendering import static_page
from portal.selectors.verifiers import claims_of, verifier_page, verifier_rows


@require_http_methods(["GET", "POST"])
def verifiers(request: HttpRequest) -> HttpResponse:
    """All admitted verifiers, and what rulings left for the wallet that is signed in."""
    wallet, call, problem = wallet_of(request), None, ""
    if request.method == "POST":
        try:
            call = claim_call(wallet, request.POST.get("token", ""))
        except CALL_REFUSED as refusal:
            problem = str(refusal)
    return static_page(
        request,
        "portal/owner/verifiers.html",
        "verifiers",
        page=verifier_rows(),
        claims=claims_of(wallet) if wallet else [],
        call=call,
        problem=problem,
        status=400 if problem else 200,
    )


@require_http_methods(["GET", "POST"])
def verifier(request: HttpRequest, pk: int) -> HttpResponse:
    """One verifier, and the calls about it that a wallet may send."""
    page = verifier_page(pk)
    if page is None:
        raise Http404
    call, problem = None, ""
    if request.method == "POST":
        try:
            call = verifier_call(page.row.verifier, request.POST.get("act", ""), request.POST)
        except CALL_REFUSED as refusal:
            problem = str(refusal)
    mine = wallet_of(request) == page.row.verifier.address
    return static_page(
        request,
        "portal/owner/verifier.html",
        "verifiers",
        page=page,
        call=call,
        problem=problem,
        mine=mine,
        status=400 if problem else 200,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def apply(request: HttpRequest) -> HttpResponse:
    """Apply to become a verifier of one class."""
    context: dict[str, Any] = {"classes": CLASS_CHOICES, "roles": list(Role), "given": request.POST}
    chosen = {int(one) for one in request.POST.getlist("roles") if one in _ROLE_VALUES}
    context["chosen"] = chosen
    if request.method == "POST":
        try:
            context["made"] = apply_as_verifier(
                address=wallet_of(request),
                name=request.POST.get("name", ""),
                class_id=_class_id(request.POST.get("class", "")),
                roles=sum(chosen),
                statement=request.POST.get("statement", ""),
            )
        except REFUSALS as refusal:
            context["problem"] = str(refusal)
    status = 400 if "problem" in context else 200
    return static_page(request, "portal/owner/apply.html", "verifiers", status=status, **context)


_ROLE_VALUES = frozenset(str(role.value) for role in Role)


def _class_id(text: str) -> int:
    known = {str(number): number for number, _ in CLASS_CHOICES}
    if text not in known:
        raise Http404
    return known[text]
