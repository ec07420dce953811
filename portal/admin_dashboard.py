"""The first page of the staff desk: what waits, what is stuck; and its menu."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Min, Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from collateral.models import WAITING, Asset, Attestation, VerificationRequest, Verifier
from collateral.selectors import requests_for
from collateral.selectors.desk import expiring_for
from lending.domain.loans import Status
from lending.models import Loan
from oracles.models import Round
from oracles.selectors import newest_round, open_round_progress
from portal.domain.formatting import counted, day, span
from portal.selectors.pipeline import pipeline, read_stamp
from settlement.errors import SettlementError
from settlement.models import Batch
from settlement.selectors import chain_time

EXPIRY_LEAD_S = 30 * 86_400

_ICONS = {
    "VerificationRequest": "fact_check",
    "Asset": "inventory_2",
    "Owner": "person",
    "Verifier": "verified_user",
    "Attestation": "draw",
    "Evidence": "description",
    "Loan": "account_balance",
    "AuctionLot": "sell",
    "Round": "show_chart",
    "Valuation": "price_change",
    "Observation": "visibility",
    "Source": "hub",
    "SourceFeed": "rss_feed",
    "Override": "gavel",
    "BreakerTrip": "power_off",
    "Batch": "local_shipping",
    "Operation": "list_alt",
    "Signer": "key",
    "User": "badge",
    "Group": "groups",
}


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the key figures to the index page of the admin."""
    verifier = getattr(request.user, "verifier", None)
    figures = [_requests(verifier), _assets(), _loans(), _rounds(), _transactions()]
    if verifier is not None:
        figures.append(_running_out(verifier))
    context["desk_figures"] = [
        {**figure, "link": _link(request, figure["model"], figure["query"])} for figure in figures
    ]
    return context


def _link(request: HttpRequest, model: type[Model], query: str) -> str:
    """Return where the list of the model is, or nothing to somebody who may not see it."""
    options = model._meta
    registered = admin.site._registry.get(model)
    if registered is None or not registered.has_view_permission(request):
        return ""
    return reverse(f"admin:{options.app_label}_{options.model_name}_changelist") + query


def _running_out(verifier: Verifier) -> dict:
    """Count what this verifier vouches for and must soon see again."""
    try:
        number = expiring_for(verifier, before=chain_time() + EXPIRY_LEAD_S).count()
    except SettlementError:
        number = 0
    note = "within 30 days, or have" if number else "nothing you vouch for, within 30 days"
    return _figure("Attestations that run out", f"{number:,}", note, Attestation, "?runs_out=30")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu: what this member of staff may see, by area."""
    return [
        {
            "title": area["name"],
            "separator": True,
            "items": [
                {
                    "title": model["name"],
                    "icon": _ICONS.get(model["object_name"], "article"),
                    "link": model["admin_url"],
                }
                for model in area["models"]
                if model["admin_url"]
            ],
        }
        for area in admin.site.get_app_list(request)
    ]


def _figure(label: str, value: str, note: str, model: type[Model], query: str = "") -> dict:
    return {"label": label, "value": value, "note": note, "model": model, "query": query}


def _requests(verifier: Verifier | None) -> dict:
    """Count what waits: to a verifier what it may decide, to other staff all."""
    seen = requests_for(verifier) if verifier else VerificationRequest.objects.all()
    waiting = seen.filter(status__in=WAITING).aggregate(
        number=Count("id"), oldest=Min("created_at")
    )
    note = "Nothing waits for a verifier"
    if waiting["oldest"]:
        age = int((timezone.now() - waiting["oldest"]).total_seconds())
        note = f"the oldest for {span(age)}"
    return _figure("Requests waiting", f"{waiting['number']:,}", note, VerificationRequest)


def _assets() -> dict:
    total = Asset.objects.count()
    minted = Asset.objects.filter(token_id__isnull=False, holder_address__gt="").count()
    return _figure("Assets", f"{total:,}", f"{minted:,} minted", Asset)


def _loans() -> dict:
    counts = dict(Loan.objects.order_by().values_list("status").annotate(number=Count("pk")))
    called = counts.get(Status.CALLED, 0) + counts.get(Status.AUCTIONED, 0)
    note = f"{called:,} called or in auction" if called else "none called"
    return _figure("Loans open", f"{counts.get(Status.OPEN, 0) + called:,}", note, Loan)


def _rounds() -> dict:
    newest, progress = newest_round(), open_round_progress()
    note = f"valued {day(newest.observed_at)}" if newest else "none published yet"
    if progress:
        note = f"round {progress.number}: {progress.signatures} of {progress.threshold} signed"
    return _figure("Newest round", f"{newest.number:,}" if newest else "None", note, Round)


def _transactions() -> dict:
    lanes = pipeline(read_stamp())
    note = f"{counted(lanes.failed, 'failure')} to look at" if lanes.failed else "none failed"
    return _figure("Transactions on the way", f"{lanes.waiting:,}", note, Batch)
