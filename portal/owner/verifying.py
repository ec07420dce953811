"""The life of a verifier: judged by anyone, applying, posting a bond, being challenged."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from collateral.domain.classes import Role
from collateral.domain.portfolio.cells import parse_number
from collateral.domain.portfolio.errors import CellError
from collateral.errors import REFUSALS
from collateral.models import Attestation, Verifier
from collateral.models.assets import CLASS_CHOICES
from collateral.selectors.calls import WalletCall, wallet_call
from collateral.services.applying import apply_as_verifier
from contracts.deployment_record import load
from contracts.errors import ChainError
from lending.parameters import ledger_unit
from lending.selectors.wallets import LRT, STABLECOIN
from portal.owner.sign_in import signed_in, wallet_of
from portal.rendering import static_page
from portal.selectors.verifiers import challenge_bond_units, verifier_page, verifier_rows

UNITS_PER_USD, WEI = 10**6, 10**18
REGISTRY = "VerifierRegistry"
Calls = Sequence[tuple[str, str, Sequence[Any]]]


@require_safe
def verifiers(request: HttpRequest) -> HttpResponse:
    """All admitted verifiers."""
    return static_page(request, "portal/owner/verifiers.html", "verifiers", page=verifier_rows())


@require_http_methods(["GET", "POST"])
def verifier(request: HttpRequest, pk: int) -> HttpResponse:
    """One verifier, and the calls about it that a wallet may send."""
    page = verifier_page(pk)
    if page is None:
        raise Http404
    call, problem = None, ""
    if request.method == "POST":
        try:
            call = _call(page.row.verifier, request.POST.get("act", ""), request.POST)
        except (CellError, ChainError, *REFUSALS) as refusal:
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


def _call(verifier: Verifier, act: str, given: Any) -> WalletCall:
    makers: dict[str, Callable[[Verifier, Any], tuple[str, str, Calls]]] = {
        "deposit": _deposit,
        "deposit_lrt": _deposit_lrt,
        "unbond": _unbond,
        "withdraw": _withdraw,
        "challenge": _challenge,
    }
    if act not in makers:
        raise Http404
    label, words, calls = makers[act](verifier, given)
    sender = "" if act in ("deposit", "challenge") else verifier.address
    return wallet_call(label=label, words=words, sender=sender, calls=calls)


def _amount(given: Any, scale: int) -> int:
    amount = int(parse_number(given.get("amount", "")) * scale)
    if amount <= 0:
        raise CellError("ZERO_AMOUNT", "Enter an amount above 0.")
    return amount


def _deposit(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    units = _amount(given, UNITS_PER_USD)
    registry = load().address(REGISTRY)
    return (
        "Post the bond",
        f"Your wallet allows the registry to take the amount, then adds it to the bond of "
        f"{verifier}. It comes back by unbonding only.",
        [
            (STABLECOIN, "approve", [registry, units * ledger_unit()]),
            (REGISTRY, "deposit", [verifier.address, units]),
        ],
    )


def _deposit_lrt(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    wei = _amount(given, WEI)
    token, registry = load().address(LRT), load().address(REGISTRY)
    return (
        "Post restaking tokens",
        "Your wallet allows the registry to take the tokens, then adds them to your bond. They "
        "count at their borrowing value while its proof is of the newest round, and go on earning "
        "for you.",
        [
            (LRT, "approve", [registry, wei]),
            (REGISTRY, "depositLrt", [token, wei]),
        ],
    )


def _unbond(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    return (
        "Start unbonding",
        "This part of your bond stops counting now and can be withdrawn after the delay. Until "
        "then it can still be slashed.",
        [(REGISTRY, "startUnbonding", [_amount(given, UNITS_PER_USD), 0])],
    )


def _withdraw(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    return (
        "Withdraw what is unbonded",
        "Your wallet takes out what is ready. It is refused while one of your attestations is "
        "challenged.",
        [(REGISTRY, "withdraw", [])],
    )


def _challenge(verifier: Verifier, given: Any) -> tuple[str, str, Calls]:
    found = Attestation.objects.filter(verifier=verifier, uid=given.get("uid", "")).first()
    evidence = given.get("evidence", "").strip().removeprefix("0x")
    if found is None:
        raise CellError("ATTESTATION_UNKNOWN", "Choose one of this verifier's attestations.")
    try:
        digest = bytes.fromhex(evidence)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise CellError(
            "EVIDENCE_HASH", "Give the SHA-256 of your evidence: 64 hexadecimal digits."
        )
    registry, bond = load().address(REGISTRY), challenge_bond_units()
    return (
        "Challenge it",
        f"Your wallet posts a bond and says that this attestation of {verifier} is wrong. If "
        "governance agrees, the bond returns with half of what is slashed; if not, it is lost. "
        "Keep the evidence: governance will ask for it.",
        [
            (STABLECOIN, "approve", [registry, bond * ledger_unit()]),
            (REGISTRY, "challenge", [verifier.address, bytes.fromhex(found.uid[2:]), digest]),
        ],
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
