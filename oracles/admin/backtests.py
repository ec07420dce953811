"""Backtests of the statistical source, each with its chart."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from oracles.admin.base import ReadOnlyAdmin
from oracles.models import Backtest
from oracles.presentation import percent


@admin.register(Backtest)
class BacktestAdmin(ReadOnlyAdmin):
    """What the model would have said of real sales, beside the median of their group."""

    list_display = (
        *("file_name", "class_id", "rows", "error", "naive_error", "held", "bound"),
        "ran_at",
    )
    list_filter = ("class_id",)
    search_fields = ("file_name", "data_hash")
    fields = (
        *("file_name", "class_id", "rows", "error", "worst", "naive_error", "held", "bound"),
        *("picture", "rule", "mapping", "model", "data_hash", "ran_at"),
    )
    readonly_fields = ("error", "worst", "naive_error", "held", "bound", "picture")

    def get_urls(self) -> list[URLPattern]:
        chart = path(
            "<int:backtest_id>/chart.png",
            self.admin_site.admin_view(self.chart),
            name="oracles_backtest_chart",
        )
        return [chart, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("chart")

    def chart(self, request: HttpRequest, backtest_id: int) -> HttpResponse:
        """Serve a run's chart."""
        found = get_object_or_404(Backtest, pk=backtest_id)
        return HttpResponse(bytes(found.chart), content_type="image/png")

    @display(description="Median error", ordering="mdape_bps")
    def error(self, found: Backtest) -> str:
        return percent(found.mdape_bps)

    @display(description="Nine of ten errors are below", ordering="p90_bps")
    def worst(self, found: Backtest) -> str:
        return percent(found.p90_bps)

    @display(description="The same of its group's median", ordering="baseline_mdape_bps")
    def naive_error(self, found: Backtest) -> str:
        return percent(found.baseline_mdape_bps)

    @display(description="Sales at or above the bound", ordering="coverage_bps")
    def held(self, found: Backtest) -> str:
        return percent(found.coverage_bps)

    @display(description="Bound, share of value", ordering="bound_share_bps")
    def bound(self, found: Backtest) -> str:
        return percent(found.bound_share_bps)

    @display(description="Chart")
    def picture(self, found: Backtest) -> SafeString:
        address = reverse("admin:oracles_backtest_chart", args=[found.pk])
        return format_html(
            '<img src="{}" alt="Values beside prices, and errors beside those of the group\'s '
            'median; the figures are above." style="max-width:100%;height:auto">',
            address,
        )
