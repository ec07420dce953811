"""The loan desk: everything to read, nothing to change; state comes from the chain alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from lending.domain.loans import Status
from lending.models import (
    AuctionLot,
    ClassRoom,
    Lane,
    Loan,
    LoanCollateral,
    LoanEntry,
    LotStatus,
    PoolEpoch,
    PoolPosition,
    RequestStatus,
    StressRun,
    TermsRequest,
)

UNITS = 1_000_000
_STRESS = ("margin_calls", "liquidations", "recovery", "junior", "senior", "reserve")
STATUS_LABELS = {
    "Open": "success",
    "Called": "danger",
    "In auction": "danger",
    "Repaid": "info",
    "Written off": "danger",
}


def usd(units: int) -> str:
    """Return ledger units as dollars and cents, the cents rounded down."""
    return f"${units // UNITS:,}.{units % UNITS // 10_000:02d}"


class ReadOnly:
    """Nothing here is written by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class CollateralInline(ReadOnly, TabularInline):
    model = LoanCollateral
    fields = ("class_id", "token_id", "lrt_amount", "status", "went_to")
    extra = 0
    tab = True


class RoomInline(ReadOnly, TabularInline):
    model = ClassRoom
    fields = ("class_id", "left_usd", "used_usd")
    readonly_fields = ("left_usd", "used_usd")
    extra = 0

    @display(description="Room for new loans")
    def left_usd(self, row: ClassRoom) -> str:
        return usd(row.left)

    @display(description="What running loans may draw")
    def used_usd(self, row: ClassRoom) -> str:
        return usd(row.used)


class EntryInline(ReadOnly, TabularInline):
    model = LoanEntry
    fields = ("name", "amount", "party", "at", "block_number", "tx_hash")
    extra = 0
    tab = True


@admin.register(Loan)
class LoanAdmin(ReadOnly, ModelAdmin):
    """One line a loan; its journal and collateral in tabs."""

    list_display = ("name", "state", "drawn", "owed", "prefunded_usd", "rate", "borrower")
    list_filter = ("status", "lane", "schedule")
    search_fields = ("borrower", "loan_id")
    inlines = (CollateralInline, EntryInline)
    list_per_page = 50

    @display(description="Loan", ordering="loan_id")
    def name(self, loan: Loan) -> str:
        return str(loan)

    @display(description="State", label=STATUS_LABELS, ordering="status")
    def state(self, loan: Loan) -> str:
        return loan.get_status_display()

    @display(description="Drawn", ordering="base_principal")
    def drawn(self, loan: Loan) -> str:
        return usd(loan.base_principal)

    @display(description="Principal left", ordering="principal")
    def owed(self, loan: Loan) -> str:
        return usd(loan.principal)

    @display(description="Set aside", ordering="prefunded")
    def prefunded_usd(self, loan: Loan) -> str:
        return usd(loan.prefunded)

    @display(description="Rate", ordering="rate_bps")
    def rate(self, loan: Loan) -> str:
        return f"{loan.rate_bps // 100}.{loan.rate_bps % 100:02d} %"


@admin.register(TermsRequest)
class TermsRequestAdmin(ReadOnly, ModelAdmin):
    """Signed terms and what became of them."""

    list_display = ("borrower", "amount", "lane_number", "state", "attempts", "reason")
    list_filter = ("status", "lane_number")
    search_fields = ("borrower",)

    @display(description="Amount", ordering="principal")
    def amount(self, request: TermsRequest) -> str:
        return usd(request.principal)

    @display(
        description="State",
        label={RequestStatus.OPENED.label: "success", RequestStatus.REFUSED.label: "danger"},
        ordering="status",
    )
    def state(self, request: TermsRequest) -> str:
        return request.get_status_display()


@admin.register(AuctionLot)
class AuctionLotAdmin(ReadOnly, ModelAdmin):
    """Lots with where they started, may end, and ended."""

    list_display = ("loan", "what", "state", "start", "floor", "price_paid", "buyer")
    list_filter = ("status",)
    search_fields = ("buyer", "loan__borrower")

    @display(description="Lot")
    def what(self, lot: AuctionLot) -> str:
        return f"Asset {hex(lot.token_id)[:10]}…" if lot.token_id else "Restaking tokens"

    @display(
        description="State",
        label={LotStatus.RUNNING.label: "warning", LotStatus.SOLD.label: "success"},
        ordering="status",
    )
    def state(self, lot: AuctionLot) -> str:
        return lot.get_status_display()

    @display(description="Start", ordering="start_price")
    def start(self, lot: AuctionLot) -> str:
        return usd(lot.start_price)

    @display(description="Floor", ordering="floor_price")
    def floor(self, lot: AuctionLot) -> str:
        return usd(lot.floor_price)

    @display(description="Paid", ordering="paid")
    def price_paid(self, lot: AuctionLot) -> str:
        return usd(lot.paid) if lot.paid else "not yet"


@admin.register(PoolEpoch)
class PoolEpochAdmin(ReadOnly, ModelAdmin):
    """Closes of the pool."""

    list_display = ("number", "worth", "senior", "junior", "losses", "utilisation", "closed_at")

    @display(description="Value", ordering="nav")
    def worth(self, epoch: PoolEpoch) -> str:
        return usd(epoch.nav)

    @display(description="Senior", ordering="senior_value")
    def senior(self, epoch: PoolEpoch) -> str:
        return usd(epoch.senior_value)

    @display(description="Junior", ordering="junior_value")
    def junior(self, epoch: PoolEpoch) -> str:
        return usd(epoch.junior_value)

    @display(description="Losses")
    def losses(self, epoch: PoolEpoch) -> str:
        return usd(epoch.senior_loss + epoch.junior_loss)

    @display(description="Lent", ordering="utilisation_bps")
    def utilisation(self, epoch: PoolEpoch) -> str:
        return f"{epoch.utilisation_bps // 100}.{epoch.utilisation_bps % 100:02d} %"


@admin.register(Lane)
class LaneAdmin(ReadOnly, ModelAdmin):
    """Lanes with their cash, the debt of their loans, and their rooms by class."""

    inlines = (RoomInline,)

    list_display = ("__str__", "cash_usd", "room", "impaired_usd", "loans", "running", "escrow")

    @display(description="Cash", ordering="cash")
    def cash_usd(self, lane: Lane) -> str:
        return usd(lane.cash)

    @display(description="May be drawn")
    def room(self, lane: Lane) -> str:
        return usd(lane.sums.room())

    @display(description="Called, carried at", ordering="impaired")
    def impaired_usd(self, lane: Lane) -> str:
        return usd(lane.impaired)

    @display(description="Open loans")
    def running(self, lane: Lane) -> int:
        return lane.book.filter(status=Status.OPEN).count()


@admin.register(PoolPosition)
class PoolPositionAdmin(ReadOnly, ModelAdmin):
    """Who holds what in the pool."""

    list_display = ("owner", "tranche", "shares", "waiting", "deposited_usd", "redeemed_usd")
    list_filter = ("tranche",)
    search_fields = ("owner",)

    @display(description="Waiting to come in", ordering="deposit_requested")
    def waiting(self, position: PoolPosition) -> str:
        return usd(position.deposit_requested)

    @display(description="Deposited", ordering="deposited")
    def deposited_usd(self, position: PoolPosition) -> str:
        return usd(position.deposited)

    @display(description="Paid out", ordering="redeemed")
    def redeemed_usd(self, position: PoolPosition) -> str:
        return usd(position.redeemed)


@admin.register(StressRun)
class StressRunAdmin(ReadOnly, ModelAdmin):
    """What paths of prices would do to portfolios (`manage.py stress`)."""

    list_display = ("scenario", "portfolio", "loans", "debt_usd", *_STRESS, "ran_at")
    list_filter = ("scenario",)
    search_fields = ("portfolio",)
    fields = (
        *("scenario", "portfolio", "options", "loans", "rounds", "debt_usd", "margin_calls"),
        *("cures", "liquidations", "recovery", "junior", "senior", "reserve", "picture", "ran_at"),
    )
    readonly_fields = ("debt_usd", "recovery", "junior", "senior", "reserve", "picture")

    def get_urls(self) -> list[URLPattern]:
        chart = path(
            "<int:run_id>/chart.png",
            self.admin_site.admin_view(self.chart),
            name="lending_stressrun_chart",
        )
        return [chart, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("chart")

    def chart(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Serve a run's chart."""
        found = get_object_or_404(StressRun, pk=run_id)
        return HttpResponse(bytes(found.chart), content_type="image/png")

    @display(description="Debt at the start", ordering="debt")
    def debt_usd(self, run: StressRun) -> str:
        return usd(run.debt)

    @display(description="Recovery", ordering="recovery_bps")
    def recovery(self, run: StressRun) -> str:
        return "none sold up" if run.recovery_bps is None else f"{run.recovery_bps / 100:.1f} %"

    @display(description="Loss of junior", ordering="junior_loss")
    def junior(self, run: StressRun) -> str:
        return usd(run.junior_loss)

    @display(description="Loss of senior", ordering="senior_loss")
    def senior(self, run: StressRun) -> str:
        return usd(run.senior_loss)

    @display(description="Loss of the reserve", ordering="reserve_loss")
    def reserve(self, run: StressRun) -> str:
        return usd(run.reserve_loss)

    @display(description="Chart")
    def picture(self, run: StressRun) -> SafeString:
        address = reverse("admin:lending_stressrun_chart", args=[run.pk])
        return format_html(
            '<img src="{}" alt="Tranches, debt and losses by day; the figures are above." '
            'style="max-width:100%;height:auto">',
            address,
        )
