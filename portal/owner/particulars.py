"""What an owner draws and shows of one thing: the outline of land, and single fields with proof."""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from collateral import services
from collateral.domain.outlines import read_outline
from collateral.domain.parcels import ParcelError, read_parcel
from collateral.errors import REFUSALS
from collateral.selectors.maps import map_of_parcel
from collateral.services.parcels import ParcelOverlap, overlapped_by
from portal.owner.sign_in import signed_in
from portal.owner.views import own_asset, thing_page
from portal.rendering import static_page

MOST_SHOWN = 50


@require_POST
@signed_in
def look_at_outline(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw the outline as entered among registered parcels, without keeping it."""
    asset = own_asset(request, pk)
    context: dict[str, object] = {}
    try:
        parcel = read_parcel(read_outline(request.POST.get("outline", "")))
        holder = overlapped_by(parcel)
        if holder is not None and holder.pk != asset.pk:
            context["problem"] = str(ParcelOverlap(holder))
        context["map"] = map_of_parcel(parcel, asset_id=asset.pk)
    except ParcelError as refusal:
        context["problem"] = str(refusal)
    return static_page(request, "portal/owner/outline.html", "mine", **context)


@require_POST
@signed_in
def keep_outline(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the outline of a draft, in place of the one it had."""
    asset = own_asset(request, pk)
    try:
        services.set_parcel(asset_id=asset.pk, geojson=read_outline(request.POST["outline"]))
    except KeyError:
        return thing_page(request, asset, "Enter the outline's corners, or paste GeoJSON.", 400)
    except REFUSALS as refusal:
        return thing_page(request, asset, str(refusal), 409)
    return HttpResponseRedirect(f"{reverse('portal:thing', args=[asset.pk])}#outline")


@require_POST
@signed_in
def attest_board(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what a board says of itself among the evidence, once it is checked."""
    asset = own_asset(request, pk)
    try:
        services.attest_board(
            asset_id=asset.pk,
            token=request.POST.get("token", ""),
            now_s=int(timezone.now().timestamp()),
        )
    except REFUSALS as refusal:
        return thing_page(request, asset, str(refusal), 409)
    return HttpResponseRedirect(f"{reverse('portal:thing', args=[asset.pk])}#evidence")


@require_POST
@signed_in
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the owner a file that shows the chosen fields with their proofs, and nothing else."""
    asset = own_asset(request, pk)
    fields = request.POST.getlist("fields")[:MOST_SHOWN]
    if not fields:
        return thing_page(request, asset, "Choose at least one thing to show.", 400)
    try:
        shown = [services.disclose(asset_id=asset.pk, field=field) for field in fields]
    except REFUSALS as refusal:
        return thing_page(request, asset, str(refusal), 409)
    text = json.dumps(shown[0] if len(shown) == 1 else shown, indent=1, ensure_ascii=False)
    return HttpResponse(
        text + "\n",
        content_type="application/json; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="disclosure-{asset.pk}.json"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
