"""Thin views: each asks its page's selector and renders the page, or only its live part."""

import csv

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.rendering import live_page, page_number
from portal.selectors import asset as asset_pages
from portal.selectors import assets as assets_pages
from portal.selectors import auctions as auction_pages
from portal.selectors import device as device_pages
from portal.selectors import home as home_pages
from portal.selectors import loan as loan_pages
from portal.selectors import loans as loans_pages
from portal.selectors import pool as pool_pages
from portal.selectors import status as status_pages


@require_safe
@live_page("home")
def home(request: HttpRequest) -> home_pages.HomePage:
    """What this is, and whether it is healthy now."""
    return home_pages.home_page()


@require_safe
@live_page("loans")
def loans(request: HttpRequest) -> loans_pages.LoansPage:
    """All loans, by state and order."""
    return loans_pages.loans_page(
        state=request.GET.get("state", ""),
        sort=request.GET.get("sort", ""),
        number=page_number(request),
    )


@require_safe
def loans_csv(request: HttpRequest) -> HttpResponse:
    """All loans as a file; amounts in ledger units (0.000001 USD)."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="ballast-loans.csv"'
    writer = csv.writer(response)
    writer.writerow(loans_pages.CSV_HEADER)
    writer.writerows(loans_pages.csv_rows())
    return response


@require_safe
@live_page("loan")
def loan(request: HttpRequest, loan_id: int) -> loan_pages.LoanPage | None:
    """One loan: is it safe, what is due, what happened."""
    return loan_pages.loan_page(loan_id=loan_id)


@require_safe
@live_page("assets")
def assets(request: HttpRequest) -> assets_pages.AssetsPage:
    """All assets, by class."""
    return assets_pages.assets_page(
        class_code=request.GET.get("class", ""), number=page_number(request)
    )


@require_safe
@live_page("asset")
def asset(request: HttpRequest, token_id: int) -> asset_pages.AssetPage | None:
    """One asset: what it is, who vouches, what it is worth."""
    return asset_pages.asset_page(token_id=token_id)


@require_safe
@live_page("devices")
def devices(request: HttpRequest) -> device_pages.DevicesPage:
    """The devices that report."""
    return device_pages.devices_page()


@require_safe
@live_page("device")
def device(request: HttpRequest, device_id: int) -> device_pages.DevicePage | None:
    """One device: is it up, what does it earn, how worn is it."""
    return device_pages.device_page(device_id=device_id)


@require_safe
@live_page("auctions")
def auctions(request: HttpRequest) -> auction_pages.AuctionsPage:
    """What is for sale, and what was sold."""
    return auction_pages.auctions_page(number=page_number(request))


@require_safe
@live_page("auction")
def auction(request: HttpRequest, loan_id: int) -> auction_pages.AuctionPage | None:
    """The lots of one loan."""
    return auction_pages.auction_page(loan_id=loan_id)


@require_safe
@live_page("pool")
def pool(request: HttpRequest) -> pool_pages.PoolPage:
    """What lenders earn and risk."""
    return pool_pages.pool_page()


@require_safe
@live_page("status")
def status(request: HttpRequest) -> status_pages.StatusPage:
    """Whether anything is late."""
    return status_pages.status_page()
