"""Many statements at once: prepared together, signed one by one in the wallet or elsewhere."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from collateral import services
from collateral.admin.base import verifier_of
from collateral.admin.doors import REFUSED, take_signed
from collateral.admin.statement import Prepared, prepared_statement
from collateral.domain.whole import whole_numbers
from collateral.models import VerificationRequest, Verifier
from collateral.selectors import requests_for
from collateral.selectors.desk import checklist

MOST_AT_ONCE = 100
MAX_IMPORT_BYTES = 2 * 1024 * 1024


def together(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show the chosen requests to fill in, then the statements to sign."""
    verifier = _verifier(request)
    ids = whole_numbers(request.GET.get("ids", "").split(","))
    chosen = list(
        requests_for(verifier)
        .filter(pk__in=ids[:MOST_AT_ONCE])
        .select_related("asset__owner", "claimed_by")
        .prefetch_related("asset__anchors")
        .order_by("role", "pk")
    )
    statements: list[dict[str, Any]] = []
    problems: dict[int, str] = {}
    if request.method == "POST":
        statements, problems = _prepare(request, verifier, chosen)
        if request.POST.get("as") == "file":
            if statements and not problems:
                return _file(statements)
            # A file that leaves some out would not say so.
            statements = []
    context = {
        **site.each_context(request),
        "title": "Sign together",
        "verifier": verifier,
        "rows": [
            {
                "request": one,
                "points": checklist(one),
                "value": request.POST.get(f"value-{one.pk}", ""),
                "checked": f"checked-{one.pk}" in request.POST,
                "problem": problems.get(one.pk, ""),
                "says_value": one.role == 2,
            }
            for one in chosen
        ],
        "refused": [(one, problems[one.pk]) for one in chosen if one.pk in problems],
        "statements": statements,
        "statements_json": json.dumps(_exported(statements)),
    }
    return TemplateResponse(request, "collateral/desk/together.html", context)


def _prepare(
    request: HttpRequest, verifier: Verifier, chosen: Iterable[VerificationRequest]
) -> tuple[list[dict[str, Any]], dict[int, str]]:
    """Claim and prepare each request by itself; one that is refused says why."""
    statements: list[dict[str, Any]] = []
    problems: dict[int, str] = {}
    for one in chosen:
        try:
            made = _prepared(request, verifier, one)
            statements.append({"request": one, "prepared": made})
        except REFUSED as refusal:
            problems[one.pk] = str(refusal)
    return statements, problems


def _prepared(request: HttpRequest, verifier: Verifier, one: VerificationRequest) -> Prepared:
    services.claim_request(request_id=one.pk, verifier=verifier)
    is_checked = f"checked-{one.pk}" in request.POST
    points = [point.number for point in checklist(one)] if is_checked else []
    services.confirm_checks(request_id=one.pk, verifier=verifier, points=points)
    one.checked = points
    return prepared_statement(one, verifier, request.POST.get(f"value-{one.pk}", ""))


def _exported(statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"request": one["request"].pk, "message": json.loads(one["prepared"].message)}
        for one in statements
    ]


def _file(statements: list[dict[str, Any]]) -> HttpResponse:
    """Return the statements as a file to be signed on another machine."""
    response = JsonResponse(_exported(statements), safe=False, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = 'attachment; filename="ballast-statements.json"'
    return response


def take(request: HttpRequest) -> HttpResponse:
    """Take signed statements: from the page, or from a file that was signed elsewhere."""
    verifier = _verifier(request)
    kept = 0
    for entry in _entries(request):
        request_id = entry.get("request")
        try:
            found = requests_for(verifier).get(pk=request_id)
            take_signed(found.pk, dict(entry["message"]), str(entry["signature"]))
            kept += 1
        except REFUSED as refusal:
            messages.error(request, f"Request {request_id}: {refusal}")
        except (VerificationRequest.DoesNotExist, KeyError, TypeError, ValueError):
            messages.error(
                request,
                f"Request {request_id}: this entry has no request of yours, message and "
                "signature. Export it again.",
            )
    if kept:
        words = "1 attestation is" if kept == 1 else f"{kept} attestations are"
        messages.success(request, f"{words} kept.")
    return HttpResponseRedirect(reverse("admin:collateral_verificationrequest_changelist"))


def _entries(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the entries of the file or of the field, or say that it cannot be read."""
    file = request.FILES.get("file")
    if file is not None and file.size > MAX_IMPORT_BYTES:
        messages.error(request, f"The file has more than {MAX_IMPORT_BYTES:,} bytes. Split it.")
        return []
    text = file.read() if file is not None else request.POST.get("statements", "")
    try:
        entries = json.loads(text)
    except (ValueError, UnicodeDecodeError, RecursionError):
        entries = None
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        messages.error(
            request,
            "This is no file of signed statements: a JSON list was expected. Nothing was kept.",
        )
        return []
    if len(entries) > MOST_AT_ONCE:
        messages.error(
            request,
            f"The file holds {len(entries):,} statements; {MOST_AT_ONCE} at once are taken. "
            "Nothing was kept. Split it.",
        )
        return []
    return entries


def _verifier(request: HttpRequest) -> Verifier:
    verifier = verifier_of(request.user)
    if verifier is None:
        raise Http404("Only a verifier signs.")
    return verifier
